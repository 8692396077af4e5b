/* SPDX-License-Identifier: MIT */
/* A matrix product with all defaults filled in, inside the library. */
#ifndef QMAC_GEMM_SHAPE_H
#define QMAC_GEMM_SHAPE_H

#include <qmac/gemm.h>

/**
 * struct gemm_matrix - an operand in memory
 * @rows: Rows as they lie in memory.
 * @row_bytes: Bytes of a row.
 * @stride: Bytes from one row to the next.
 * @batch_stride: Bytes from one matrix of the batch to the next.
 */
struct gemm_matrix {
	uint32_t rows;
	uint64_t row_bytes, stride, batch_stride;
};

/**
 * struct gemm_shape - what a description comes down to
 * @batch: Products, 1 or more.
 * @c_type: Result type, not NONE.
 * @per_channel: Parameter records are needed.
 * @clamp_lo: Least result; 0 without requantization.
 * @clamp_hi: Greatest result; 0 without requantization.
 */
struct gemm_shape {
	uint32_t batch;
	uint8_t c_type;
	bool per_channel;
	int32_t clamp_lo, clamp_hi;
	struct gemm_matrix a, b, c;
};

/* Fill in the defaults; nothing is checked. */
void gemm_shape_of(const struct qmac_gemm_desc *desc, struct gemm_shape *shape);

/* Bytes from the first of an operand to its last, over the batch. */
uint64_t gemm_matrix_bytes(const struct gemm_matrix *matrix, uint32_t batch);

/* qmac_gemm_check() for a shape that gemm_shape_of() made. */
int gemm_shape_check(struct qmac_context *context, const struct qmac_device_info *info,
		     const struct qmac_gemm_desc *desc, const struct gemm_shape *shape);

/* Zero point of column @j of B. */
static inline int32_t gemm_b_zero(const struct qmac_gemm_desc *desc, uint32_t j)
{
	return desc->b_zeros ? desc->b_zeros[j] : desc->b_zero;
}

/* Real scale of column @j; 0 without requantization. */
static inline double gemm_scale(const struct qmac_gemm_desc *desc, uint32_t j)
{
	if (!desc->scale_count)
		return 0;
	return desc->scale[desc->scale_count == 1 ? 0 : j];
}

#endif /* QMAC_GEMM_SHAPE_H */
