/* SPDX-License-Identifier: MIT */
/* Refusal of NaN where the caller did not ask for 0 instead. */
#ifndef QMAC_QUANT_NAN_H
#define QMAC_QUANT_NAN_H

#include <stddef.h>

#include <qmac/quant.h>

/* -EDOM with a message: element @where is NaN. */
int qmac_nan_fail(struct qmac_context *context, size_t where);

/* 0, or qmac_nan_fail() for the first of @count elements that is NaN. */
int qmac_nan_check(struct qmac_context *context, const float *x, size_t count, enum qmac_nan nan);

#endif /* QMAC_QUANT_NAN_H */
