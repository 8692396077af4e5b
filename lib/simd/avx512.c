// SPDX-License-Identifier: MIT
/* The loops with AVX-512. */
#if defined(__x86_64__)

#include "simd/vector_avx512.h"

#include "simd/loops.h"

const struct simd_kernels simd_avx512 = { quantize,	 dequantize, range,  range_least,
					  range_columns, bins,	     product };

#endif
