/* SPDX-License-Identifier: MIT */
/*
 * Matrix products and linear layers.
 *
 *   C[b,i,j] = requantize(sum_k (A[b,i,k] - a_zero) * (B[b,k,j] - b_zero[j]) + bias[j])
 *
 * From the outside in: qmac_gemm_run() does it all in one call; a struct
 * qmac_gemm or qmac_linear is memory on the device set up once and run often;
 * qmac_gemm_encode() writes the command for jobs of your own making.
 */
#ifndef QMAC_GEMM_H
#define QMAC_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/qmac_cmd.h>

#include <qmac/device.h>
#include <qmac/export.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct qmac_gemm_desc - a matrix product; what is zero has the default
 * @m: Rows of A and C.
 * @n: Columns of B and C.
 * @k: Columns of A, rows of B.
 * @batch: Independent products; 0 means 1.
 * @a_type: QMAC_TYPE_S8 or QMAC_TYPE_U8.
 * @b_type: Likewise.
 * @c_type: Likewise; QMAC_TYPE_S32 with QMAC_PRESET_RAW, where NONE means it too.
 * @preset: enum qmac_preset.
 * @a_transposed: A lies as [K,M].
 * @b_transposed: B lies as [N,K], the layout of weights.
 * @a_stride: Bytes from one row of A in memory to the next; 0 for dense rows.
 * @b_stride: As @a_stride, for B.
 * @c_stride: As @a_stride, for C; a multiple of 4 with S32.
 * @a_batch_stride: Bytes from one A to the next of the batch; 0 shares one A.
 * @b_batch_stride: As @a_batch_stride, for B.
 * @c_batch_stride: Bytes from one C to the next; 0 for dense: m rows.
 * @a_zero: Zero point of A, in the range of its type.
 * @b_zero: Zero point of B.
 * @c_zero: Zero point of C; 0 with QMAC_PRESET_RAW.
 * @b_zeros: @n zero points of B's columns, or NULL for @b_zero.
 * @bias: @n biases in units of the accumulator, or NULL.
 * @scale: Real scales accumulator to result (see qmac_real_scale()); not read
 *   with QMAC_PRESET_RAW.
 * @scale_count: 1, or @n for a scale per column; 0 with QMAC_PRESET_RAW.
 * @clamp: Least and greatest result (two values, for fused ReLU and the like),
 *   cut to the range of @c_type; NULL for all of it. NULL with QMAC_PRESET_RAW.
 * @b_constant: B and the parameters are not written by earlier commands of the
 *   job (weights): their loads may run ahead (QMAC_FLAG_ASYNC_B).
 *
 * Arrays are read during the call only.
 */
struct qmac_gemm_desc {
	uint32_t m, n, k, batch;
	uint8_t a_type, b_type, c_type;
	uint8_t preset;
	bool a_transposed, b_transposed;
	uint64_t a_stride, b_stride, c_stride;
	uint64_t a_batch_stride, b_batch_stride, c_batch_stride;
	int32_t a_zero, b_zero, c_zero;
	const int32_t *b_zeros;
	const int32_t *bias;
	const double *scale;
	size_t scale_count;
	const int32_t *clamp;
	bool b_constant;
};

/**
 * struct qmac_gemm_bytes - memory that a product needs
 * @a: From the first byte of A to the last, with strides and batch.
 * @b: Likewise.
 * @c: Likewise.
 * @params: Parameter records; 0 when the command holds all.
 */
struct qmac_gemm_bytes {
	uint64_t a, b, c;
	uint64_t params;
};

/**
 * qmac_gemm_check() - can this product be computed
 * @context: Receives messages.
 * @info: Device to ask for.
 * @desc: The product.
 * @bytes: Receives the memory it needs; may be NULL.
 *
 * Refuses what could leave 32 bits: for every column,
 * k * max|a - a_zero| * max|b - b_zero| + |bias| must not exceed 2^31 - 1, with
 * the maxima over the ranges of the types.
 *
 * Return: 0; -EINVAL (a dimension, type, zero point, stride or clamp; names
 * field, value and bounds), -ERANGE (could overflow, or a scale too large for
 * the preset), -EDOM (a scale that is no number), -EOPNOTSUPP (the device lacks
 * it), -EOVERFLOW (more bytes than an address space holds).
 */
QMAC_EXPORT int qmac_gemm_check(struct qmac_context *context, const struct qmac_device_info *info,
				const struct qmac_gemm_desc *desc, struct qmac_gemm_bytes *bytes);

/**
 * struct qmac_gemm_addresses - where the operands of a command lie
 * @a: Device address of A.
 * @b: Device address of B.
 * @c: Device address of C; a multiple of 4 with S32. May not overlap A, B or the
 *   parameters.
 * @params: Device address of the parameter records, a multiple of 16; not used
 *   when qmac_gemm_check() says that they need 0 bytes.
 */
struct qmac_gemm_addresses {
	uint64_t a, b, c, params;
};

/**
 * qmac_gemm_encode() - write command and parameter records of a product
 * @context: Receives messages.
 * @info: The device.
 * @desc: The product.
 * @addresses: Where its operands lie.
 * @cmd: Receives the command.
 * @params: Receives @desc->n records; may be NULL when they need 0 bytes.
 *
 * Return: As qmac_gemm_check(), and -EINVAL for a misaligned address.
 */
QMAC_EXPORT int qmac_gemm_encode(struct qmac_context *context, const struct qmac_device_info *info,
				 const struct qmac_gemm_desc *desc,
				 const struct qmac_gemm_addresses *addresses, struct qmac_cmd *cmd,
				 struct qmac_param *params);

/**
 * qmac_gemm_macs() - useful multiplications of a product
 * @desc: The product.
 *
 * Return: m * n * k * batch.
 */
QMAC_EXPORT uint64_t qmac_gemm_macs(const struct qmac_gemm_desc *desc);

struct qmac_gemm;

/**
 * qmac_gemm_create() - set a product up on a device
 * @device: The device.
 * @desc: The product.
 * @out: Receives it: buffers, command and parameters, ready to run.
 *
 * Return: As qmac_gemm_check() and qmac_bo_create().
 */
QMAC_EXPORT int qmac_gemm_create(struct qmac_device *device, const struct qmac_gemm_desc *desc,
				 struct qmac_gemm **out);

/**
 * qmac_gemm_destroy() - give it back
 * @gemm: May be NULL.
 */
QMAC_EXPORT void qmac_gemm_destroy(struct qmac_gemm *gemm);

/**
 * qmac_gemm_a() - where to put A, with the strides of the description
 * @gemm: The product.
 *
 * Return: Host address, zeroed at first; keeps its content between runs.
 */
QMAC_EXPORT void *qmac_gemm_a(struct qmac_gemm *gemm);

/**
 * qmac_gemm_b() - where to put B
 * @gemm: The product.
 */
QMAC_EXPORT void *qmac_gemm_b(struct qmac_gemm *gemm);

/**
 * qmac_gemm_c() - where C is after a run
 * @gemm: The product.
 */
QMAC_EXPORT const void *qmac_gemm_c(const struct qmac_gemm *gemm);

/**
 * qmac_gemm_bytes() - sizes of its operands
 * @gemm: The product.
 */
QMAC_EXPORT const struct qmac_gemm_bytes *qmac_gemm_bytes(const struct qmac_gemm *gemm);

/**
 * qmac_gemm_submit() - start it
 * @gemm: The product; leave its memory alone until the job has ended.
 * @job: Receives the job; release it.
 *
 * Return: As qmac_submit().
 */
QMAC_EXPORT int qmac_gemm_submit(struct qmac_gemm *gemm, struct qmac_job **job);

/**
 * qmac_gemm_execute() - start it and wait for the result
 * @gemm: The product.
 * @result: Receives cause and counters; may be NULL.
 *
 * Return: 0, or the error of the submission or of the job.
 */
QMAC_EXPORT int qmac_gemm_execute(struct qmac_gemm *gemm, struct qmac_job_result *result);

/**
 * qmac_gemm_run() - a product of matrices in host memory, in one call
 * @device: The device.
 * @desc: The product.
 * @a: A, laid out as @desc says.
 * @b: B.
 * @c: Receives C; bytes between its rows are not touched. May not overlap A or B.
 * @result: Receives cause and counters; may be NULL.
 *
 * Return: 0, or the error of any step.
 */
QMAC_EXPORT int qmac_gemm_run(struct qmac_device *device, const struct qmac_gemm_desc *desc,
			      const void *a, const void *b, void *c,
			      struct qmac_job_result *result);

struct qmac_linear;

/**
 * qmac_linear_create() - put the weights of a linear layer on a device
 * @device: The device.
 * @desc: The layer for its largest batch of samples: @desc->m rows at most,
 *   @desc->batch 0 or 1, A and C dense; @desc->b_constant is implied.
 * @weights: B, laid out as @desc says; copied.
 * @out: Receives the layer.
 *
 * Return: As qmac_gemm_check() and qmac_bo_create().
 */
QMAC_EXPORT int qmac_linear_create(struct qmac_device *device, const struct qmac_gemm_desc *desc,
				   const void *weights, struct qmac_linear **out);

/**
 * qmac_linear_destroy() - give a layer back
 * @linear: May be NULL.
 */
QMAC_EXPORT void qmac_linear_destroy(struct qmac_linear *linear);

/**
 * qmac_linear_run() - the layer on activations in host memory
 * @linear: The layer.
 * @rows: Rows of activations, 1 to m.
 * @a: [@rows, k] activations.
 * @c: Receives [@rows, n] results.
 * @result: Receives cause and counters; may be NULL.
 *
 * Return: 0, -EINVAL (@rows), or the error of submission or job.
 */
QMAC_EXPORT int qmac_linear_run(struct qmac_linear *linear, uint32_t rows, const void *a, void *c,
				struct qmac_job_result *result);

/**
 * qmac_linear_encode() - command of the layer, to chain layers in one job
 * @linear: The layer.
 * @rows: Rows of activations, 1 to m.
 * @a: Device address of the activations.
 * @c: Device address of the results.
 * @cmd: Receives the command.
 *
 * Return: 0 or -EINVAL.
 */
QMAC_EXPORT int qmac_linear_encode(struct qmac_linear *linear, uint32_t rows, uint64_t a,
				   uint64_t c, struct qmac_cmd *cmd);

/**
 * qmac_linear_weights() - buffer with weights and parameters, for a job's list
 * @linear: The layer. The job reads the buffer.
 */
QMAC_EXPORT struct qmac_bo *qmac_linear_weights(struct qmac_linear *linear);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_GEMM_H */
