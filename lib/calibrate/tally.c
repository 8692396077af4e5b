// SPDX-License-Identifier: MIT
#include "calibrate/tally.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/calibration.h"
#include "quant/exact.h"

/*
 * A load waits for an earlier store whose address has the same last 12 bits. Most
 * elements are in the first bins of either sign; so those are half a page apart, and
 * the numbers of bins begin before the second half.
 */
#define PAGE  4096
#define WORDS (PAGE / sizeof(uint32_t))
#define SKEW  (WORDS / 2)

int tally_init(struct tally *tally, size_t bins)
{
	size_t side = bins + (bins % WORDS ? 0 : SKEW);
	size_t counters = 2 * side + HISTOGRAM_ZEROS;
	size_t pages = (counters + WORDS - 1) / WORDS, i;

	*tally = (struct tally){ .bins.side = (uint32_t)side };
	for (i = 0; i < SIMD_LANES; i++) {
		tally->bins.lo[i] = tally->bins.least[i] = INFINITY;
		tally->bins.hi[i] = -INFINITY;
	}
	if (histogram_init(&tally->histogram, bins))
		return -ENOMEM;
	tally->recent = aligned_alloc(PAGE, (pages + 1) * PAGE);
	if (!tally->recent) {
		histogram_release(&tally->histogram);
		return -ENOMEM;
	}
	memset(tally->recent, 0, (pages + 1) * PAGE);
	tally->number = tally->recent + pages * WORDS + SKEW - HISTOGRAM_PIECE;
	return 0;
}

void tally_release(struct tally *tally)
{
	histogram_release(&tally->histogram);
	free(tally->recent);
	tally->recent = NULL;
}

void tally_flush(struct tally *tally)
{
	const size_t bins = tally->histogram.bins, side = tally->bins.side;
	uint64_t *count = tally->histogram.count;
	uint32_t *recent = tally->recent;
	size_t k;

	for (k = 0; k < bins; k++) {
		count[k] += recent[k];
		count[bins + k] += recent[side + k];
	}
	for (k = 0; k < HISTOGRAM_ZEROS; k++)
		tally->zeros += recent[2 * side + k];
	memset(recent, 0, (2 * side + HISTOGRAM_ZEROS) * sizeof(*recent));
	tally->latest = 0;
}

static EXACT void fit(struct tally *tally, float bound)
{
	uint32_t magnitude = histogram_magnitude(bound);

	if (histogram_exponent(tally->histogram.bins, magnitude) <= tally->histogram.exponent)
		return;
	tally_flush(tally);
	histogram_fit(&tally->histogram, magnitude);
	histogram_bins(&tally->histogram, tally->bins.side, &tally->bins);
}

/* Counting is slow enough for what comes this much later to be read meanwhile. */
#define AHEAD 4096

static void prefetch(const float *x, size_t count)
{
	const char *next = (const char *)(x + AHEAD);
	size_t i;

	for (i = 0; i < count * sizeof(*x); i += 64)
		__builtin_prefetch(next + i, 0, 2);
}

HISTOGRAM_INCREMENT(increment, uint32_t)

static void count_numbers(struct tally *tally, size_t count)
{
	if (count > UINT32_MAX - tally->latest)
		tally_flush(tally);
	tally->latest += (uint32_t)count;
	increment(tally->recent, tally->number, count);
}

EXACT bool tally_try(struct tally *tally, const struct simd_kernels *kernels, const float *x,
		     size_t count)
{
	if (!kernels->bins(&tally->bins, x, tally->number, count))
		return false;
	prefetch(x, count);
	count_numbers(tally, count);
	return true;
}

EXACT void tally_count(struct tally *tally, const struct simd_kernels *kernels,
		       const struct batch *piece)
{
	fit(tally, piece->lo);
	fit(tally, piece->hi);
	histogram_numbers(&tally->histogram, kernels, &tally->bins, piece->x, piece->count,
			  tally->number);
	count_numbers(tally, piece->count);
}

EXACT struct simd_range tally_range(const struct tally *tally)
{
	const struct simd_bins *bins = &tally->bins;
	struct simd_range range = { bins->lo[0], bins->hi[0], bins->least[0], false };
	size_t i;

	for (i = 1; i < SIMD_LANES; i++) {
		range.lo = fminf(range.lo, bins->lo[i]);
		range.hi = fmaxf(range.hi, bins->hi[i]);
		range.least = fminf(range.least, bins->least[i]);
	}
	return range;
}
