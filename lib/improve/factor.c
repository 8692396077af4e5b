// SPDX-License-Identifier: MIT
#include "improve/factor.h"

#include <errno.h>
#include <math.h>

#include "context.h"
#include "quant/exact.h"

EXACT float qmac_factor_of(double exponent)
{
	exponent = exponent < -126 ? -126 : exponent;
	exponent = exponent > 127 ? 127 : exponent;
	return ldexpf(1, (int)exponent);
}

/*
 * With a / b in [2^(x - 1), 2^x) the power is floor(x / 2), by comparing alone:
 * 2^(2 e - 1) <= a / b < 2^(2 e + 1) for e even or odd x.
 */
EXACT float qmac_factor_even(float a, float b)
{
	int x;

	if (a == 0 || b == 0)
		return 1;
	frexp((double)a / (double)b, &x);
	return qmac_factor_of(floor(x / 2.0));
}

int qmac_factor_check(struct qmac_context *context, const char *what, const float *range,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!isfinite(range[i]) || signbit(range[i]))
			return qmac_fail(context, -EDOM,
					 "%s %zu is %g: a greatest magnitude is 0 or more, and "
					 "finite",
					 what, i, range[i]);
	}
	return 0;
}
