/* SPDX-License-Identifier: MIT */
/*
 * Reference operators: the definition of qmac's integer arithmetic in C.
 *
 * Every backend gives the results of these functions, bit for bit; the
 * functional device model calls them. They are plain and exact rather than
 * fast, do not depend on the caller's floating-point environment, allocate
 * nothing and keep no state: any number of threads may call them at once.
 *
 * The formulas and their sources are in Documentation/hardware/arithmetic.rst.
 */
#ifndef QMAC_OPS_H
#define QMAC_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/qmac_cmd.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct qmac_requant - how 32-bit accumulators become 8-bit results
 * @path: QMAC_PATH_*.
 * @rounding: QMAC_ROUND_*.
 * @zp_first: Add @c_zero before rounding instead of after.
 * @c_type: QMAC_TYPE_S8 or QMAC_TYPE_U8; QMAC_TYPE_S32 with QMAC_PATH_NONE.
 * @c_zero: Output zero point, in the range of @c_type.
 * @clamp_lo: Least result, in the range of @c_type.
 * @clamp_hi: Greatest result, not below @clamp_lo.
 */
struct qmac_requant {
	uint8_t path;
	uint8_t rounding;
	bool zp_first;
	uint8_t c_type;
	int16_t c_zero;
	int32_t clamp_lo;
	int32_t clamp_hi;
};

/**
 * qmac_ref_mult_valid() - is a multiplier in the closed domain of a path
 * @path: QMAC_PATH_*.
 * @mult: fp32 bits for QMAC_PATH_F32, Q31 otherwise.
 * @shift: Exponent, positive to the left.
 *
 * Return: true when qmac_ref_requantize() and the device accept the pair.
 */
QMAC_EXPORT bool qmac_ref_mult_valid(uint8_t path, uint32_t mult, int32_t shift);

/**
 * qmac_ref_requantize() - requantize one accumulator
 * @acc: Accumulator, bias included.
 * @mult: Multiplier in the domain of @requant->path.
 * @shift: Exponent in the domain of @requant->path.
 * @requant: The rest of the recipe.
 *
 * The arguments must be valid (qmac_ref_mult_valid()).
 *
 * Return: The result, clamped; @acc itself with QMAC_PATH_NONE.
 */
QMAC_EXPORT int32_t qmac_ref_requantize(int32_t acc, uint32_t mult, int32_t shift,
					const struct qmac_requant *requant);

/**
 * struct qmac_ref_gemm - operands of the reference matrix product
 * @m: Rows of A and C.
 * @n: Columns of B and C.
 * @k: Columns of A, rows of B; 0 leaves the bias alone.
 * @batch: Independent products.
 * @a: First element of A.
 * @b: First element of B.
 * @c: First element of C; any alignment.
 * @a_stride: Bytes from one row of A in memory to the next.
 * @b_stride: As @a_stride, for B.
 * @c_stride: As @a_stride, for C.
 * @a_batch_stride: Bytes from one A of the batch to the next.
 * @b_batch_stride: As @a_batch_stride, for B.
 * @c_batch_stride: As @a_batch_stride, for C.
 * @a_transposed: A lies as [K,M].
 * @b_transposed: B lies as [N,K].
 * @a_type: QMAC_TYPE_S8 or QMAC_TYPE_U8.
 * @b_type: Likewise.
 * @a_zero: Zero point of A, in the range of its type.
 * @b_zero: Zero point of B; not read with @params.
 * @mult: Multiplier of all columns; not read with @params.
 * @shift: Exponent of all columns; not read with @params.
 * @params: @n records of bias, multiplier, shift and b_zero, one per column, or
 *   NULL to use @mult, @shift and @b_zero for all and no bias.
 * @requant: The rest of the recipe.
 *
 * C[b,i,j] = requantize(sum_k (A[b,i,k] - a_zero) * (B[b,k,j] - b_zero) + bias)
 *
 * Element (i,k) of A lies at byte i * a_stride + k, or k * a_stride + i when
 * @a_transposed; B likewise with (k,j). C is row-major.
 */
struct qmac_ref_gemm {
	uint32_t m, n, k, batch;
	const void *a;
	const void *b;
	void *c;
	uint64_t a_stride, b_stride, c_stride;
	uint64_t a_batch_stride, b_batch_stride, c_batch_stride;
	bool a_transposed, b_transposed;
	uint8_t a_type, b_type;
	int16_t a_zero, b_zero;
	uint32_t mult;
	int32_t shift;
	const struct qmac_param *params;
	struct qmac_requant requant;
};

/**
 * qmac_ref_gemm() - batched matrix product with requantization
 * @gemm: Operands; C must not overlap A, B or the parameters.
 *
 * Return: 0, or -EINVAL when a type, path, rounding, zero point, multiplier or
 * shift is outside its domain; nothing has been written then.
 */
QMAC_EXPORT int qmac_ref_gemm(const struct qmac_ref_gemm *gemm);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_OPS_H */
