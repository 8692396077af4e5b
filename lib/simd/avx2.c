// SPDX-License-Identifier: MIT
/* The loops with AVX2. */
#if defined(__x86_64__)

#include "simd/vector_avx2.h"

#include "simd/loops.h"

const struct simd_kernels simd_avx2 = {
	.quantize = quantize,
	.dequantize = dequantize,
	.range = range,
	.range_least = range_least,
	.range_columns = range_columns,
	.range_runs = range_runs,
	.bins = bins,
	.product = product,
};

#endif
