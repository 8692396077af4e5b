/* SPDX-License-Identifier: MIT */
/*
 * The loops over the elements of a tensor, once per instruction set. All sets
 * give the same bits. They want the exact environment (quant/exact.h).
 */
#ifndef QMAC_SIMD_KERNELS_H
#define QMAC_SIMD_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Elements that a vector loop takes at once, at most. */
#define SIMD_BLOCK 64

/* The loops take short runs as long as these several at once: a vector lies in one run. */
#define SIMD_RUN_LEAST 16
#define SIMD_RUN_MOST  1024

static inline bool simd_runs(size_t run)
{
	return run >= SIMD_RUN_LEAST && run <= SIMD_RUN_MOST && !(run & (run - 1));
}

/**
 * enum simd_step - how an element becomes the real number to be rounded
 * @SIMD_DIVIDE: The fp32 quotient by the scale, then the clamp.
 * @SIMD_DIVIDE_NEAR: The clamp first or last, and the quotient, which may be computed
 *   by multiplication; see simd/division.h for when this is the same.
 * @SIMD_MULTIPLY: The fp32 product with the factor, then the clamp.
 */
enum simd_step {
	SIMD_DIVIDE = 0,
	SIMD_DIVIDE_NEAR,
	SIMD_MULTIPLY,
};

/**
 * struct simd_codes - the codes of a tensor and the real numbers they stand for
 * @bytes: 1 or 2 per code.
 * @is_signed: Of the codes.
 * @narrow: One byte per code, to nearest even with SIMD_DIVIDE_NEAR; all zero
 *   points are in the type and, by columns, the same. The common case.
 * @alike: All zero points are the same; read with @narrow.
 * @q_min: Least code in use.
 * @q_max: Greatest code in use.
 * @rounding: QMAC_ROUND_*.
 * @step: enum simd_step.
 * @zp_first: Add the zero point before rounding; not with SIMD_DIVIDE_NEAR.
 * @stream: Write past the caches: the output does not fit them.
 * @run: Element i has entry i / @run, or 0: see @period. After the last one comes
 *   one for every SIMD_RUN_LEAST elements of a block.
 * @period: Element i has entry i % @period, and SIMD_BLOCK more entries repeat the
 *   first ones. It is SIMD_BLOCK or more, or as many as there are elements or more.
 * @scale: Scales.
 * @factor: 1 / @scale, or what to multiply by. Not read with SIMD_DIVIDE.
 * @lo: Least number before rounding; least element with SIMD_DIVIDE_NEAR; not read
 *   with @narrow.
 * @hi: Greatest likewise.
 * @zero: Zero points.
 *
 * Dequantization reads @bytes, @is_signed, @stream, @run, @period, @scale, @zero.
 */
struct simd_codes {
	unsigned int bytes;
	bool is_signed, narrow, alike;
	int32_t q_min, q_max;
	uint8_t rounding;
	uint8_t step;
	bool zp_first;
	bool stream;
	size_t run, period;
	const float *scale, *factor, *lo, *hi;
	const int32_t *zero;
};

/**
 * struct simd_range - what a run of elements spans
 * @lo: Least element; zeros of either sign are equal.
 * @hi: Greatest element.
 * @least: Least magnitude, for range_least() alone.
 * @nan: There is a NaN; it is left out of the others.
 */
struct simd_range {
	float lo, hi, least;
	bool nan;
};

/* Lanes of the longest vector of floats. */
#define SIMD_LANES 16

/**
 * struct simd_bins - the bins of a calibrate/histogram.h, and what was seen
 * @factor: 1 / width of a bin.
 * @limit: The bins end here; 0 if the width has no reciprocal.
 * @side: Number of the first bin of negative numbers.
 * @lo: Least of these: least element; INFINITY where there is none.
 * @hi: Greatest of these: greatest element; -INFINITY likewise.
 * @least: Least of these: least magnitude; INFINITY likewise.
 */
struct simd_bins {
	float factor, limit;
	uint32_t side;
	_Alignas(64) float lo[SIMD_LANES];
	_Alignas(64) float hi[SIMD_LANES];
	_Alignas(64) float least[SIMD_LANES];
};

/**
 * struct simd_product - C = A * B, row-major fp32
 * @m: Rows of A and C.
 * @n: Columns of B and C.
 * @k: Columns of A, rows of B.
 * @a: A.
 * @a_stride: Elements from one row of A to the next.
 * @b: B; with @b_transposed its transpose, [n, k].
 * @b_stride: As @a_stride, of what is at @b.
 * @b_transposed: See @b.
 * @c: C; overlaps neither.
 * @c_stride: As @a_stride, for C.
 *
 * Every element is 0 + a[0] b[0] + a[1] b[1] + ... in that order, each product
 * and sum rounded to fp32, whatever the shape.
 */
struct simd_product {
	size_t m, n, k;
	const float *a;
	size_t a_stride;
	const float *b;
	size_t b_stride;
	bool b_transposed;
	float *c;
	size_t c_stride;
};

/**
 * struct simd_kernels - the loops of one instruction set
 * @quantize: Elements to codes; a NaN becomes the code of 0. True if there is one.
 * @dequantize: Codes to elements.
 * @range: Extends a range, which may be empty (lo INFINITY, hi -INFINITY, least
 *   INFINITY), by @count elements.
 * @range_least: Likewise, the least magnitude too.
 * @range_columns: Extends lo[i] and hi[i] by x[i], a NaN counts as 0. True if
 *   there is one.
 * @range_runs: The same of lo[i / @run] and hi[i / @run]; @run is one of simd_runs().
 * @bins: Numbers of bins: floor(|x| * factor), and @side more for negative numbers.
 *   Zeros and NaN have one of the HISTOGRAM_ZEROS numbers from 2 * @side on. Extends
 *   what was seen, in which NaN count as nothing. False if an element is a NaN or
 *   beyond @limit: then the numbers mean nothing.
 * @product: A matrix product.
 */
struct simd_kernels {
	bool (*quantize)(const struct simd_codes *codes, const float *x, void *q, size_t count);
	void (*dequantize)(const struct simd_codes *codes, const void *q, float *x, size_t count);
	void (*range)(struct simd_range *range, const float *x, size_t count);
	void (*range_least)(struct simd_range *range, const float *x, size_t count);
	bool (*range_columns)(const float *x, float *lo, float *hi, size_t count);
	bool (*range_runs)(const float *x, size_t run, float *lo, float *hi, size_t count);
	bool (*bins)(struct simd_bins *bins, const float *x, uint32_t *number, size_t count);
	void (*product)(const struct simd_product *product);
};

extern const struct simd_kernels simd_scalar;
#if defined(__x86_64__)
extern const struct simd_kernels simd_avx2, simd_avx512;
#endif

#endif /* QMAC_SIMD_KERNELS_H */
