/* SPDX-License-Identifier: MIT */
/*
 * A histogram of one large batch, to be merged when all of it was good. Counters of
 * 32 bits leave more of the first cache to the elements.
 */
#ifndef QMAC_CALIBRATE_TALLY_H
#define QMAC_CALIBRATE_TALLY_H

#include "calibrate/histogram.h"
#include "simd/kernels.h"

struct batch;

/**
 * struct tally - histogram with small counters
 * @histogram: All but the latest.
 * @recent: Counts of the latest: positive, from @bins.side on negative, from twice that on
 *   zeros.
 * @number: Room for the numbers of a HISTOGRAM_PIECE.
 * @bins: For @histogram as it is.
 * @latest: Elements in @recent.
 * @zeros: Zeros, which are in no bin.
 */
struct tally {
	struct histogram histogram;
	uint32_t *recent, *number;
	struct simd_bins bins;
	uint32_t latest;
	size_t zeros;
};

/* 0 or -ENOMEM; then there is nothing to release, but it may be. */
int tally_init(struct tally *tally, size_t bins);

void tally_release(struct tally *tally);

/*
 * Looks at a HISTOGRAM_PIECE or less and counts it, unless there is an element that does
 * not fit or is odd: then nothing is counted, and false.
 */
bool tally_try(struct tally *tally, const struct simd_kernels *kernels, const float *x,
	       size_t count);

/* A piece of known range; NaN count as zeros. */
void tally_count(struct tally *tally, const struct simd_kernels *kernels,
		 const struct batch *piece);

/* The range of all that was tried. NaN are left out. */
struct simd_range tally_range(const struct tally *tally);

/* Moves all to @histogram and @zeros. */
void tally_flush(struct tally *tally);

#endif /* QMAC_CALIBRATE_TALLY_H */
