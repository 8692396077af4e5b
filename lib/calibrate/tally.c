// SPDX-License-Identifier: MIT
#include "calibrate/tally.h"

#include <errno.h>
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
	size_t pages = (counters + WORDS - 1) / WORDS;

	*tally = (struct tally){ .side = side };
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
	const size_t bins = tally->histogram.bins, side = tally->side;
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

static void fit(struct tally *tally, float bound)
{
	uint32_t magnitude = histogram_magnitude(bound);

	if (histogram_exponent(tally->histogram.bins, magnitude) <= tally->histogram.exponent)
		return;
	tally_flush(tally);
	histogram_fit(&tally->histogram, magnitude);
}

/* As far ahead as a block is long: the next one is on its way while this one is counted. */
static void prefetch(const float *x, size_t count)
{
	const char *next = (const char *)(x + TALLY_BLOCK);
	size_t i;

	for (i = 0; i < count * sizeof(*x); i += 64)
		__builtin_prefetch(next + i, 0, 2);
}

EXACT void tally_count(struct tally *tally, const struct simd_kernels *kernels,
		       const struct batch *block)
{
	uint32_t *recent = tally->recent, *number = tally->number;
	size_t first, n, i;

	fit(tally, block->lo);
	fit(tally, block->hi);
	if (block->count > UINT32_MAX - tally->latest)
		tally_flush(tally);
	tally->latest += (uint32_t)block->count;
	for (first = 0; first < block->count; first += n) {
		n = histogram_numbers(&tally->histogram, kernels, block->x + first,
				      block->count - first, (uint32_t)tally->side, number);
		prefetch(block->x + first, n);
		for (i = 0; i < n; i++)
			recent[number[i]]++;
	}
}
