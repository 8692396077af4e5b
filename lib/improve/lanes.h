/* SPDX-License-Identifier: MIT */
/*
 * Several output channels side by side: element i of channel r is at
 * i * LANES + r, so that the sums of all channels go on together and each still
 * adds in the order of i. Call in the exact environment.
 */
#ifndef QMAC_IMPROVE_LANES_H
#define QMAC_IMPROVE_LANES_H

#include <stddef.h>

#define LANES 8

/* sum[r] += factor[i] * x[i][r] for i in [first, last). */
void qmac_lanes_sum(const double *factor, const double *x, size_t first, size_t last,
		    double sum[LANES]);

#endif /* QMAC_IMPROVE_LANES_H */
