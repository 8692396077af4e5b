// SPDX-License-Identifier: MIT
/*
 * Single-precision arithmetic of path F32 with integers, so that no rounding
 * mode, flush-to-zero bit or x87 register of the caller can change a result.
 */
#include "ref/ref.h"

#define F32_DIGITS 24
#define F32_BIAS   150 /* exponent field of a normal number whose mantissa is an integer */

/* A magnitude: mantissa * 2^exponent. */
struct magnitude {
	uint64_t mantissa;
	int exponent;
};

static int bit_length(uint64_t x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

/* To 24 significant bits, nearest even. A carry to 2^24 is as good as 2^23 one place up. */
static struct magnitude round_to_f32(struct magnitude x)
{
	int excess = bit_length(x.mantissa) - F32_DIGITS;
	uint64_t half, rest;

	if (excess <= 0)
		return x;
	half = 1ull << (excess - 1);
	rest = x.mantissa & ((1ull << excess) - 1);
	x.mantissa >>= excess;
	if (rest > half || (rest == half && (x.mantissa & 1)))
		x.mantissa++;
	x.exponent += excess;
	return x;
}

/* A normal number or zero; subnormals count as zero. */
static struct magnitude from_bits(uint32_t bits)
{
	uint32_t exponent = bits >> 23;

	if (!exponent)
		return (struct magnitude){ 0, 0 };
	return (struct magnitude){ (bits & 0x7fffff) | 0x800000, (int)exponent - F32_BIAS };
}

struct qmac_ref_scaled qmac_ref_scale_f32(int32_t acc, uint32_t mult)
{
	struct magnitude a = { acc < 0 ? -(int64_t)acc : acc, 0 };
	struct magnitude m = from_bits(mult);
	struct magnitude p;

	a = round_to_f32(a);
	p = round_to_f32((struct magnitude){ a.mantissa * m.mantissa, a.exponent + m.exponent });

	if (!p.mantissa)
		return (struct qmac_ref_scaled){ 0, 0 };
	if (bit_length(p.mantissa) + p.exponent > 31)
		return (struct qmac_ref_scaled){ acc < 0 ? INT32_MIN : INT32_MAX, 0 };
	if (p.exponent >= 0) {
		p.mantissa <<= p.exponent;
		p.exponent = 0;
	}
	/* 24 bits moved down by more than 26 places are well below one half: zero. */
	if (p.exponent < -26)
		return (struct qmac_ref_scaled){ 0, 0 };
	return (struct qmac_ref_scaled){ acc < 0 ? -(int64_t)p.mantissa : (int64_t)p.mantissa,
					 -p.exponent };
}
