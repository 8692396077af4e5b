/* SPDX-License-Identifier: MIT */
/* In which order to settle the weights of a row. */
#ifndef QMAC_IMPROVE_ORDER_H
#define QMAC_IMPROVE_ORDER_H

#include <qmac/improve.h>

/*
 * The inputs with the greatest mean square first, of equal ones the first. The
 * caller frees it; NULL with a message where there is no memory.
 */
size_t *qmac_order_by_activity(struct qmac_context *context, const struct qmac_moments *moments);

#endif /* QMAC_IMPROVE_ORDER_H */
