// SPDX-License-Identifier: MIT
/* What a matrix product must be like; each refusal is one line with value and remedy. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <qmac/type.h>

#include "context.h"
#include "gemm/shape.h"

#define STRIDE_END (1ull << 39)

static int check_dim(struct qmac_context *context, const char *name, uint32_t value, uint32_t most)
{
	if (value >= 1 && value <= most)
		return 0;
	return qmac_fail(context, -EINVAL, "%s is %u: the device takes 1 to %u", name, value, most);
}

static int check_dims(struct qmac_context *context, const struct qmac_device_info *info,
		      const struct qmac_gemm_desc *desc, const struct gemm_shape *shape)
{
	int error = check_dim(context, "m", desc->m, info->max_dim);

	if (!error)
		error = check_dim(context, "n", desc->n, info->max_dim);
	if (!error)
		error = check_dim(context, "k", desc->k, info->max_dim);
	if (!error)
		error = check_dim(context, "batch", shape->batch, info->max_batch);
	return error;
}

static bool has_bit(uint32_t bitmap, unsigned int bit)
{
	return bit < 32 && bitmap >> bit & 1;
}

static int check_type(struct qmac_context *context, const char *name, uint8_t type,
		      uint32_t supported, bool raw)
{
	bool fits = raw ? type == QMAC_TYPE_S32 : type != QMAC_TYPE_S32;

	if (qmac_type_bits(type) && fits && has_bit(supported, type))
		return 0;
	return qmac_fail(context, qmac_type_bits(type) && fits ? -EOPNOTSUPP : -EINVAL,
			 "type %s of %s: use %s", qmac_type_name(type), name,
			 raw ? "s32 with preset raw" : "s8 or u8");
}

static int check_features(struct qmac_context *context, const struct qmac_device_info *info,
			  const struct qmac_gemm_desc *desc, const struct gemm_shape *shape)
{
	uint32_t flags = (desc->a_transposed ? QMAC_FLAG_A_TRANSPOSED : 0) |
			 (desc->b_transposed ? QMAC_FLAG_B_TRANSPOSED : 0) |
			 (shape->per_channel ? QMAC_FLAG_PER_CHANNEL : 0);
	bool raw = desc->preset == QMAC_PRESET_RAW;
	struct qmac_recipe recipe;
	int error;

	if (qmac_preset_recipe(desc->preset, &recipe))
		return qmac_fail(context, -EINVAL, "preset %u is none of QMAC_PRESET_*",
				 desc->preset);
	if (!has_bit(info->opcodes, QMAC_OP_GEMM) || !has_bit(info->requant_paths, recipe.path) ||
	    !has_bit(info->requant_roundings, recipe.rounding) ||
	    (recipe.zp_first && !info->requant_zp_first))
		return qmac_fail(context, -EOPNOTSUPP,
				 "%s does not offer preset %s: use another device or preset",
				 info->name, qmac_preset_name(desc->preset));
	if (flags & ~info->cmd_flags)
		return qmac_fail(
			context, -EOPNOTSUPP,
			"%s does not offer command flags %#x: use another layout or device",
			info->name, flags & ~info->cmd_flags);
	error = check_type(context, "A", desc->a_type, info->operand_types, false);
	if (!error)
		error = check_type(context, "B", desc->b_type, info->operand_types, false);
	if (!error)
		error = check_type(context, "C", shape->c_type, info->result_types, raw);
	return error;
}

static int check_zero(struct qmac_context *context, const char *name, uint8_t type, int32_t zero)
{
	int32_t lo, hi;

	qmac_type_range(type, &lo, &hi);
	if (zero >= lo && zero <= hi)
		return 0;
	return qmac_fail(context, -EINVAL, "zero point %d of %s does not fit %s (%d to %d)", zero,
			 name, qmac_type_name(type), lo, hi);
}

static int check_result(struct qmac_context *context, const struct qmac_gemm_desc *desc,
			const struct gemm_shape *shape)
{
	if (desc->preset == QMAC_PRESET_RAW) {
		if (desc->c_zero || desc->scale_count || desc->clamp)
			return qmac_fail(context, -EINVAL,
					 "preset raw gives accumulators: leave c_zero, scale and "
					 "clamp out");
		return 0;
	}
	if (!desc->scale || (desc->scale_count != 1 && desc->scale_count != desc->n))
		return qmac_fail(context, -EINVAL,
				 "%zu scales for %u columns of C: give 1, or one per column",
				 desc->scale ? desc->scale_count : 0, desc->n);
	if (shape->clamp_lo > shape->clamp_hi)
		return qmac_fail(context, -EINVAL,
				 "clamp %d to %d leaves no value of type %s: give the least first",
				 desc->clamp[0], desc->clamp[1], qmac_type_name(shape->c_type));
	return check_zero(context, "C", shape->c_type, desc->c_zero);
}

static int check_stride(struct qmac_context *context, const char *name, uint64_t stride)
{
	if (stride < STRIDE_END)
		return 0;
	return qmac_fail(context, -EINVAL, "%s is %" PRIu64 ": strides stay below 2^39", name,
			 stride);
}

/* No byte of C may be the result of two elements. */
static bool c_overlaps(const struct gemm_matrix *c, uint32_t batch)
{
	uint64_t matrix = (c->rows - 1) * c->stride + c->row_bytes;
	uint64_t row_of_all = (batch - 1) * c->batch_stride + c->row_bytes;

	if (c->rows > 1 && c->stride < c->row_bytes)
		return true;
	if (batch == 1 || c->batch_stride >= matrix)
		return false;
	/* Matrices side by side: their rows interleave. */
	return c->batch_stride < c->row_bytes || (c->rows > 1 && c->stride < row_of_all);
}

static int check_strides(struct qmac_context *context, const struct gemm_shape *shape)
{
	const struct gemm_matrix *a = &shape->a, *b = &shape->b, *c = &shape->c;
	int error = check_stride(context, "a_stride", a->stride);

	if (!error)
		error = check_stride(context, "b_stride", b->stride);
	if (!error)
		error = check_stride(context, "c_stride", c->stride);
	if (!error)
		error = check_stride(context, "a_batch_stride", a->batch_stride);
	if (!error)
		error = check_stride(context, "b_batch_stride", b->batch_stride);
	if (!error)
		error = check_stride(context, "c_batch_stride", c->batch_stride);
	if (error)
		return error;
	if (shape->c_type == QMAC_TYPE_S32 && (c->stride % 4 || c->batch_stride % 4))
		return qmac_fail(context, -EINVAL,
				 "c_stride %" PRIu64 ", c_batch_stride %" PRIu64
				 ": multiples of 4 with type s32",
				 c->stride, c->batch_stride);
	if (c_overlaps(c, shape->batch))
		return qmac_fail(context, -EINVAL,
				 "c_stride %" PRIu64 ", c_batch_stride %" PRIu64
				 ": rows of %" PRIu64 " bytes would overlap",
				 c->stride, c->batch_stride, c->row_bytes);
	return 0;
}

static int check_space(struct qmac_context *context, const struct qmac_device_info *info,
		       const struct gemm_shape *shape, struct qmac_gemm_bytes *bytes, uint32_t n)
{
	const uint64_t most = info->va_end - info->va_start;

	bytes->a = gemm_matrix_bytes(&shape->a, shape->batch);
	bytes->b = gemm_matrix_bytes(&shape->b, shape->batch);
	bytes->c = gemm_matrix_bytes(&shape->c, shape->batch);
	bytes->params = shape->per_channel ? n * sizeof(struct qmac_param) : 0;
	if (bytes->a + bytes->b + bytes->c + bytes->params <= most)
		return 0;
	return qmac_fail(context, -EOVERFLOW,
			 "A, B and C span %" PRIu64 ", %" PRIu64 " and %" PRIu64
			 " bytes, the address space has %" PRIu64 ": use smaller strides",
			 bytes->a, bytes->b, bytes->c, most);
}

/* Greatest distance of a value of @type from @zero. */
static uint64_t reach(uint8_t type, int32_t zero)
{
	int32_t lo, hi;

	qmac_type_range(type, &lo, &hi);
	return hi - zero > zero - lo ? hi - zero : zero - lo;
}

static int check_column(struct qmac_context *context, const struct qmac_gemm_desc *desc, uint32_t j)
{
	int64_t bias = desc->bias ? desc->bias[j] : 0;
	int32_t b_zero = gemm_b_zero(desc, j), shift;
	uint64_t a, b, total;
	uint32_t mult;
	int error;

	error = check_zero(context, "B", desc->b_type, b_zero);
	if (error)
		return error;
	a = reach(desc->a_type, desc->a_zero);
	b = reach(desc->b_type, b_zero);
	total = desc->k * a * b + llabs(bias);
	if (total > INT32_MAX)
		return qmac_fail(
			context, -ERANGE,
			"sums could leave 32 bits: k %u * %" PRIu64 " * %" PRIu64 " + bias %" PRId64
			" is %" PRIu64
			", above 2147483647; split k, or use zero points nearer the middle",
			desc->k, a, b, bias, total);
	return qmac_multiplier(context, desc->preset, gemm_scale(desc, j), &mult, &shift);
}

static int check_columns(struct qmac_context *context, const struct qmac_gemm_desc *desc,
			 const struct gemm_shape *shape)
{
	uint32_t columns = shape->per_channel ? desc->n : 1, j;

	for (j = 0; j < columns; j++) {
		int error = check_column(context, desc, j);

		if (error && shape->per_channel)
			return qmac_fail_more(context, error, "column %u: ", j);
		if (error)
			return error;
	}
	return 0;
}

static int check_shape(struct qmac_context *context, const struct qmac_device_info *info,
		       const struct qmac_gemm_desc *desc, const struct gemm_shape *shape,
		       struct qmac_gemm_bytes *bytes)
{
	int error = check_dims(context, info, desc, shape);

	if (!error)
		error = check_features(context, info, desc, shape);
	if (!error)
		error = check_zero(context, "A", desc->a_type, desc->a_zero);
	if (!error)
		error = check_result(context, desc, shape);
	if (!error)
		error = check_strides(context, shape);
	if (!error)
		error = check_space(context, info, shape, bytes, desc->n);
	if (!error)
		error = check_columns(context, desc, shape);
	return error;
}

int gemm_shape_check(struct qmac_context *context, const struct qmac_device_info *info,
		     const struct qmac_gemm_desc *desc, const struct gemm_shape *shape)
{
	struct qmac_gemm_bytes bytes;

	return check_shape(context, info, desc, shape, &bytes);
}

int qmac_gemm_check(struct qmac_context *context, const struct qmac_device_info *info,
		    const struct qmac_gemm_desc *desc, struct qmac_gemm_bytes *out)
{
	struct qmac_gemm_bytes bytes;
	struct gemm_shape shape;
	int error;

	gemm_shape_of(desc, &shape);
	error = check_shape(context, info, desc, &shape, &bytes);
	if (!error && out)
		*out = bytes;
	return error;
}
