// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "direct.h"

__extension__ typedef __int128 int128_t;

/* @numerator / 2^@places to the nearest integer. */
static int128_t round_places(int128_t numerator, unsigned int places, unsigned int rounding)
{
	int128_t floor = numerator >> places;
	int128_t one = (int128_t)1 << places;
	int128_t twice = (numerator - floor * one) * 2;

	if (twice != one)
		return floor + (twice > one);
	switch (rounding) {
	case QMAC_ROUND_UP:
		return floor + 1;
	case QMAC_ROUND_AWAY:
		return numerator < 0 ? floor : floor + 1;
	default:
		return floor + (floor & 1);
	}
}

static int128_t saturate(int128_t value)
{
	return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : value;
}

/* A real number as numerator / 2^places. */
struct real {
	int128_t numerator;
	unsigned int places;
};

static struct real real_f32(__s32 acc, __u32 bits)
{
	/* 24 bits down to 2^-50; anything smaller only has to be no tie. */
	const unsigned int places = 78;
	volatile float product;
	float mult;

	memcpy(&mult, &bits, sizeof(mult));
	if (fpclassify(mult) == FP_SUBNORMAL)
		mult = 0;
	product = (float)acc;
	product *= mult;
	if (fpclassify(product) == FP_SUBNORMAL || product == 0)
		return (struct real){ 0, 0 };
	if (product >= 0x1p31f || product < -0x1p31f)
		return (struct real){ product > 0 ? INT32_MAX : INT32_MIN, 0 };
	if (fabsf(product) < 0x1p-50f)
		return (struct real){ product > 0 ? 1 : -1, places };
	return (struct real){ (int128_t)ldexp(product, (int)places), places };
}

static struct real real_q31(__s32 acc, __u32 mult, __s32 shift)
{
	return (struct real){ (int128_t)acc * mult, 31 - shift };
}

static struct real real_srdhm(__s32 acc, __u32 mult, __s32 shift)
{
	int128_t x = saturate((int128_t)acc * ((int128_t)1 << (shift > 0 ? shift : 0)));
	int128_t y = (x * mult + (1 << 30)) >> 31;

	return (struct real){ y, shift < 0 ? -shift : 0 };
}

__s32 direct_requantize(const struct qmac_cmd *cmd, __s32 acc, __u32 mult, __s32 shift)
{
	int128_t before = cmd->zp_first ? cmd->c_zero : 0;
	int128_t after = cmd->zp_first ? 0 : cmd->c_zero;
	struct real r;
	int128_t c;

	switch (cmd->path) {
	case QMAC_PATH_NONE:
		return acc;
	case QMAC_PATH_F32:
		r = real_f32(acc, mult);
		break;
	case QMAC_PATH_Q31:
		r = real_q31(acc, mult, shift);
		break;
	default:
		r = real_srdhm(acc, mult, shift);
		break;
	}
	c = round_places(r.numerator + before * ((int128_t)1 << r.places), r.places,
			 cmd->rounding) +
	    after;
	if (c < cmd->clamp_lo)
		c = cmd->clamp_lo;
	if (c > cmd->clamp_hi)
		c = cmd->clamp_hi;
	return (__s32)c;
}
