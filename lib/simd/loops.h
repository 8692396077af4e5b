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
