/* SPDX-License-Identifier: MIT */
/*
 * Blocks of ggml (GGUF files): 32 numbers with one binary16 scale in front.
 *
 *   Q8_0  34 bytes: d = max |x| / 127; 32 codes int8, round(x * (1 / d)), ties
 *         away from 0
 *   Q4_0  18 bytes: d = m / -8, m the number of greatest magnitude with its
 *         sign (the first of equals); codes min(15, trunc(x * (1 / d) + 8.5)),
 *         number j in the low nibble of byte j, number j + 16 in the high one
 *
 * x = d * q and d * (q - 8). All fp32; codes come from the fp32 d, stored is d
 * rounded to binary16, little endian. These are the results of ggml's reference
 * functions (quantize_row_q8_0_ref, quantize_row_q4_0_ref), which write model
 * files; its vector code for activations may round ties of Q8_0 to even.
 *
 * What ggml leaves open: where 1 / d is infinite (max |x| below about 2^-125)
 * the block is stored as zeros.
 */
#ifndef QMAC_GGML_H
#define QMAC_GGML_H

#include <stddef.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;

/**
 * define QMAC_GGML_BLOCK - numbers in a block
 */
#define QMAC_GGML_BLOCK 32

/**
 * enum qmac_ggml - kinds of blocks
 * @QMAC_GGML_Q4_0: 4 bits, 18 bytes.
 * @QMAC_GGML_Q8_0: 8 bits, 34 bytes.
 */
enum qmac_ggml {
	QMAC_GGML_Q4_0 = 0,
	QMAC_GGML_Q8_0,
};

/**
 * qmac_ggml_bytes() - bytes of packed blocks
 * @kind: enum qmac_ggml.
 * @count: Numbers.
 *
 * Return: 18 or 34 for each 32 numbers; 0 for another kind, a count that is no
 * multiple of 32, or a result beyond a size_t.
 */
QMAC_EXPORT size_t qmac_ggml_bytes(unsigned int kind, size_t count);

/**
 * qmac_ggml_quantize() - numbers to blocks
 * @context: Receives messages.
 * @kind: enum qmac_ggml.
 * @x: Numbers; rows must be multiples of 32 long.
 * @count: How many, a multiple of 32.
 * @blocks: Receives qmac_ggml_bytes() bytes of any alignment.
 *
 * Return: 0, -EINVAL (kind, count), -EDOM (NaN or infinity, with its index),
 * -ERANGE (a block's scale exceeds binary16, |x| of 524160 or 8321040 and
 * above; names the element). Nothing is written on failure.
 */
QMAC_EXPORT int qmac_ggml_quantize(struct qmac_context *context, unsigned int kind, const float *x,
				   size_t count, void *blocks);

/**
 * qmac_ggml_dequantize() - blocks to numbers
 * @context: Receives messages.
 * @kind: enum qmac_ggml.
 * @blocks: qmac_ggml_bytes() bytes of any alignment.
 * @count: Numbers, a multiple of 32.
 * @x: Receives @count numbers.
 *
 * Return: 0, -EINVAL (kind, count), -EDOM (a block's scale is NaN or infinite,
 * with the block's index; nothing is written).
 */
QMAC_EXPORT int qmac_ggml_dequantize(struct qmac_context *context, unsigned int kind,
				     const void *blocks, size_t count, float *x);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_GGML_H */
