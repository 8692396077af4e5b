// SPDX-License-Identifier: MIT
/*
 * Reference matrix product, blocked: pieces of A and B are copied to 16-bit
 * differences with k innermost, then multiplied by loops the compiler turns
 * into multiply-add instructions. One instance of the arithmetic, no special
 * cases for shapes; blocks on the stack, about 80 KiB.
 */
#include <errno.h>
#include <string.h>

#include "ref/ref.h"

enum {
	ROWS = 64,    /* of A and C in a block */
	COLUMNS = 64, /* of B and C in a block */
	DEPTH = 256,  /* of the reduction; 256 * 255 * 255 fits 31 bits */
	ALIGN = 16,   /* depth is padded with zero products to a multiple of this */
};

struct panel {
	int16_t difference[ROWS > COLUMNS ? ROWS : COLUMNS][DEPTH];
};

/* Where an operand's element (line, k) lies: line is a row of A or a column of B. */
struct operand {
	const uint8_t *base;
	uint64_t line_step, k_step;
	bool is_signed;
};

struct block {
	struct panel a, b;
	uint32_t acc[ROWS][COLUMNS]; /* modulo 2^32 */
};

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Zero points of the rows and columns of a block. */
struct zeros {
	int32_t a[ROWS], b[COLUMNS];
};

static void set_zeros(struct zeros *zeros, const struct qmac_ref_gemm *gemm, uint32_t j0,
		      uint32_t columns)
{
	uint32_t i, j;

	for (i = 0; i < ROWS; i++)
		zeros->a[i] = gemm->a_zero;
	for (j = 0; j < columns; j++)
		zeros->b[j] = gemm->params ? gemm->params[j0 + j].b_zero : gemm->b_zero;
}

/* A line that is contiguous in memory. */
static void load_line(int16_t *restrict to, const uint8_t *restrict from, bool is_signed,
		      int32_t zero, uint32_t depth)
{
	uint32_t k;

	if (is_signed) {
		for (k = 0; k < depth; k++)
			to[k] = (int8_t)from[k] - zero;
	} else {
		for (k = 0; k < depth; k++)
			to[k] = from[k] - zero;
	}
}

/* @lines lines that are contiguous across: read along memory, written across the panel. */
static void load_across(struct panel *panel, const uint8_t *from, const struct operand *operand,
			const int32_t *zeros, uint32_t lines, uint32_t depth)
{
	uint32_t i, k;

	for (k = 0; k < depth; k++, from += operand->k_step) {
		for (i = 0; i < lines; i++)
			panel->difference[i][k] =
				(operand->is_signed ? (int8_t)from[i] : from[i]) - zeros[i];
	}
}

/* @lines lines from @first on, of their elements @depth from @k0 on. */
static void load(struct panel *panel, const struct operand *operand, const int32_t *zeros,
		 uint32_t first, uint32_t lines, uint32_t k0, uint32_t depth)
{
	const uint8_t *from = operand->base + first * operand->line_step + k0 * operand->k_step;
	uint32_t i, k;

	if (operand->k_step == 1) {
		for (i = 0; i < lines; i++)
			load_line(panel->difference[i], from + i * operand->line_step,
				  operand->is_signed, zeros[i], depth);
	} else {
		load_across(panel, from, operand, zeros, lines, depth);
	}
	for (i = 0; i < lines; i++) {
		for (k = depth; k % ALIGN; k++)
			panel->difference[i][k] = 0;
	}
}

static int32_t dot(const int16_t *restrict a, const int16_t *restrict b, uint32_t depth)
{
	int32_t sum = 0;
	uint32_t k;

	/* A constant inner count lets the compiler vectorize without a tail. */
	for (k = 0; k < depth; k += ALIGN) {
		for (uint32_t l = 0; l < ALIGN; l++)
			sum += a[k + l] * b[k + l];
	}
	return sum;
}

static void multiply(struct block *block, uint32_t rows, uint32_t columns, uint32_t depth)
{
	uint32_t i, j;

	for (i = 0; i < rows; i++) {
		for (j = 0; j < columns; j++)
			block->acc[i][j] +=
				dot(block->a.difference[i], block->b.difference[j], depth);
	}
}

static void store(const struct qmac_ref_gemm *gemm, const struct block *block, uint8_t *c,
		  uint32_t rows, uint32_t j0, uint32_t columns)
{
	uint32_t mult = gemm->mult, bias = 0, i, j;
	int32_t shift = gemm->shift, result;

	for (i = 0; i < rows; i++, c += gemm->c_stride) {
		for (j = j0; j < j0 + columns; j++) {
			if (gemm->params) {
				bias = gemm->params[j].bias;
				mult = gemm->params[j].mult;
				shift = gemm->params[j].shift;
			}
			result = qmac_ref_requantize(block->acc[i][j - j0] + bias, mult, shift,
						     &gemm->requant);
			if (gemm->requant.c_type == QMAC_TYPE_S32)
				memcpy(c + (uint64_t)j * 4, &result, 4);
			else
				c[j] = result;
		}
	}
}

/* One block of C: all of K. */
static void product_block(const struct qmac_ref_gemm *gemm, const struct operand *a,
			  const struct operand *b, uint8_t *c, uint32_t i0, uint32_t j0)
{
	uint32_t rows = min_u32(ROWS, gemm->m - i0), columns = min_u32(COLUMNS, gemm->n - j0);
	struct block block;
	struct zeros zeros;
	uint32_t k0, depth;

	set_zeros(&zeros, gemm, j0, columns);
	memset(block.acc, 0, sizeof(block.acc));
	for (k0 = 0; k0 < gemm->k; k0 += depth) {
		depth = min_u32(DEPTH, gemm->k - k0);
		load(&block.a, a, zeros.a, i0, rows, k0, depth);
		load(&block.b, b, zeros.b, j0, columns, k0, depth);
		multiply(&block, rows, columns, depth);
	}
	store(gemm, &block, c + i0 * gemm->c_stride, rows, j0, columns);
}

/* One product of the batch. */
static void product(const struct qmac_ref_gemm *gemm, const struct operand *a,
		    const struct operand *b, uint8_t *c)
{
	uint32_t i0, j0;

	for (i0 = 0; i0 < gemm->m; i0 += ROWS) {
		for (j0 = 0; j0 < gemm->n; j0 += COLUMNS)
			product_block(gemm, a, b, c, i0, j0);
	}
}

static bool zero_valid(uint8_t type, int32_t zero)
{
	int32_t lo, hi;

	return (type == QMAC_TYPE_S8 || type == QMAC_TYPE_U8) &&
	       qmac_ref_type_range(type, &lo, &hi) && zero >= lo && zero <= hi;
}

static bool gemm_valid(const struct qmac_ref_gemm *gemm)
{
	uint8_t path = gemm->requant.path;
	uint32_t j;

	if (!zero_valid(gemm->a_type, gemm->a_zero) || !zero_valid(gemm->b_type, 0) ||
	    !qmac_ref_requant_valid(&gemm->requant))
		return false;
	if (!gemm->params)
		return zero_valid(gemm->b_type, gemm->b_zero) &&
		       qmac_ref_mult_valid(path, gemm->mult, gemm->shift);
	for (j = 0; j < gemm->n; j++) {
		const struct qmac_param *param = &gemm->params[j];

		if (!zero_valid(gemm->b_type, param->b_zero) ||
		    !qmac_ref_mult_valid(path, param->mult, param->shift))
			return false;
	}
	return true;
}

static struct operand operand(const void *base, uint64_t stride, bool line_is_row, uint8_t type)
{
	return (struct operand){
		.base = base,
		.line_step = line_is_row ? stride : 1,
		.k_step = line_is_row ? 1 : stride,
		.is_signed = type == QMAC_TYPE_S8,
	};
}

int qmac_ref_gemm(const struct qmac_ref_gemm *gemm)
{
	struct operand a, b;
	uint8_t *c = gemm->c;
	uint32_t i;

	if (!gemm_valid(gemm))
		return -EINVAL;
	a = operand(gemm->a, gemm->a_stride, !gemm->a_transposed, gemm->a_type);
	b = operand(gemm->b, gemm->b_stride, gemm->b_transposed, gemm->b_type);
	for (i = 0; i < gemm->batch; i++) {
		product(gemm, &a, &b, c);
		a.base += gemm->a_batch_stride;
		b.base += gemm->b_batch_stride;
		c += gemm->c_batch_stride;
	}
	return 0;
}
