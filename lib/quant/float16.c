// SPDX-License-Identifier: MIT
/* Half precision and bfloat16, bit by bit. */
#include <qmac/float16.h>

#include <string.h>

#define F32_INFINITY 0x7f800000u
#define F16_INFINITY 0x7c00u
#define F16_QUIET    0x0200u
#define BF16_QUIET   0x0040u

static uint32_t bits_of(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

/* @value without its lowest @drop bits (1 to 31), to nearest, ties to even. */
static uint32_t round_off(uint32_t value, unsigned int drop)
{
	uint32_t kept = value >> drop, rest = value & ((1u << drop) - 1), half = 1u << (drop - 1);

	return kept + (rest > half || (rest == half && kept & 1));
}

static uint16_t f16_of(float x)
{
	uint32_t bits = bits_of(x), size = bits & 0x7fffffff;
	uint32_t sign = bits >> 16 & 0x8000, exponent = size >> 23;

	if (size > F32_INFINITY)
		return sign | F16_INFINITY | F16_QUIET | (size >> 13 & 0x3ff);
	if (exponent >= 143) /* 2^16 and above */
		return sign | F16_INFINITY;
	if (exponent >= 113) /* a carry of the mantissa goes on into the exponent */
		return sign | round_off(size - (112u << 23), 13);
	if (exponent < 102) /* below 2^-25, half of the least subnormal */
		return sign;
	return sign | round_off((size & 0x7fffff) | 0x800000, 126 - exponent);
}

static float f32_of(uint16_t half)
{
	uint32_t sign = (uint32_t)(half & 0x8000) << 16, size = half & 0x7fff, bits;
	float x;

	if (size >= F16_INFINITY) {
		bits = F32_INFINITY | (size & 0x3ff) << 13;
		if (size > F16_INFINITY)
			bits |= F16_QUIET << 13;
	} else if (size >= 0x400) {
		bits = (size << 13) + (112u << 23);
	} else if (size) { /* shift the leading one to its place */
		unsigned int shift = __builtin_clz(size) - 21;

		bits = (size << shift & 0x3ff) << 13 | (113 - shift) << 23;
	} else {
		bits = 0;
	}
	bits |= sign;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

void qmac_f16_narrow(const float *x, size_t count, uint16_t *out)
{
	size_t i;

	for (i = 0; i < count; i++)
		out[i] = f16_of(x[i]);
}

void qmac_f16_widen(const uint16_t *in, size_t count, float *x)
{
	size_t i;

	for (i = 0; i < count; i++)
		x[i] = f32_of(in[i]);
}

void qmac_bf16_narrow(const float *x, size_t count, uint16_t *out)
{
	size_t i;

	for (i = 0; i < count; i++) {
		uint32_t bits = bits_of(x[i]);

		if ((bits & 0x7fffffff) > F32_INFINITY)
			out[i] = bits >> 16 | BF16_QUIET;
		else
			out[i] = round_off(bits, 16);
	}
}

void qmac_bf16_widen(const uint16_t *in, size_t count, float *x)
{
	size_t i;

	for (i = 0; i < count; i++) {
		uint32_t bits = (uint32_t)in[i] << 16;

		if ((bits & 0x7fffffff) > F32_INFINITY)
			bits |= BF16_QUIET << 16;
		memcpy(&x[i], &bits, sizeof(bits));
	}
}
