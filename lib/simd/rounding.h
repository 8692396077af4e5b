/* SPDX-License-Identifier: MIT */
/* What every rounding makes of the nearest integer, ties to even. */
#ifndef QMAC_SIMD_ROUNDING_H
#define QMAC_SIMD_ROUNDING_H

#include <stdint.h>

#include <qmac/quant.h>

/* -1, 0 or 1, to be added to that integer; @distance is y less it, which is exact. */
static inline int32_t rounding_correction(float y, float distance, uint8_t rounding)
{
	switch (rounding) {
	case QMAC_ROUND_UP:
		return distance == 0.5f;
	case QMAC_ROUND_AWAY:
		return (distance == 0.5f && y > 0) - (distance == -0.5f && y < 0);
	case QMAC_ROUND_HALF_DOWN:
		return -(distance == -0.5f);
	case QMAC_ROUND_HALF_ZERO:
		return (distance == 0.5f && y < 0) - (distance == -0.5f && y > 0);
	case QMAC_ROUND_TRUNCATE:
		return (distance > 0 && y < 0) - (distance < 0 && y > 0);
	case QMAC_ROUND_FLOOR:
		return -(distance < 0);
	case QMAC_ROUND_CEIL:
		return distance > 0;
	default:
		return 0;
	}
}

#endif /* QMAC_SIMD_ROUNDING_H */
