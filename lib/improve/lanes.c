// SPDX-License-Identifier: MIT
#include "improve/lanes.h"

#include "quant/exact.h"

EXACT void qmac_lanes_sum(const double *restrict factor, const double *restrict x, size_t first,
			  size_t last, double sum[restrict LANES])
{
	double s[LANES];
	size_t i, r;

	for (r = 0; r < LANES; r++)
		s[r] = sum[r];
	for (i = first; i < last; i++) {
		for (r = 0; r < LANES; r++)
			s[r] += factor[i] * x[i * LANES + r];
	}
	for (r = 0; r < LANES; r++)
		sum[r] = s[r];
}
