// SPDX-License-Identifier: MIT
#include "calibrate/histogram.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "quant/exact.h"
#include "simd/kernels.h"

#define SIGN 0x80000000u

int histogram_init(struct histogram *histogram, size_t bins)
{
	histogram->count = calloc(2 * bins + HISTOGRAM_ZEROS, sizeof(*histogram->count));
	if (!histogram->count)
		return -ENOMEM;
	histogram->bins = bins;
	histogram->exponent = LEAST_EXPONENT;
	return 0;
}

void histogram_release(struct histogram *histogram)
{
	free(histogram->count);
	histogram->count = NULL;
}

/* A magnitude is mantissa * 2^exponent; subnormals have exponent field 0 but mean 1. */
static uint32_t split(uint32_t magnitude, int *exponent)
{
	uint32_t field = magnitude >> 23, mantissa = magnitude & 0x7fffff;

	*exponent = (field ? (int)field : 1) - 150;
	return field ? mantissa | 0x800000 : mantissa;
}

int histogram_exponent(size_t bins, uint32_t magnitude)
{
	int exponent, needed;
	uint32_t mantissa = split(magnitude, &exponent);

	if (!mantissa)
		return LEAST_EXPONENT;
	/* floor(log2(magnitude)) must be below log2(bins) + the result. */
	needed = exponent + 31 - __builtin_clz(mantissa) - __builtin_ctzll(bins) + 1;
	return needed > LEAST_EXPONENT ? needed : LEAST_EXPONENT;
}

static size_t bin_of(uint32_t magnitude, int width)
{
	int exponent;
	uint32_t mantissa = split(magnitude, &exponent);
	int shift = width - exponent;

	if (shift > 31)
		return 0;
	return shift >= 0 ? mantissa >> shift : (size_t)mantissa << -shift;
}

/* Every bin of either sign takes up 2^by old ones. */
static void widen(struct histogram *histogram, int by)
{
	int shift = by > 31 ? 31 : by; /* as many bins as that there are not */
	size_t side, k;

	for (side = 0; side < 2; side++) {
		uint64_t *count = histogram->count + side * histogram->bins;

		for (k = 1; k < histogram->bins; k++) {
			uint64_t moved = count[k];

			count[k] = 0;
			count[k >> shift] += moved;
		}
	}
	histogram->exponent += by;
}

void histogram_fit(struct histogram *histogram, uint32_t magnitude)
{
	int needed = histogram_exponent(histogram->bins, magnitude);

	if (needed > histogram->exponent)
		widen(histogram, needed - histogram->exponent);
}

/* Where the width of a bin has no reciprocal in fp32: data next to the subnormals. */
static void bins_exactly(const struct histogram *histogram, const float *x, uint32_t side,
			 uint32_t *number, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		uint32_t bits;

		memcpy(&bits, &x[i], sizeof(bits));
		if (bits & ~SIGN && x[i] == x[i])
			number[i] = (bits & SIGN ? side : 0) +
				    bin_of(bits & ~SIGN, histogram->exponent);
		else
			number[i] = 2 * side;
	}
}

EXACT void histogram_bins(const struct histogram *histogram, uint32_t side, struct simd_bins *bins)
{
	const bool simple = histogram->exponent >= -126 && histogram->exponent <= 126;

	bins->side = side;
	bins->factor = simple ? ldexpf(1, -histogram->exponent) : 0;
	bins->limit = simple ? ldexpf((float)histogram->bins, histogram->exponent) : 0;
}

EXACT size_t histogram_numbers(const struct histogram *histogram,
			       const struct simd_kernels *kernels, struct simd_bins *bins,
			       const float *x, size_t count, uint32_t number[HISTOGRAM_PIECE])
{
	size_t n = count < HISTOGRAM_PIECE ? count : HISTOGRAM_PIECE;

	if (!(bins->limit > 0) || !kernels->bins(bins, x, number, n))
		bins_exactly(histogram, x, bins->side, number, n);
	return n;
}

HISTOGRAM_INCREMENT(increment, uint64_t)

EXACT size_t histogram_count(struct histogram *histogram, const struct simd_kernels *kernels,
			     const float *x, size_t count)
{
	uint64_t *counts = histogram->count, *zeros = counts + 2 * histogram->bins;
	_Alignas(64) uint32_t number[HISTOGRAM_PIECE];
	struct simd_bins bins = { 0 };
	size_t first, n, i, total = 0;

	histogram_bins(histogram, (uint32_t)histogram->bins, &bins);
	for (first = 0; first < count; first += n) {
		n = histogram_numbers(histogram, kernels, &bins, x + first, count - first, number);
		increment(counts, number, n);
	}
	for (i = 0; i < HISTOGRAM_ZEROS; i++) {
		total += zeros[i];
		zeros[i] = 0;
	}
	return total;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	int shift;
	size_t side, k;

	if (from->exponent > into->exponent)
		widen(into, from->exponent - into->exponent);
	shift = into->exponent - from->exponent;
	if (shift > 31)
		shift = 31;
	for (side = 0; side < 2; side++)
		for (k = 0; k < from->bins; k++)
			into->count[side * into->bins + (k >> shift)] +=
				from->count[side * from->bins + k];
}
