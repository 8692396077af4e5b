// SPDX-License-Identifier: MIT
/*
 * GEMM in slices: for each output tile, chunks of K are gathered, multiplied by
 * the reference operator without requantization and added modulo 2^32; after
 * the last chunk the reference requantizes and the rows are stored. Memory does
 * not depend on the size of the command.
 */
#include <string.h>

#include "functional.h"

/* Cost of a page access beside the products, in array cycles. */
#define CYCLES_PER_RUN 1u

struct extent {
	uint32_t m, n, k;
};

static uint32_t at_most(uint32_t left, uint32_t limit)
{
	return left < limit ? left : limit;
}

static struct extent slice_extent(const struct qmac_model *model)
{
	const struct gemm *gemm = &model->gemm;

	return (struct extent){
		.m = at_most(model->cmd.m - gemm->m0, TILE_M),
		.n = at_most(model->cmd.n - gemm->n0, TILE_N),
		.k = at_most(model->cmd.k - gemm->k0, TILE_K),
	};
}

void qmac_functional_gemm_start(struct qmac_model *model)
{
	struct gemm *gemm = &model->gemm;

	gemm->active = true;
	gemm->batch = gemm->m0 = gemm->n0 = gemm->k0 = 0;
}

/* @rows runs of @len bytes, @stride apart, packed into @buf. Addresses wrap modulo 2^64. */
static bool gather(struct qmac_model *model, uint8_t *buf, uint64_t va, uint64_t stride,
		   uint32_t rows, uint32_t len, struct fault *fault)
{
	for (uint32_t i = 0; i < rows; i++)
		if (!qmac_functional_load(model, va + i * stride, buf + (size_t)i * len, len,
					  fault))
			return false;
	return true;
}

/* The operands stay in the order of memory: the reference takes both layouts. */
static bool load_operands(struct qmac_model *model, struct extent size, struct fault *fault)
{
	const struct qmac_cmd *cmd = &model->cmd;
	struct gemm *gemm = &model->gemm;
	uint64_t a = cmd->a_addr + gemm->batch * cmd->a_batch_stride;
	uint64_t b = cmd->b_addr + gemm->batch * cmd->b_batch_stride;
	bool ok;

	if (cmd->flags & QMAC_FLAG_A_TRANSPOSED)
		ok = gather(model, gemm->a, a + gemm->k0 * cmd->a_stride + gemm->m0, cmd->a_stride,
			    size.k, size.m, fault);
	else
		ok = gather(model, gemm->a, a + gemm->m0 * cmd->a_stride + gemm->k0, cmd->a_stride,
			    size.m, size.k, fault);
	if (!ok)
		return false;
	if (cmd->flags & QMAC_FLAG_B_TRANSPOSED)
		return gather(model, gemm->b, b + gemm->n0 * cmd->b_stride + gemm->k0,
			      cmd->b_stride, size.n, size.k, fault);
	return gather(model, gemm->b, b + gemm->k0 * cmd->b_stride + gemm->n0, cmd->b_stride,
		      size.k, size.n, fault);
}

/* The records of the tile, and what a partial sum needs of them: b_zero alone. */
static bool load_params(struct qmac_model *model, uint32_t n, struct fault *fault)
{
	struct gemm *gemm = &model->gemm;
	uint64_t va = model->cmd.param_addr + (uint64_t)gemm->n0 * sizeof(gemm->params[0]);

	if (!(model->cmd.flags & QMAC_FLAG_PER_CHANNEL)) {
		const struct qmac_param same = { .mult = model->cmd.mult0,
						 .shift = (int8_t)model->cmd.shift0,
						 .b_zero = model->cmd.b_zero };

		for (uint32_t j = 0; j < n; j++)
			gemm->params[j] = same;
	} else if (!qmac_functional_load(model, va, gemm->params, n * sizeof(gemm->params[0]),
					 fault)) {
		return false;
	}
	for (uint32_t j = 0; j < n; j++) {
		if (!qmac_functional_param_legal(&model->cmd, &gemm->params[j])) {
			fault->cause = QMAC_CAUSE_BAD_PARAM;
			fault->address = va + j * sizeof(gemm->params[0]);
			return false;
		}
		gemm->partial_params[j] = (struct qmac_param){ .b_zero = gemm->params[j].b_zero };
	}
	return true;
}

static void accumulate(struct qmac_model *model, struct extent size)
{
	const struct qmac_cmd *cmd = &model->cmd;
	struct gemm *gemm = &model->gemm;
	const struct qmac_ref_gemm slice = {
		.m = size.m,
		.n = size.n,
		.k = size.k,
		.batch = 1,
		.a = gemm->a,
		.b = gemm->b,
		.c = gemm->partial,
		.a_transposed = cmd->flags & QMAC_FLAG_A_TRANSPOSED,
		.b_transposed = cmd->flags & QMAC_FLAG_B_TRANSPOSED,
		.a_stride = cmd->flags & QMAC_FLAG_A_TRANSPOSED ? size.m : size.k,
		.b_stride = cmd->flags & QMAC_FLAG_B_TRANSPOSED ? size.k : size.n,
		.c_stride = size.n * sizeof(gemm->partial[0]),
		.a_type = cmd->a_type,
		.b_type = cmd->b_type,
		.a_zero = cmd->a_zero,
		.params = gemm->partial_params,
		.requant = { .path = QMAC_PATH_NONE, .c_type = QMAC_TYPE_S32 },
	};

	/* Everything was checked before; the reference has nothing to refuse. */
	(void)qmac_ref_gemm(&slice);
	if (gemm->k0 == 0)
		memset(gemm->acc, 0, (size_t)size.m * size.n * sizeof(gemm->acc[0]));
	for (size_t i = 0; i < (size_t)size.m * size.n; i++)
		gemm->acc[i] += (uint32_t)gemm->partial[i];
}

/* Returns the bytes of one row of results in @row. */
static size_t requantize_row(const struct qmac_model *model, const uint32_t *acc, uint32_t n,
			     uint8_t *row)
{
	const struct qmac_cmd *cmd = &model->cmd;
	const struct qmac_requant requant = {
		.path = cmd->path,
		.rounding = cmd->rounding,
		.zp_first = cmd->zp_first,
		.c_type = cmd->c_type,
		.c_zero = cmd->c_zero,
		.clamp_lo = cmd->clamp_lo,
		.clamp_hi = cmd->clamp_hi,
	};
	size_t size = cmd->c_type == QMAC_TYPE_S32 ? sizeof(int32_t) : 1;

	for (uint32_t j = 0; j < n; j++) {
		const struct qmac_param *param = &model->gemm.params[j];
		int32_t sum = (int32_t)(acc[j] + (uint32_t)param->bias);
		int32_t result = qmac_ref_requantize(sum, param->mult, param->shift, &requant);

		memcpy(row + j * size, &result, size);
	}
	return n * size;
}

static bool store_tile(struct qmac_model *model, struct extent size, struct fault *fault)
{
	const struct qmac_cmd *cmd = &model->cmd;
	const struct gemm *gemm = &model->gemm;
	uint64_t width = cmd->c_type == QMAC_TYPE_S32 ? sizeof(int32_t) : 1;
	uint64_t va = cmd->c_addr + gemm->batch * cmd->c_batch_stride + gemm->m0 * cmd->c_stride +
		      gemm->n0 * width;
	uint8_t row[TILE_N * sizeof(int32_t)];

	for (uint32_t i = 0; i < size.m; i++) {
		size_t len = requantize_row(model, gemm->acc + (size_t)i * size.n, size.n, row);

		if (!qmac_functional_store(model, va + i * cmd->c_stride, row, len, fault))
			return false;
	}
	return true;
}

/* To the next slice: k innermost, then n, m, batch. */
static void advance(struct qmac_model *model, struct extent size)
{
	const struct qmac_cmd *cmd = &model->cmd;
	struct gemm *gemm = &model->gemm;

	gemm->k0 += size.k;
	if (gemm->k0 < cmd->k)
		return;
	gemm->k0 = 0;
	gemm->n0 += size.n;
	if (gemm->n0 < cmd->n)
		return;
	gemm->n0 = 0;
	gemm->m0 += size.m;
	if (gemm->m0 < cmd->m)
		return;
	gemm->m0 = 0;
	gemm->active = ++gemm->batch < cmd->batch;
}

/* One slice. Returns its work in array cycles; on a fault the command stays where it is. */
uint64_t qmac_functional_gemm_step(struct qmac_model *model, struct fault *fault)
{
	struct extent size = slice_extent(model);
	bool last_chunk = model->gemm.k0 + size.k == model->cmd.k;
	uint64_t macs = (uint64_t)size.m * size.n * size.k;

	if (model->gemm.k0 == 0 && !load_params(model, size.n, fault))
		return 1;
	if (!load_operands(model, size, fault))
		return 1;
	accumulate(model, size);
	if (last_chunk && !store_tile(model, size, fault))
		return 1;
	advance(model, size);
	return 1 + macs / MACS_PER_CYCLE + (size.m + size.n + size.k) * CYCLES_PER_RUN;
}
