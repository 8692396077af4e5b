// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/ops.h>

#include "direct.h"
#include "reference.h"
#include "tap.h"

/* One product of a batch, gathered: rows of memory behind each other. */
struct product {
	const struct qmac_cmd *cmd;
	uint8_t *a, *b, *c;
	struct qmac_param *params;
	uint32_t a_rows, a_len, b_rows, b_len, c_len;
};

static void *allocate(size_t size)
{
	void *memory = malloc(size ? size : 1);

	if (!memory)
		tap_bail("no memory for the reference");
	return memory;
}

static void gather(struct space *space, uint8_t *to, uint64_t va, uint64_t stride, uint32_t rows,
		   uint32_t len)
{
	for (uint32_t i = 0; i < rows; i++)
		space_shadow_read(space, va + i * stride, to + (size_t)i * len, len);
}

static void product_alloc(struct product *p, const struct qmac_cmd *cmd)
{
	bool a_transposed = cmd->flags & QMAC_FLAG_A_TRANSPOSED;
	bool b_transposed = cmd->flags & QMAC_FLAG_B_TRANSPOSED;

	*p = (struct product){
		.cmd = cmd,
		.a_rows = a_transposed ? cmd->k : cmd->m,
		.a_len = a_transposed ? cmd->m : cmd->k,
		.b_rows = b_transposed ? cmd->n : cmd->k,
		.b_len = b_transposed ? cmd->k : cmd->n,
		.c_len = cmd->n * (cmd->c_type == QMAC_TYPE_S32 ? sizeof(int32_t) : 1),
	};
	p->a = allocate((size_t)p->a_rows * p->a_len);
	p->b = allocate((size_t)p->b_rows * p->b_len);
	p->c = allocate((size_t)cmd->m * p->c_len);
	p->params = allocate(cmd->n * sizeof(*p->params));
}

static void product_free(struct product *p)
{
	free(p->a);
	free(p->b);
	free(p->c);
	free(p->params);
}

static int by_library(const struct product *p)
{
	const struct qmac_cmd *cmd = p->cmd;
	const struct qmac_ref_gemm gemm = {
		.m = cmd->m,
		.n = cmd->n,
		.k = cmd->k,
		.batch = 1,
		.a = p->a,
		.b = p->b,
		.c = p->c,
		.a_stride = p->a_len,
		.b_stride = p->b_len,
		.c_stride = p->c_len,
		.a_transposed = cmd->flags & QMAC_FLAG_A_TRANSPOSED,
		.b_transposed = cmd->flags & QMAC_FLAG_B_TRANSPOSED,
		.a_type = cmd->a_type,
		.b_type = cmd->b_type,
		.a_zero = cmd->a_zero,
		.b_zero = cmd->b_zero,
		.mult = cmd->mult0,
		.shift = cmd->shift0,
		.params = cmd->flags & QMAC_FLAG_PER_CHANNEL ? p->params : NULL,
		.requant = {
			.path = cmd->path,
			.rounding = cmd->rounding,
			.zp_first = cmd->zp_first,
			.c_type = cmd->c_type,
			.c_zero = cmd->c_zero,
			.clamp_lo = cmd->clamp_lo,
			.clamp_hi = cmd->clamp_hi,
		},
	};

	return qmac_ref_gemm(&gemm);
}

static int32_t element(uint8_t type, uint8_t byte)
{
	return type == QMAC_TYPE_S8 ? (int8_t)byte : byte;
}

static int32_t a_at(const struct product *p, uint32_t i, uint32_t k)
{
	bool transposed = p->cmd->flags & QMAC_FLAG_A_TRANSPOSED;
	size_t at = transposed ? (size_t)k * p->a_len + i : (size_t)i * p->a_len + k;

	return element(p->cmd->a_type, p->a[at]) - p->cmd->a_zero;
}

static int32_t b_at(const struct product *p, uint32_t k, uint32_t j)
{
	bool transposed = p->cmd->flags & QMAC_FLAG_B_TRANSPOSED;
	bool per_channel = p->cmd->flags & QMAC_FLAG_PER_CHANNEL;
	size_t at = transposed ? (size_t)j * p->b_len + k : (size_t)k * p->b_len + j;
	int32_t zero = per_channel ? p->params[j].b_zero : p->cmd->b_zero;

	return element(p->cmd->b_type, p->b[at]) - zero;
}

static int32_t directly(const struct product *p, uint32_t i, uint32_t j)
{
	const struct qmac_cmd *cmd = p->cmd;
	bool per_channel = cmd->flags & QMAC_FLAG_PER_CHANNEL;
	uint32_t acc = per_channel ? (uint32_t)p->params[j].bias : 0;

	for (uint32_t k = 0; k < cmd->k; k++)
		acc += (uint32_t)(a_at(p, i, k) * b_at(p, k, j));
	return direct_requantize(cmd, (int32_t)acc, per_channel ? p->params[j].mult : cmd->mult0,
				 per_channel ? p->params[j].shift : cmd->shift0);
}

static int32_t result_at(const struct product *p, uint32_t i, uint32_t j)
{
	const uint8_t *row = p->c + (size_t)i * p->c_len;
	int32_t word;

	if (p->cmd->c_type != QMAC_TYPE_S32)
		return element(p->cmd->c_type, row[j]);
	memcpy(&word, row + j * sizeof(word), sizeof(word));
	return word;
}

static bool agree(const struct product *p)
{
	for (uint32_t i = 0; i < p->cmd->m; i++) {
		for (uint32_t j = 0; j < p->cmd->n; j++) {
			int32_t expected = directly(p, i, j);

			if (result_at(p, i, j) == expected)
				continue;
			tap_note("the reference says %d at row %u, column %u; directly it is %d",
				 result_at(p, i, j), i, j, expected);
			return false;
		}
	}
	return true;
}

static bool run_product(struct space *space, struct product *p, uint32_t batch)
{
	const struct qmac_cmd *cmd = p->cmd;
	uint64_t c = cmd->c_addr + batch * cmd->c_batch_stride;

	gather(space, p->a, cmd->a_addr + batch * cmd->a_batch_stride, cmd->a_stride, p->a_rows,
	       p->a_len);
	gather(space, p->b, cmd->b_addr + batch * cmd->b_batch_stride, cmd->b_stride, p->b_rows,
	       p->b_len);
	if (by_library(p)) {
		tap_note("the reference refuses the command");
		return false;
	}
	if (!agree(p))
		return false;
	for (uint32_t i = 0; i < cmd->m; i++)
		space_shadow_write(space, c + i * cmd->c_stride, p->c + (size_t)i * p->c_len,
				   p->c_len);
	return true;
}

bool reference_run(struct space *space, const struct qmac_cmd *cmd)
{
	struct product p;
	bool ok = true;

	if (cmd->opcode == QMAC_OP_NOP)
		return true;
	product_alloc(&p, cmd);
	if (cmd->flags & QMAC_FLAG_PER_CHANNEL)
		space_shadow_read(space, cmd->param_addr, p.params, cmd->n * sizeof(*p.params));
	for (uint32_t batch = 0; ok && batch < cmd->batch; batch++)
		ok = run_product(space, &p, batch);
	product_free(&p);
	return ok;
}

#define PRINT(field)                                                                              \
	do {                                                                                      \
		if (cmd->field)                                                                   \
			tap_note("  ." #field " = %#llx (%lld),", (unsigned long long)cmd->field, \
				 (long long)cmd->field);                                          \
	} while (0)

void reference_print(const struct qmac_cmd *cmd)
{
	PRINT(opcode);
	PRINT(flags);
	PRINT(m);
	PRINT(n);
	PRINT(k);
	PRINT(batch);
	PRINT(a_type);
	PRINT(b_type);
	PRINT(c_type);
	PRINT(path);
	PRINT(rounding);
	PRINT(zp_first);
	PRINT(a_addr);
	PRINT(b_addr);
	PRINT(c_addr);
	PRINT(param_addr);
	PRINT(a_stride);
	PRINT(b_stride);
	PRINT(c_stride);
	PRINT(a_batch_stride);
	PRINT(b_batch_stride);
	PRINT(c_batch_stride);
	PRINT(a_zero);
	PRINT(b_zero);
	PRINT(c_zero);
	PRINT(clamp_lo);
	PRINT(clamp_hi);
	PRINT(mult0);
	PRINT(shift0);
	PRINT(tile_m);
	PRINT(tile_n);
	PRINT(tile_k);
}
