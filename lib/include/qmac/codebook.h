/* SPDX-License-Identifier: MIT */
/*
 * Nonlinear quantization: a code is an index into a short table of real numbers.
 *
 * The levels lie where the numbers are dense (k-means), or at powers of two, so
 * that a multiplication is a shift (log2). Codes are one byte each; those of up
 * to 4 or 16 levels fit QMAC_TYPE_U2 and QMAC_TYPE_U4 of qmac_pack().
 *
 * A tensor has one codebook, or one per channel, row, group or block: the
 * functions qmac_codebooks_*() take the granularity of group.h and an array of
 * qmac_granularity_count() codebooks.
 */
#ifndef QMAC_CODEBOOK_H
#define QMAC_CODEBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>
#include <qmac/group.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * define QMAC_CODEBOOK_LEVELS - most levels of a codebook
 */
#define QMAC_CODEBOOK_LEVELS 256

/**
 * define QMAC_CODEBOOK_OPTIMAL_MAX - most distinct numbers of QMAC_KMEANS_OPTIMAL
 */
#define QMAC_CODEBOOK_OPTIMAL_MAX 65536

/**
 * struct qmac_codebook - levels, and where one code ends and the next begins
 * @levels: Levels in use, 1 to QMAC_CODEBOOK_LEVELS.
 * @value: @levels real numbers, strictly ascending.
 * @threshold: @levels - 1 bounds, ascending, threshold[i] between value[i] and
 *   value[i + 1]. A number has the code i that is the count of thresholds below
 *   it: one that equals a threshold takes the lower code.
 */
struct qmac_codebook {
	unsigned int levels;
	float value[QMAC_CODEBOOK_LEVELS];
	double threshold[QMAC_CODEBOOK_LEVELS - 1];
};

/**
 * enum qmac_kmeans - how the levels are found
 * @QMAC_KMEANS_OPTIMAL: The least sum of squares there is, by dynamic
 *   programming over the sorted numbers (in one dimension clusters are
 *   intervals); time levels * n * log n and 4 * levels * n bytes for n distinct
 *   numbers, at most QMAC_CODEBOOK_OPTIMAL_MAX of them.
 * @QMAC_KMEANS_LLOYD: Lloyd's iteration: level i starts at number
 *   (2 i + 1) * n / (2 * levels) of the n distinct ones in order. It ends when
 *   no cluster changes, or after 300 rounds; a level that is left without
 *   numbers is dropped. Any length; a local optimum.
 *
 * Both are deterministic and independent of the order of the elements: sums
 * are of the sorted numbers, in double.
 */
enum qmac_kmeans {
	QMAC_KMEANS_OPTIMAL = 0,
	QMAC_KMEANS_LLOYD,
};

/**
 * struct qmac_kmeans_options - details of qmac_codebook_kmeans(); zeroed is the default
 * @method: enum qmac_kmeans.
 * @nan: enum qmac_nan; QMAC_NAN_ZERO counts a NaN as 0.
 * @keep_zero: The level nearest to 0 (the lower one of two) becomes 0 exactly,
 *   so that pruned weights stay 0.
 */
struct qmac_kmeans_options {
	uint8_t method;
	uint8_t nan;
	bool keep_zero;
};

/**
 * qmac_codebook_kmeans() - levels that fit given numbers best
 * @context: Receives messages.
 * @x: Numbers.
 * @count: How many; not 0.
 * @levels: Levels wanted, 1 to QMAC_CODEBOOK_LEVELS.
 * @options: NULL for the default.
 * @out: Receives the codebook; untouched on failure. With no more distinct
 *   numbers than @levels these are the levels. Levels are means, rounded to
 *   fp32; thresholds are half way, (value[i] + value[i + 1]) / 2 in double.
 *
 * Return: 0, -EINVAL (count, levels, options), -EDOM (NaN or infinity, with its
 * index), -E2BIG (too many distinct numbers for QMAC_KMEANS_OPTIMAL), -ENOMEM.
 */
QMAC_EXPORT int qmac_codebook_kmeans(struct qmac_context *context, const float *x, size_t count,
				     unsigned int levels, const struct qmac_kmeans_options *options,
				     struct qmac_codebook *out);

/**
 * qmac_codebook_log2() - powers of two and 0
 * @context: Receives messages.
 * @bits: Bits of a code, 2 to 8.
 * @top: Exponent of the greatest level, from -126 + 2^(bits - 1) - 2 to 127.
 * @out: Receives 2^bits - 1 levels: 0, and 2^(bits - 1) - 1 powers of two of
 *   either sign, from 2^top down.
 *
 * Magnitudes are rounded in the logarithm, round(log2 |x|): the threshold
 * between 2^e and 2^(e+1) is 2^(e + 1/2), which no fp32 equals. Below
 * 2^(e - 1/2) of the least level is 0. Source: logarithmic data representation
 * (Miyashita, Lee, Murmann 2016), with a level for 0.
 *
 * Return: 0 or -EINVAL (bits, top).
 */
QMAC_EXPORT int qmac_codebook_log2(struct qmac_context *context, unsigned int bits, int top,
				   struct qmac_codebook *out);

/**
 * qmac_log2_top() - the greatest exponent that given numbers need
 * @context: Receives messages.
 * @x: Numbers.
 * @count: How many.
 * @nan: enum qmac_nan.
 * @top: Receives round(log2 max |x|), within -126 to 127; 0 if all are 0.
 *
 * Return: 0, -EINVAL (count 0), -EDOM (NaN or infinity, with its index).
 */
QMAC_EXPORT int qmac_log2_top(struct qmac_context *context, const float *x, size_t count,
			      enum qmac_nan nan, int *top);

/**
 * qmac_codebook_encode() - numbers to codes
 * @context: Receives messages.
 * @book: Codebook.
 * @x: Numbers; infinities take the outer levels.
 * @count: How many.
 * @nan: enum qmac_nan; QMAC_NAN_ZERO gives a NaN the code of 0.
 * @codes: Receives one byte per number; may not overlap @x.
 *
 * Return: 0, -EINVAL (codebook out of order or empty), -EDOM (NaN, with its
 * index; nothing is written).
 */
QMAC_EXPORT int qmac_codebook_encode(struct qmac_context *context, const struct qmac_codebook *book,
				     const float *x, size_t count, enum qmac_nan nan,
				     uint8_t *codes);

/**
 * qmac_codebook_decode() - codes to numbers
 * @context: Receives messages.
 * @book: Codebook.
 * @codes: Codes.
 * @count: How many.
 * @x: Receives the levels; may not overlap @codes.
 *
 * Return: 0, -EINVAL (codebook), -ERANGE (a code that the codebook does not
 * have, with its index; nothing is written).
 */
QMAC_EXPORT int qmac_codebook_decode(struct qmac_context *context, const struct qmac_codebook *book,
				     const uint8_t *codes, size_t count, float *x);

/**
 * qmac_codebooks_kmeans() - a codebook for each part of a tensor
 * @context: Receives messages.
 * @x: Elements.
 * @granularity: Which of them share a codebook; the tensor is not empty.
 * @levels: Levels wanted of each, 1 to QMAC_CODEBOOK_LEVELS.
 * @options: NULL for the default.
 * @books: Receives qmac_granularity_count() codebooks, each what
 *   qmac_codebook_kmeans() makes of its elements alone. Undefined on failure.
 *
 * Return: As qmac_codebook_kmeans(); an index is that of the tensor.
 */
QMAC_EXPORT int qmac_codebooks_kmeans(struct qmac_context *context, const float *x,
				      const struct qmac_granularity *granularity,
				      unsigned int levels,
				      const struct qmac_kmeans_options *options,
				      struct qmac_codebook *books);

/**
 * qmac_codebooks_log2() - powers of two for each part of a tensor
 * @context: Receives messages.
 * @x: Elements.
 * @granularity: Which of them share a codebook; the tensor is not empty.
 * @bits: Bits of a code, 2 to 8.
 * @nan: enum qmac_nan.
 * @books: Receives qmac_granularity_count() codebooks of qmac_codebook_log2(), with
 *   qmac_log2_top() of their elements, raised where the least level would be no
 *   normal number. Undefined on failure.
 *
 * Return: 0, -EINVAL (bits, empty tensor), -EDOM (NaN or infinity, with its
 * index), -ENOMEM.
 */
QMAC_EXPORT int qmac_codebooks_log2(struct qmac_context *context, const float *x,
				    const struct qmac_granularity *granularity, unsigned int bits,
				    enum qmac_nan nan, struct qmac_codebook *books);

/**
 * qmac_codebooks_encode() - qmac_codebook_encode() for any granularity
 * @context: Receives messages.
 * @books: qmac_granularity_count() codebooks.
 * @granularity: Division of the elements.
 * @x: Elements.
 * @nan: enum qmac_nan.
 * @codes: Receives one byte per element; may not overlap @x.
 *
 * Return: As qmac_codebook_encode(); nothing is written on failure.
 */
QMAC_EXPORT int qmac_codebooks_encode(struct qmac_context *context,
				      const struct qmac_codebook *books,
				      const struct qmac_granularity *granularity, const float *x,
				      enum qmac_nan nan, uint8_t *codes);

/**
 * qmac_codebooks_decode() - qmac_codebook_decode() for any granularity
 * @context: Receives messages.
 * @books: qmac_granularity_count() codebooks.
 * @granularity: Division of the elements.
 * @codes: Codes.
 * @x: Receives the levels; may not overlap @codes.
 *
 * Return: As qmac_codebook_decode(); nothing is written on failure.
 */
QMAC_EXPORT int qmac_codebooks_decode(struct qmac_context *context,
				      const struct qmac_codebook *books,
				      const struct qmac_granularity *granularity,
				      const uint8_t *codes, float *x);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_CODEBOOK_H */
