// SPDX-License-Identifier: MIT
/* Documentation/hardware/arithmetic.rst, section Requantization, as code. */
#include "ref/ref.h"

static int32_t saturate32(int64_t x)
{
	if (x > INT32_MAX)
		return INT32_MAX;
	if (x < INT32_MIN)
		return INT32_MIN;
	return x;
}

/* acc * mult * 2^(shift - 31), left unrounded: 63 bits. */
static struct qmac_ref_scaled scale_q31(int32_t acc, uint32_t mult, int32_t shift)
{
	return (struct qmac_ref_scaled){ (int64_t)acc * mult, 31 - shift };
}

/* The high multiply rounds ties up; what a negative shift leaves is rounded by the caller. */
static struct qmac_ref_scaled scale_srdhm(int32_t acc, uint32_t mult, int32_t shift)
{
	int left = shift > 0 ? shift : 0;
	int32_t x = saturate32((int64_t)acc * (1ll << left));
	int64_t y = ((int64_t)x * mult + (1ll << 30)) >> 31;

	return (struct qmac_ref_scaled){ y, left - shift };
}

/* Is a tie between @below and @below + 1 decided for the upper one? */
static bool tie_goes_up(int64_t below, uint8_t rounding)
{
	switch (rounding) {
	case QMAC_ROUND_EVEN:
		return below & 1;
	case QMAC_ROUND_AWAY:
		return below >= 0;
	default: /* QMAC_ROUND_UP */
		return true;
	}
}

/*
 * Round @x to an integer and add the zero point. An integer added before the
 * rounding moves the floor and leaves the fraction alone, so it can only turn
 * ties; adding it to the floor keeps all sums in 64 bits.
 */
static int64_t round_and_add_zero(struct qmac_ref_scaled x, const struct qmac_requant *requant)
{
	int64_t below = x.value >> x.places;
	uint64_t fraction = (uint64_t)x.value & ((1ull << x.places) - 1);
	uint64_t half = x.places ? 1ull << (x.places - 1) : 1;

	if (requant->zp_first)
		below += requant->c_zero;
	if (fraction > half || (fraction == half && tie_goes_up(below, requant->rounding)))
		below++;
	return requant->zp_first ? below : below + requant->c_zero;
}

int32_t qmac_ref_requantize(int32_t acc, uint32_t mult, int32_t shift,
			    const struct qmac_requant *requant)
{
	struct qmac_ref_scaled real;
	int64_t c;

	switch (requant->path) {
	case QMAC_PATH_F32:
		real = qmac_ref_scale_f32(acc, mult);
		break;
	case QMAC_PATH_Q31:
		real = scale_q31(acc, mult, shift);
		break;
	case QMAC_PATH_Q31_SRDHM:
		real = scale_srdhm(acc, mult, shift);
		break;
	default: /* QMAC_PATH_NONE */
		return acc;
	}
	c = round_and_add_zero(real, requant);
	if (c < requant->clamp_lo)
		return requant->clamp_lo;
	if (c > requant->clamp_hi)
		return requant->clamp_hi;
	return c;
}
