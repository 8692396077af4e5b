/* SPDX-License-Identifier: MIT */
/*
 * The loops of one instruction set, written in the words of a vector_*.h that
 * was included before. One file per loop.
 *
 * All go by blocks of four vectors. The first block of a run begins where the
 * run does and the last one ends where it ends; those between are aligned in
 * the output, so neighbours may overlap and compute the same twice. A run
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

/* Elements of @bytes from @p to the next multiple of a block's output; BLOCK if at one. */
static inline size_t to_aligned(const void *p, size_t bytes)
{
	return BLOCK - (uintptr_t)p / bytes % BLOCK;
}

/* Can whole vectors be aligned at all, so that they may be streamed. */
static inline bool can_align(const void *p, size_t bytes)
{
	return (uintptr_t)p % bytes == 0;
}

#include "simd/loop_quantize.h"
#include "simd/loop_dequantize.h"
#include "simd/loop_range.h"
#include "simd/loop_bins.h"
