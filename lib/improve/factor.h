/* SPDX-License-Identifier: MIT */
/* Powers of two that even out ranges. Call in the exact environment. */
#ifndef QMAC_IMPROVE_FACTOR_H
#define QMAC_IMPROVE_FACTOR_H

#include <stddef.h>

struct qmac_context;

/* 2^@exponent, within 2^-126 to 2^127. */
float qmac_factor_of(double exponent);

/* sqrt(@a / @b) to a power of two, half a power up; 1 where a range is 0. */
float qmac_factor_even(float a, float b);

/* 0, or -EDOM with a message: "@what NUMBER is -1: ..." */
int qmac_factor_check(struct qmac_context *context, const char *what, const float *range,
		      size_t count);

#endif /* QMAC_IMPROVE_FACTOR_H */
