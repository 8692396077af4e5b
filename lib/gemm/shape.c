// SPDX-License-Identifier: MIT
#include "gemm/shape.h"

#include <qmac/type.h>

static struct gemm_matrix matrix(uint32_t rows, uint64_t row_bytes, uint64_t stride,
				 uint64_t batch_stride)
{
	return (struct gemm_matrix){ rows, row_bytes, stride ? stride : row_bytes, batch_stride };
}

static void clamp_of(const struct qmac_gemm_desc *desc, struct gemm_shape *shape)
{
	int32_t lo = 0, hi = 0;

	if (desc->preset != QMAC_PRESET_RAW)
		qmac_type_range(shape->c_type, &lo, &hi);
	shape->clamp_lo = desc->clamp && desc->clamp[0] > lo ? desc->clamp[0] : lo;
	shape->clamp_hi = desc->clamp && desc->clamp[1] < hi ? desc->clamp[1] : hi;
}

void gemm_shape_of(const struct qmac_gemm_desc *desc, struct gemm_shape *shape)
{
	uint32_t m = desc->m, n = desc->n, k = desc->k;

	shape->batch = desc->batch ? desc->batch : 1;
	shape->c_type = desc->c_type;
	if (desc->preset == QMAC_PRESET_RAW && desc->c_type == QMAC_TYPE_NONE)
		shape->c_type = QMAC_TYPE_S32;
	shape->per_channel = desc->bias || desc->b_zeros || desc->scale_count > 1;
	clamp_of(desc, shape);
	shape->a = matrix(desc->a_transposed ? k : m, desc->a_transposed ? m : k, desc->a_stride,
			  desc->a_batch_stride);
	shape->b = matrix(desc->b_transposed ? n : k, desc->b_transposed ? k : n, desc->b_stride,
			  desc->b_batch_stride);
	shape->c = matrix(m, (uint64_t)n * qmac_type_bits(shape->c_type) / 8, desc->c_stride,
			  desc->c_batch_stride);
	if (!desc->c_batch_stride && shape->batch > 1)
		shape->c.batch_stride = m * shape->c.stride;
}

uint64_t gemm_matrix_bytes(const struct gemm_matrix *matrix, uint32_t batch)
{
	return (matrix->rows - 1) * matrix->stride + (batch - 1) * matrix->batch_stride +
	       matrix->row_bytes;
}

uint64_t qmac_gemm_macs(const struct qmac_gemm_desc *desc)
{
	return (uint64_t)desc->m * desc->n * desc->k * (desc->batch ? desc->batch : 1);
}
