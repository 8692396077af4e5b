/* SPDX-License-Identifier: MIT */
/*
 * One bit: a row of real numbers becomes signs and one scale.
 *
 * w is close to alpha * b with b in {-1, 1}: b = 1 where w >= 0 (-0 too),
 * alpha = mean |w|, which has the least squared error (XNOR-Net: Rastegari et
 * al. 2016). The product of two rows of signs counts the bits that agree:
 * dot = count - 2 * popcount(a XOR b).
 *
 * A row is packed into 64-bit words, element 0 in the lowest bit of word 0, a
 * set bit for 1; unused bits of the last word are 0. In little-endian memory
 * these are the bytes of qmac_pack() with QMAC_TYPE_B1, padded to 8.
 */
#ifndef QMAC_BINARY_H
#define QMAC_BINARY_H

#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * define QMAC_BINARY_MAX - greatest length of a row
 */
#define QMAC_BINARY_MAX 2147483647

/**
 * qmac_binary_words() - 64-bit words of a row
 * @columns: Elements of a row.
 *
 * Return: ceil(@columns / 64).
 */
QMAC_EXPORT size_t qmac_binary_words(size_t columns);

/**
 * qmac_binary_quantize() - rows to signs and scales
 * @context: Receives messages.
 * @x: [@rows, @columns] numbers.
 * @rows: Rows; each has a scale. One row is per tensor.
 * @columns: Elements of a row, 1 to QMAC_BINARY_MAX.
 * @nan: enum qmac_nan; QMAC_NAN_ZERO counts a NaN as 0.
 * @words: Receives @rows times qmac_binary_words() words.
 * @alpha: Receives @rows scales: the mean of |x|, summed in double from the
 *   first element on, rounded to fp32; 0 for a row of zeros.
 *
 * Return: 0, -EINVAL (columns), -EDOM (NaN or infinity, with its index; nothing
 * is written).
 */
QMAC_EXPORT int qmac_binary_quantize(struct qmac_context *context, const float *x, size_t rows,
				     size_t columns, enum qmac_nan nan, uint64_t *words,
				     float *alpha);

/**
 * qmac_binary_dequantize() - x = alpha or -alpha
 * @words: @rows times qmac_binary_words() words.
 * @rows: Rows.
 * @columns: Elements of a row.
 * @alpha: @rows scales.
 * @x: Receives [@rows, @columns] numbers.
 */
QMAC_EXPORT void qmac_binary_dequantize(const uint64_t *words, size_t rows, size_t columns,
					const float *alpha, float *x);

/**
 * qmac_binary_dot() - product of two rows of signs
 * @a: qmac_binary_words() words.
 * @b: Likewise.
 * @columns: Elements of a row, at most QMAC_BINARY_MAX.
 *
 * Return: sum of a[i] * b[i], from -@columns to @columns.
 */
QMAC_EXPORT int32_t qmac_binary_dot(const uint64_t *a, const uint64_t *b, size_t columns);

/**
 * qmac_binary_gemm() - c[i,j] = sum_k a[i,k] * b[j,k], of signs
 * @a: [@m, @k] signs, packed by rows.
 * @b: [@n, @k] signs, packed by rows (weights lie transposed).
 * @m: Rows of A.
 * @n: Rows of B.
 * @k: Elements of a row, at most QMAC_BINARY_MAX.
 * @c: Receives [@m, @n] sums; times the alphas of both rows they are real.
 */
QMAC_EXPORT void qmac_binary_gemm(const uint64_t *a, const uint64_t *b, size_t m, size_t n,
				  size_t k, int32_t *c);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_BINARY_H */
