// SPDX-License-Identifier: MIT
/* Closed domains: what the device carries out, and nothing else. */
#include "ref/ref.h"

#define F32_INFINITY 0x7f800000u

bool qmac_ref_type_range(uint8_t type, int32_t *lo, int32_t *hi)
{
	switch (type) {
	case QMAC_TYPE_S8:
		*lo = INT8_MIN;
		*hi = INT8_MAX;
		return true;
	case QMAC_TYPE_U8:
		*lo = 0;
		*hi = UINT8_MAX;
		return true;
	case QMAC_TYPE_S32:
		*lo = INT32_MIN;
		*hi = INT32_MAX;
		return true;
	default:
		return false;
	}
}

bool qmac_ref_mult_valid(uint8_t path, uint32_t mult, int32_t shift)
{
	switch (path) {
	case QMAC_PATH_NONE:
		return mult == 0 && shift == 0;
	case QMAC_PATH_F32:
		/* Sign bit, infinity and NaN all compare above or equal. */
		return mult < F32_INFINITY && shift == 0;
	case QMAC_PATH_Q31:
	case QMAC_PATH_Q31_SRDHM:
		return mult <= INT32_MAX && shift >= -31 && shift <= 30;
	default:
		return false;
	}
}

bool qmac_ref_requant_valid(const struct qmac_requant *requant)
{
	int32_t lo, hi;

	if (requant->path == QMAC_PATH_NONE)
		return requant->c_type == QMAC_TYPE_S32;
	if (requant->c_type != QMAC_TYPE_S8 && requant->c_type != QMAC_TYPE_U8)
		return false;
	qmac_ref_type_range(requant->c_type, &lo, &hi);
	return requant->path <= QMAC_PATH_Q31_SRDHM && requant->rounding <= QMAC_ROUND_AWAY &&
	       requant->c_zero >= lo && requant->c_zero <= hi && requant->clamp_lo >= lo &&
	       requant->clamp_lo <= requant->clamp_hi && requant->clamp_hi <= hi;
}
