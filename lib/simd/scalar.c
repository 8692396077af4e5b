// SPDX-License-Identifier: MIT
/* The loops in plain C: for any processor, and what the others are compared with. */
#include <math.h>
#include <string.h>

#include <qmac/quant.h>

#include "calibrate/histogram.h"
#include "simd/kernels.h"
#include "simd/rounding.h"
#include "simd/vector_any.h"

#include "simd/loop_product.h"

/*
 * 1.5 * 2^23: at this magnitude the last digit of an fp32 is worth 1, so adding
 * it rounds a small number to an integer, to nearest even, and leaves that
 * integer in the low mantissa bits. Unlike a conversion this vectorizes. Good
 * for numbers up to 2^22: codes have 16 bits, zero points 21.
 */
#define ROUNDER	     12582912.0f
#define ROUNDER_BITS 0x4b400000

/* The entry of one element. */
struct entry {
	float scale, factor, lo, hi;
	int32_t zero;
};

static struct entry entry_at(const struct simd_codes *codes, size_t i)
{
	struct entry entry = { .scale = codes->scale[i],
			       .factor = codes->factor[i],
			       .zero = codes->zero[i] };

	if (codes->narrow) {
		entry.lo = (float)(codes->q_min - entry.zero) * entry.scale;
		entry.hi = (float)(codes->q_max - entry.zero) * entry.scale;
	} else {
		entry.lo = codes->lo[i];
		entry.hi = codes->hi[i];
	}
	return entry;
}

static int32_t round_even(float x)
{
	float y = x + ROUNDER;
	int32_t bits;

	memcpy(&bits, &y, sizeof(bits));
	return bits - ROUNDER_BITS;
}

/* Any rounding, corrected from the even one: the distance to it is exact. */
static int32_t to_integer(float y, uint8_t rounding)
{
	int32_t even = round_even(y);
	float distance = y - (float)even;

	return even + rounding_correction(y, distance, rounding);
}

static float clamped(float y, float lo, float hi)
{
	y = y < lo ? lo : y;
	return y > hi ? hi : y;
}

static float number(float x)
{
	return x == x ? x : 0;
}

/* To nearest even by clamp and division: what the loops below are mostly asked for. */
static int32_t near_code(float x, const struct entry *in)
{
	return round_even(clamped(number(x), in->lo, in->hi) / in->scale) + in->zero;
}

static int32_t any_code(float x, const struct entry *in, const struct simd_codes *codes)
{
	float y;

	x = number(x);
	if (codes->step == SIMD_DIVIDE_NEAR)
		return to_integer(clamped(x, in->lo, in->hi) / in->scale, codes->rounding) +
		       in->zero;
	y = codes->step == SIMD_MULTIPLY ? x * in->factor : x / in->scale;
	if (codes->zp_first)
		return to_integer(clamped(y + (float)in->zero, in->lo, in->hi), codes->rounding);
	return to_integer(clamped(y, in->lo, in->hi), codes->rounding) + in->zero;
}

static bool has_nan(const float *x, size_t count)
{
	bool nan = false;
	size_t i;

	for (i = 0; i < count; i++)
		nan |= x[i] != x[i];
	return nan;
}

static void quantize_near8(const struct entry *in, const float *restrict x, uint8_t *restrict q,
			   size_t count)
{
	const struct entry e = *in;
	size_t i;

	for (i = 0; i < count; i++)
		q[i] = near_code(x[i], &e);
}

static void quantize_near16(const struct entry *in, const float *restrict x, uint16_t *restrict q,
			    size_t count)
{
	const struct entry e = *in;
	size_t i;

	for (i = 0; i < count; i++)
		q[i] = near_code(x[i], &e);
}

static void quantize_near(const struct simd_codes *codes, const float *x, uint8_t *q, size_t count)
{
	size_t i, n, entry = 0;

	for (i = 0; i < count; i += n, entry++) {
		const struct entry in = entry_at(codes, entry);

		n = count - i < codes->run ? count - i : codes->run;
		if (codes->bytes == 2)
			quantize_near16(&in, x + i, (uint16_t *)(void *)q + i, n);
		else
			quantize_near8(&in, x + i, q + i, n);
	}
}

/* The entry of each element in turn. */
struct turn {
	size_t entry, used;
};

static void next(struct turn *turn, const struct simd_codes *codes)
{
	if (!codes->run) {
		turn->entry = turn->entry + 1 < codes->period ? turn->entry + 1 : 0;
	} else if (++turn->used == codes->run) {
		turn->used = 0;
		turn->entry++;
	}
}

static void quantize_any(const struct simd_codes *codes, const float *x, void *q, size_t count)
{
	uint16_t *wide = q;
	uint8_t *narrow = q;
	struct turn turn = { 0 };
	size_t i;

	for (i = 0; i < count; i++, next(&turn, codes)) {
		const struct entry in = entry_at(codes, turn.entry);
		int32_t code = any_code(x[i], &in, codes);

		if (codes->bytes == 2)
			wide[i] = code;
		else
			narrow[i] = code;
	}
}

static bool quantize(const struct simd_codes *codes, const float *x, void *q, size_t count)
{
	if (codes->run && codes->step == SIMD_DIVIDE_NEAR && codes->rounding == QMAC_ROUND_EVEN)
		quantize_near(codes, x, q, count);
	else
		quantize_any(codes, x, q, count);
	return has_nan(x, count);
}

/* One loop for each type of code. */
#define DEQUANTIZE(name, type)                                                                     \
	static void name(const struct simd_codes *codes, const type *restrict q,                   \
			 float *restrict x, size_t count)                                          \
	{                                                                                          \
		struct turn turn = { 0 };                                                          \
		size_t i;                                                                          \
                                                                                                   \
		if (codes->run >= count) {                                                         \
			const float scale = codes->scale[0];                                       \
			const int32_t zero = codes->zero[0];                                       \
                                                                                                   \
			for (i = 0; i < count; i++)                                                \
				x[i] = scale * (float)(q[i] - zero);                               \
			return;                                                                    \
		}                                                                                  \
		for (i = 0; i < count; i++, next(&turn, codes))                                    \
			x[i] = codes->scale[turn.entry] * (float)(q[i] - codes->zero[turn.entry]); \
	}

DEQUANTIZE(dequantize_s8, int8_t)
DEQUANTIZE(dequantize_u8, uint8_t)
DEQUANTIZE(dequantize_s16, int16_t)
DEQUANTIZE(dequantize_u16, uint16_t)

static void dequantize(const struct simd_codes *codes, const void *q, float *x, size_t count)
{
	if (codes->bytes == 2 && codes->is_signed)
		dequantize_s16(codes, q, x, count);
	else if (codes->bytes == 2)
		dequantize_u16(codes, q, x, count);
	else if (codes->is_signed)
		dequantize_s8(codes, q, x, count);
	else
		dequantize_u8(codes, q, x, count);
}

static void range(struct simd_range *range, const float *x, size_t count)
{
	struct simd_range r = *range;
	size_t i;

	for (i = 0; i < count; i++) {
		r.lo = x[i] < r.lo ? x[i] : r.lo;
		r.hi = x[i] > r.hi ? x[i] : r.hi;
		r.nan |= x[i] != x[i];
	}
	*range = r;
}

static void range_least(struct simd_range *r, const float *x, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		r->least = fabsf(x[i]) < r->least ? fabsf(x[i]) : r->least;
	range(r, x, count);
}

static bool range_columns(const float *x, float *lo, float *hi, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		float value = number(x[i]);

		lo[i] = value < lo[i] ? value : lo[i];
		hi[i] = value > hi[i] ? value : hi[i];
	}
	return has_nan(x, count);
}

static bool range_runs(const float *x, size_t run, float *lo, float *hi, size_t count)
{
	size_t first, n, i;

	for (first = 0; first < count; first += n, lo++, hi++) {
		n = count - first < run ? count - first : run;
		for (i = first; i < first + n; i++) {
			float value = number(x[i]);

			*lo = value < *lo ? value : *lo;
			*hi = value > *hi ? value : *hi;
		}
	}
	return has_nan(x, count);
}

static bool bins(struct simd_bins *bins, const float *x, uint32_t *number, size_t count)
{
	struct simd_range seen = { bins->lo[0], bins->hi[0], bins->least[0], false };
	bool within = true;
	size_t i;

	range_least(&seen, x, count);
	bins->lo[0] = seen.lo;
	bins->hi[0] = seen.hi;
	bins->least[0] = seen.least;
	for (i = 0; i < count && within; i++) {
		const float size = fabsf(x[i]);

		within = size < bins->limit;
		if (within && size > 0)
			number[i] = (uint32_t)(size * bins->factor) + (x[i] < 0 ? bins->side : 0);
		else
			number[i] = 2 * bins->side + i % HISTOGRAM_ZEROS;
	}
	return within;
}

const struct simd_kernels simd_scalar = {
	.quantize = quantize,
	.dequantize = dequantize,
	.range = range,
	.range_least = range_least,
	.range_columns = range_columns,
	.range_runs = range_runs,
	.bins = bins,
	.product = product,
};
