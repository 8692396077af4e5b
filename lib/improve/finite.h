/* SPDX-License-Identifier: MIT */
/* Numbers that can be computed with. */
#ifndef QMAC_IMPROVE_FINITE_H
#define QMAC_IMPROVE_FINITE_H

#include <stddef.h>

struct qmac_context;

/* 0, or -EDOM with a message: "@what NUMBER is NaN" or "is infinite". */
int qmac_finite_check(struct qmac_context *context, const char *what, const float *x, size_t count);

#endif /* QMAC_IMPROVE_FINITE_H */
