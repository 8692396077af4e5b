/* SPDX-License-Identifier: MIT */
/*
 * The loops of one instruction set, written in the words of a vector_*.h that
 * was included before. One file per loop.
 *
 * All go by blocks of four vectors. The first block of a run begins where the
 * run does and the last one ends where it ends; in long runs those between are
 * aligned in the output. Neighbours may overlap and compute the same twice. A run
 * shorter than a block goes through a buffer of one, in functions that are not
 * TARGET: gcc 14 does not align vectors beside arrays that its address sanitizer
 * watches.
 */
#include <math.h>
#include <string.h>

#include <qmac/quant.h>

#include "calibrate/histogram.h"
#include "simd/kernels.h"

#define BLOCK (4 * LANES)

_Static_assert(BLOCK <= SIMD_BLOCK, "the arrays of struct simd_codes are long enough");

/* In longer runs the blocks after the first are aligned. */
#define ALIGNED_RUN (8 * BLOCK)

/* Longer ones may be streamed: the first and the last block are not, which costs. */
#define STREAMED_RUN (48 * BLOCK)

/* Which entries the elements of a loop have: all the same, see simd_runs(), by columns. */
enum by {
	SAME,
	RUNS,
	COLUMNS,
};

static inline enum by by_of(const struct simd_codes *codes, size_t count)
{
	if (!codes->run)
		return COLUMNS;
	return codes->run < count && simd_runs(codes->run) ? RUNS : SAME;
}

/*
 * A core that reads in several places at once waits less for memory: its prefetchers
 * follow each of them, and only so far ahead. So long loops go on in WAYS places.
 */
#define WAYS	  4
#define WAY_LEAST 1024
#define WAY_MOST  4096

/* Elements of its place that a block asks for early: computing keeps the core from it. */
#define WAY_AHEAD 1024

/* Elements from one place to the next, whole blocks; 0: @left are too few. */
static inline size_t way_of(size_t left)
{
	size_t way = left / WAYS / BLOCK * BLOCK;

	if (way < WAY_LEAST)
		return 0;
	return way < WAY_MOST ? way : WAY_MOST;
}

/* Elements of a block before the next multiple of a block's output of @bytes each. */
static inline size_t unaligned_part(const void *p, size_t bytes)
{
	return (uintptr_t)p / bytes % BLOCK;
}

/* May those blocks be streamed: are they aligned to a vector or more. */
static inline bool can_stream(const struct simd_codes *codes, const void *p, size_t bytes,
			      size_t count)
{
	return codes->stream && count >= STREAMED_RUN && (uintptr_t)p % bytes == 0;
}

#include "simd/loop_quantize.h"
#include "simd/loop_dequantize.h"
#include "simd/loop_range.h"
#include "simd/loop_bins.h"
#include "simd/loop_product.h"
