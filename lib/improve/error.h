/* SPDX-License-Identifier: MIT */
/* What rounding does to a layer's sums. Call in the exact environment. */
#ifndef QMAC_IMPROVE_ERROR_H
#define QMAC_IMPROVE_ERROR_H

#include <qmac/improve.h>

/* d^T (sum of x x^T) d of one channel, d = @w - @v; the sum is 1 where there are no rows. */
double qmac_row_error(const struct qmac_moments *moments, const float *w, const float *v);

/* The same by the rows that were seen. */
double qmac_mean_error(const struct qmac_moments *moments, double sum);

#endif /* QMAC_IMPROVE_ERROR_H */
