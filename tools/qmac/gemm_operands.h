/* SPDX-License-Identifier: MIT */
/* Operands of qmac gemm: from files or random, as integers ready to multiply. */
#ifndef QMAC_TOOL_GEMM_OPERANDS_H
#define QMAC_TOOL_GEMM_OPERANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/qmac.h>

#include "gemm_options.h"
#include "npy/npy.h"

/**
 * struct gemm_operands - a product and what it was made from
 * @desc: The product; its pointers lead into this structure.
 * @a: Integers of A; @b likewise.
 * @bias: @desc.n biases, or NULL; @b_zeros, @scale likewise (scale: 1 or n).
 * @clamp: Least and greatest result, when @desc.clamp is set.
 * @is_float: The files were float32.
 * @file_a: A as read; @file_b, @file_bias likewise (data NULL when absent).
 * @a_params: Quantization of a float A.
 * @b_params: Quantization of a float B, a scale per column.
 * @c_params: Quantization of the result of float operands, with --mode.
 * @exact: Product of float operands in float, [m, n].
 */
struct gemm_operands {
	struct qmac_gemm_desc desc;
	void *a, *b;
	int32_t *bias, *b_zeros;
	double *scale;
	int32_t clamp[2];
	bool is_float;
	struct npy_array file_a, file_b, file_bias;
	struct qmac_quant_params a_params, b_params, c_params;
	float *exact;
};

/**
 * gemm_operands_prepare() - make operands and description
 * @context: For quantization; its message is printed.
 * @options: Command line.
 * @operands: Receives them; release also after a failure.
 *
 * Return: 0 or -errno, the fault printed.
 */
int gemm_operands_prepare(struct qmac_context *context, const struct gemm_options *options,
			  struct gemm_operands *operands);
void gemm_operands_release(struct gemm_operands *operands);

/* Parts of the above, a file each. */
int gemm_operands_from_floats(struct qmac_context *context, const struct gemm_options *options,
			      struct gemm_operands *operands);
int gemm_operands_from_integers(const struct gemm_options *options, struct gemm_operands *operands);
int gemm_operands_random(const struct gemm_options *options, struct gemm_operands *operands);

/* Zero points, scale, clamp and result type as the options say, for integer operands. */
int gemm_operands_requantize(const struct gemm_options *options, struct gemm_operands *operands);

#endif /* QMAC_TOOL_GEMM_OPERANDS_H */
