/* SPDX-License-Identifier: MIT */
/*
 * A histogram of one large batch, to be merged when all of it was good. Counters of
 * 32 bits leave more of the first cache to the elements.
 */
#ifndef QMAC_CALIBRATE_TALLY_H
#define QMAC_CALIBRATE_TALLY_H

#include "calibrate/histogram.h"

/* Elements at a time, at most: they are read twice, the second time from the second cache. */
#define TALLY_BLOCK 4096

struct batch;

/**
 * struct tally - histogram with small counters
 * @histogram: All but the latest.
 * @recent: Counts of the latest: positive, from @side on negative, from 2 * @side on
 *   zeros.
 * @number: Room for the numbers of a HISTOGRAM_PIECE.
 * @side: See @recent.
 * @latest: Elements in @recent.
 * @zeros: Zeros, which are in no bin.
 */
struct tally {
	struct histogram histogram;
	uint32_t *recent, *number;
	size_t side;
	uint32_t latest;
	size_t zeros;
};

/* 0 or -ENOMEM; then there is nothing to release, but it may be. */
int tally_init(struct tally *tally, size_t bins);

void tally_release(struct tally *tally);

/* A block of known range. */
void tally_count(struct tally *tally, const struct simd_kernels *kernels,
		 const struct batch *block);

/* Moves all to @histogram and @zeros. */
void tally_flush(struct tally *tally);

#endif /* QMAC_CALIBRATE_TALLY_H */
