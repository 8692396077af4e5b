/* SPDX-License-Identifier: MIT */
/* Quantize and dequantize in one go. */
#ifndef QMAC_NETWORK_FAKE_H
#define QMAC_NETWORK_FAKE_H

#include <stdint.h>
#include <string.h>

#include "network/graph.h"

/*
 * round(clamp(x / scale, lo, hi)), ties to even, |lo| and |hi| below 2^21; NaN
 * gives 0. Adding 1.5 * 2^23 rounds to an integer and leaves it in the mantissa.
 */
static inline int32_t net_code(float x, float scale, float lo, float hi)
{
	float y = x / scale;
	int32_t bits;

	y = y < lo ? lo : y;
	y = y > hi ? hi : y;
	y = (y == y ? y : 0) + 12582912.0f;
	memcpy(&bits, &y, sizeof(bits));
	return bits - 0x4b400000;
}

/* Applies @fake to a tensor of @shape; @from and @to may be the same. */
void net_fake_apply(const struct qmac_fake *fake, const struct net_shape *shape, const float *from,
		    float *to);

#endif /* QMAC_NETWORK_FAKE_H */
