// SPDX-License-Identifier: MIT
#include "calibrate/log.h"

#include <math.h>

#include "quant/exact.h"

/* ln 2 in two parts; the first has 28 bits, so that its product with an exponent is exact. */
#define LN2_HIGH 0x1.62e42fep-1
#define LN2_LOW	 0x1.f473de6af278fp-30

/* ln m = 2 artanh((m - 1) / (m + 1)), as a series, for m within a factor sqrt 2 of 1. */
EXACT double exact_log(double x)
{
	double mantissa, s, square, series = 0;
	int exponent, k;

	mantissa = frexp(x, &exponent);
	if (mantissa < 0x1.6a09e667f3bcdp-1) {
		mantissa *= 2;
		exponent--;
	}
	s = (mantissa - 1) / (mantissa + 1);
	square = s * s;
	for (k = 23; k >= 3; k -= 2)
		series = (series + 1.0 / k) * square;
	return exponent * LN2_HIGH + (exponent * LN2_LOW + (2 * s * series + 2 * s));
}
