// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "tap.h"

#define SLOT_SIZE (UINT64_C(1) << 30)
#define NUM_SLOTS 512u
#define VA_END	  (SLOT_SIZE * NUM_SLOTS)
#define VA_FIRST  (UINT64_C(1) << 21)

/* Rows of bytes in memory, a batch of them. */
struct matrix {
	uint64_t va, stride, batch_stride;
	uint32_t rows, len, batch;
	uint64_t page;
	uint8_t type;
	bool reused; /* by a later command as its output or input */
};

struct generator {
	struct rng *rng;
	struct generated *job;
	unsigned int kc, nc;
	/* Matrices of the commands so far: A, B, C of each. */
	struct matrix matrices[3 * MAX_JOB_COMMANDS];
	bool slot_used[NUM_SLOTS];
};

enum {
	MATRIX_A,
	MATRIX_B,
	MATRIX_C
};

static uint32_t pick_dim(struct generator *g, unsigned int unit)
{
	const uint32_t edges[] = {
		1,  2,	3,  unit - 1, unit, unit + 1, 2 * unit - 1, 2 * unit, 2 * unit + 1,
		63, 64, 65, 127,      128,  129
	};
	struct rng *rng = g->rng;

	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
	case 2:
		return edges[rng_below(rng, sizeof(edges) / sizeof(edges[0]))];
	case 3:
	case 4:
		return rng_in(rng, 1, 2 * unit + 2);
	case 5:
		return rng_in(rng, 1, 300);
	case 6:
		return rng_chance(rng, 15) ? rng_in(rng, 300, 2500) : rng_in(rng, 1, 80);
	default:
		return rng_in(rng, 1, 140);
	}
}

/* A rough upper estimate; only the mean of it matters. */
static uint64_t estimate(const struct generator *g, const struct qmac_cmd *cmd)
{
	uint64_t tiles_m = (cmd->m + 127) / 128, tiles_n = (cmd->n + 63) / 64;
	uint64_t blocks = (uint64_t)((cmd->k + g->kc - 1) / g->kc) * ((cmd->n + g->nc - 1) / g->nc);
	uint64_t rows = cmd->m < g->nc ? g->nc : cmd->m;
	uint64_t beats = tiles_n * (2 * cmd->m + (uint64_t)cmd->m * cmd->k / 16) +
			 tiles_m * (2 * cmd->n + (uint64_t)cmd->n * cmd->k / 16);
	uint64_t array = rows * blocks, stores = (uint64_t)cmd->m * ((cmd->n + 15) / 16 + 1) * 4;

	return cmd->batch * ((array > beats ? array : beats) + stores + 600) + 1000;
}

static void pick_shape(struct generator *g, struct qmac_cmd *cmd)
{
	do {
		cmd->m = pick_dim(g, g->nc);
		cmd->n = pick_dim(g, g->nc);
		cmd->k = pick_dim(g, g->kc);
		cmd->batch = rng_chance(g->rng, 15) ? rng_in(g->rng, 2, 5) : 1;
	} while (estimate(g, cmd) > g->job->budget);
}

static uint8_t pick_type(struct rng *rng)
{
	return rng_chance(rng, 50) ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
}

static int16_t pick_zero(struct rng *rng, uint8_t type)
{
	int32_t lo = type == QMAC_TYPE_S8 ? INT8_MIN : 0;

	switch (rng_below(rng, 6)) {
	case 0:
		return 0;
	case 1:
		return lo;
	case 2:
		return lo + UINT8_MAX;
	default:
		/* Odd ones make ties of odd sums. */
		return lo + (int32_t)rng_below(rng, 128) * 2 + 1;
	}
}

static void pick_recipe(struct generator *g, struct qmac_cmd *cmd)
{
	struct rng *rng = g->rng;
	int32_t lo;

	cmd->path = rng_below(rng, 4);
	if (cmd->path == QMAC_PATH_NONE) {
		cmd->c_type = QMAC_TYPE_S32;
		return;
	}
	cmd->c_type = pick_type(rng);
	cmd->rounding = rng_below(rng, 3);
	cmd->zp_first = rng_below(rng, 2);
	cmd->c_zero = pick_zero(rng, cmd->c_type);
	lo = cmd->c_type == QMAC_TYPE_S8 ? INT8_MIN : 0;
	cmd->clamp_lo = lo;
	cmd->clamp_hi = lo + UINT8_MAX;
	if (rng_chance(rng, 30)) {
		cmd->clamp_lo = rng_in(rng, lo, lo + UINT8_MAX);
		cmd->clamp_hi = rng_in(rng, cmd->clamp_lo, lo + UINT8_MAX);
	}
}

/* 2^-(bits of the magnitude) times about 100. */
static int scale_exponent(struct rng *rng, double magnitude)
{
	return (int)lround(log2(100.0 / magnitude)) + (int)rng_in(rng, -3, 2);
}

static void scale_f32(struct rng *rng, double magnitude, __u32 *mult)
{
	float scale = ldexpf(1.0f, scale_exponent(rng, magnitude));
	__u32 bits;

	memcpy(&bits, &scale, sizeof(bits));
	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
	case 2:
		break; /* a power of two: ties */
	case 3:
		bits |= (__u32)rng_below(rng, 8) << 20;
		break;
	case 4:
		bits = rng_below(rng, 0x7f800000); /* anything */
		break;
	default:
		bits |= rng_below(rng, 1 << 23);
		break;
	}
	*mult = bits;
}

static void scale_q31(struct rng *rng, double magnitude, __u32 *mult, __s32 *shift)
{
	*shift = scale_exponent(rng, magnitude) + 1;
	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
	case 2:
		*mult = 1u << 30; /* a power of two: ties */
		break;
	case 3:
		*mult = (1u << 30) | (__u32)rng_below(rng, 8) << 27;
		break;
	case 4:
		*mult = rng_below(rng, UINT64_C(1) << 31);
		*shift = rng_in(rng, -31, 30);
		break;
	case 5:
		*mult = rng_chance(rng, 50) ? INT32_MAX : rng_below(rng, 3);
		break;
	default:
		*mult = rng_in(rng, 1 << 30, INT32_MAX);
		break;
	}
	if (*shift < -31)
		*shift = -31;
	if (*shift > 30)
		*shift = 30;
}

void generate_scale(struct rng *rng, const struct qmac_cmd *cmd, double magnitude, __u32 *mult,
		    __s32 *shift)
{
	*mult = 0;
	*shift = 0;
	if (cmd->path == QMAC_PATH_F32)
		scale_f32(rng, magnitude, mult);
	else if (cmd->path != QMAC_PATH_NONE)
		scale_q31(rng, magnitude, mult, shift);
}

/* Size of a typical accumulator. */
static double magnitude(const struct qmac_cmd *cmd)
{
	return 4000.0 * sqrt(cmd->k) + 1;
}

/* First byte of a run of @extent bytes in an address slot of its own. */
static uint64_t pick_va(struct generator *g, uint64_t extent, uint64_t align)
{
	struct rng *rng = g->rng;
	uint64_t slot, offset, first, room;

	do {
		slot = rng_chance(rng, 10) ? NUM_SLOTS - 1 : rng_below(rng, NUM_SLOTS);
		if (rng_chance(rng, 5))
			slot = 0;
	} while (g->slot_used[slot] && rng_chance(rng, 99));
	if (g->slot_used[slot])
		for (slot = 0; g->slot_used[slot]; slot++)
			;
	g->slot_used[slot] = true;
	first = slot ? 0 : VA_FIRST;
	room = SLOT_SIZE - first - extent;
	switch (rng_below(rng, 6)) {
	case 0:
		offset = 0;
		break;
	case 1:
		offset = room; /* up to the last byte of the slot */
		break;
	case 2:
		offset = (rng_below(rng, room) & ~UINT64_C(4095)) + 4096 -
			 rng_in(rng, 1, 100); /* shortly before a page border */
		break;
	default:
		offset = rng_below(rng, room + 1);
		break;
	}
	if (offset > room)
		offset = room;
	return slot * SLOT_SIZE + first + (offset & ~(align - 1));
}

static uint64_t pick_stride(struct rng *rng, uint32_t len, uint32_t rows, bool output)
{
	switch (rng_below(rng, 8)) {
	case 0:
		return len > 4096 ? 65536 : 4096;
	case 1:
		return rows < 64 ? 65536 : len + 16;
	case 2:
	case 3:
		return len + rng_below(rng, 70);
	case 4:
		/* Overlapping rows, a repeated row. */
		return output ? len : rng_below(rng, len + 1);
	case 5:
		return (len + 63) & ~63u;
	default:
		return len;
	}
}

static uint64_t extent(const struct matrix *m)
{
	return (m->batch - 1) * m->batch_stride + (m->rows - 1) * m->stride + m->len;
}

/* A matrix in memory of its own. @len is in bytes; results of 32 bits need alignment 4. */
static struct matrix new_matrix(struct generator *g, uint32_t rows, uint32_t len, uint32_t batch,
				uint8_t type, bool output)
{
	uint64_t align = type == QMAC_TYPE_S32 ? 4 : 1;
	struct matrix m = { .rows = rows, .len = len, .batch = batch, .type = type };

	m.stride = pick_stride(g->rng, len, rows, output) & ~(align - 1);
	if (output && m.stride < len)
		m.stride = len;
	if (batch > 1) {
		m.batch_stride = rows * m.stride + rng_below(g->rng, 40);
		if (output && m.batch_stride < rows * m.stride)
			m.batch_stride = rows * m.stride;
		if (!output && rng_chance(g->rng, 30))
			m.batch_stride = 0;
		m.batch_stride &= ~(align - 1);
	}
	m.va = pick_va(g, extent(&m), align);
	m.page = rng_chance(g->rng, 12) && extent(&m) < 8 * QMAC_PAGE_2M ? QMAC_PAGE_2M
									 : QMAC_PAGE_4K;
	return m;
}

/*
 * A matrix of earlier commands that can serve as @rows x @len, or NULL. Batches
 * must agree, and an overlapping one is no good as an output.
 */
static struct matrix *old_matrix(struct generator *g, unsigned int count, uint32_t rows,
				 uint32_t len, uint32_t batch, bool output)
{
	unsigned int first = rng_below(g->rng, 3 * MAX_JOB_COMMANDS);

	for (unsigned int i = 0; i < 3 * count; i++) {
		struct matrix *m = &g->matrices[(first + i) % (3 * count)];
		bool dense = m->stride >= m->len &&
			     (m->batch == 1 || m->batch_stride >= m->rows * m->stride);

		if (m->rows >= rows && m->len >= len && m->batch == batch && (dense || !output))
			return m;
	}
	return NULL;
}

static bool overlap(const struct matrix *a, const struct matrix *b)
{
	return a->va < b->va + extent(b) && b->va < a->va + extent(a);
}

/* Does command @index read or write what an earlier command stores? */
static bool depends(const struct generator *g, unsigned int index, unsigned int which)
{
	const struct matrix *mine = &g->matrices[3 * index + which];

	for (unsigned int i = 0; i < index; i++)
		if (overlap(mine, &g->matrices[3 * i + MATRIX_C]))
			return true;
	return false;
}

/* Does command @index overwrite what an earlier command loads or stores? */
static bool overwrites(const struct generator *g, unsigned int index)
{
	const struct matrix *mine = &g->matrices[3 * index + MATRIX_C];

	for (unsigned int i = 0; i < 3 * index; i++)
		if (overlap(mine, &g->matrices[i]))
			return true;
	return false;
}

static void pick_order_flags(struct generator *g, unsigned int index, struct qmac_cmd *cmd)
{
	if (!depends(g, index, MATRIX_A) && rng_chance(g->rng, 50))
		cmd->flags |= QMAC_FLAG_ASYNC_A;
	if (!depends(g, index, MATRIX_B) && rng_chance(g->rng, 60))
		cmd->flags |= QMAC_FLAG_ASYNC_B;
	if (!overwrites(g, index) && rng_chance(g->rng, 50))
		cmd->flags |= QMAC_FLAG_ASYNC_C;
}

/* An input: often the result of an earlier command. */
static struct matrix pick_input(struct generator *g, unsigned int index, uint32_t rows,
				uint32_t len, uint32_t batch, uint8_t type)
{
	struct matrix *old = NULL;
	struct matrix m;

	if (index && rng_chance(g->rng, 60))
		old = old_matrix(g, index, rows, len, batch, false);
	if (!old)
		return new_matrix(g, rows, len, batch, type, false);
	m = *old;
	m.rows = rows;
	m.len = len;
	return m;
}

/* An output: sometimes on top of an earlier command's operand or result, never of its own. */
static struct matrix pick_output(struct generator *g, unsigned int index, uint32_t rows,
				 uint32_t len, uint32_t batch, uint8_t type)
{
	const struct matrix *a = &g->matrices[3 * index + MATRIX_A];
	const struct matrix *b = &g->matrices[3 * index + MATRIX_B];
	struct matrix *old = NULL;
	struct matrix m;

	if (index && rng_chance(g->rng, 30))
		old = old_matrix(g, index, rows, len, batch, true);
	if (old && type == QMAC_TYPE_S32 && (old->va | old->stride | old->batch_stride) % 4)
		old = NULL;
	if (!old || overlap(old, a) || overlap(old, b))
		return new_matrix(g, rows, len, batch, type, true);
	m = *old;
	m.rows = rows;
	m.len = len;
	return m;
}

static void touch_matrix(struct generator *g, const struct matrix *m, unsigned int access,
			 enum fill fill)
{
	for (uint32_t b = 0; b < m->batch; b++)
		for (uint32_t i = 0; i < m->rows; i++)
			space_touch(&g->job->space, g->rng,
				    m->va + b * m->batch_stride + i * m->stride, m->len, access,
				    m->page, fill);
}

static void place_operands(struct generator *g, unsigned int index, struct qmac_cmd *cmd)
{
	struct matrix *m = &g->matrices[3 * index];
	bool a_transposed = cmd->flags & QMAC_FLAG_A_TRANSPOSED;
	bool b_transposed = cmd->flags & QMAC_FLAG_B_TRANSPOSED;
	uint32_t width = cmd->c_type == QMAC_TYPE_S32 ? 4 : 1;

	m[MATRIX_A] = pick_input(g, index, a_transposed ? cmd->k : cmd->m,
				 a_transposed ? cmd->m : cmd->k, cmd->batch, cmd->a_type);
	m[MATRIX_B] = pick_input(g, index, b_transposed ? cmd->n : cmd->k,
				 b_transposed ? cmd->k : cmd->n, cmd->batch, cmd->b_type);
	m[MATRIX_C] = pick_output(g, index, cmd->m, cmd->n * width, cmd->batch, cmd->c_type);
	cmd->a_addr = m[MATRIX_A].va;
	cmd->a_stride = m[MATRIX_A].stride;
	cmd->a_batch_stride = m[MATRIX_A].batch_stride;
	cmd->b_addr = m[MATRIX_B].va;
	cmd->b_stride = m[MATRIX_B].stride;
	cmd->b_batch_stride = m[MATRIX_B].batch_stride;
	cmd->c_addr = m[MATRIX_C].va;
	cmd->c_stride = m[MATRIX_C].stride;
	cmd->c_batch_stride = m[MATRIX_C].batch_stride;
	touch_matrix(g, &m[MATRIX_A], QMAC_POOL_READ, rng_below(g->rng, NUM_FILLS));
	touch_matrix(g, &m[MATRIX_B], QMAC_POOL_READ, rng_below(g->rng, NUM_FILLS));
	touch_matrix(g, &m[MATRIX_C], QMAC_POOL_WRITE, FILL_RANDOM);
}

static int32_t pick_bias(struct rng *rng, double magnitude)
{
	switch (rng_below(rng, 6)) {
	case 0:
		return 0;
	case 1:
		return (int32_t)rng_next(rng);
	case 2:
		return rng_chance(rng, 50) ? INT32_MAX : INT32_MIN;
	default:
		return rng_in(rng, -(int64_t)magnitude, (int64_t)magnitude);
	}
}

static void place_params(struct generator *g, struct qmac_cmd *cmd)
{
	struct qmac_param *params = calloc(cmd->n, sizeof(*params));
	struct space *space = &g->job->space;
	size_t size = cmd->n * sizeof(*params);
	__s32 shift;

	if (!params)
		tap_bail("no memory");
	cmd->param_addr = pick_va(g, size, sizeof(*params));
	for (uint32_t j = 0; j < cmd->n; j++) {
		params[j].bias = pick_bias(g->rng, magnitude(cmd));
		generate_scale(g->rng, cmd, magnitude(cmd), &params[j].mult, &shift);
		params[j].shift = (__s8)shift;
		params[j].b_zero = pick_zero(g->rng, cmd->b_type);
	}
	space_touch(space, g->rng, cmd->param_addr, size, QMAC_POOL_READ, QMAC_PAGE_4K,
		    FILL_RANDOM);
	space_write(space, cmd->param_addr, params, size);
	free(params);
}

static void generate_command(struct generator *g, unsigned int index)
{
	struct qmac_cmd *cmd = &g->job->cmds[index];
	struct rng *rng = g->rng;
	uint64_t cost;

	*cmd = (struct qmac_cmd){ .version = QMAC_CMD_VERSION };
	if (rng_chance(rng, 3)) {
		/* A NOP has no matrices: three that overlap nothing. */
		for (unsigned int i = 0; i < 3; i++)
			g->matrices[3 * index + i] = (struct matrix){ .batch = 1 };
		return;
	}
	cmd->opcode = QMAC_OP_GEMM;
	pick_shape(g, cmd);
	cost = estimate(g, cmd);
	g->job->budget -= cost < g->job->budget ? cost : g->job->budget;
	cmd->a_type = pick_type(rng);
	cmd->b_type = pick_type(rng);
	cmd->a_zero = pick_zero(rng, cmd->a_type);
	pick_recipe(g, cmd);
	cmd->flags |= rng_chance(rng, 30) ? QMAC_FLAG_A_TRANSPOSED : 0;
	cmd->flags |= rng_chance(rng, 50) ? QMAC_FLAG_B_TRANSPOSED : 0;
	if (rng_chance(rng, 20)) {
		cmd->tile_m = rng_below(rng, 1 << 16);
		cmd->tile_n = rng_below(rng, 1 << 16);
		cmd->tile_k = rng_below(rng, 1 << 16);
	}
	place_operands(g, index, cmd);
	if (rng_chance(rng, 50)) {
		cmd->flags |= QMAC_FLAG_PER_CHANNEL;
		place_params(g, cmd);
	} else {
		cmd->b_zero = pick_zero(rng, cmd->b_type);
		generate_scale(rng, cmd, magnitude(cmd), &cmd->mult0, &cmd->shift0);
	}
	pick_order_flags(g, index, cmd);
}

static unsigned int pick_count(struct rng *rng)
{
	return rng_chance(rng, 55) ? 1 : rng_in(rng, 2, MAX_JOB_COMMANDS);
}

void generate_job(struct generated *job, struct rng *rng, struct qmac_pool *pool, unsigned int kc,
		  unsigned int nc, uint64_t budget)
{
	struct generator g = { .rng = rng, .job = job, .kc = kc, .nc = nc };
	const uint64_t least = 4000;
	unsigned int wanted = pick_count(rng);
	size_t size;

	memset(job, 0, sizeof(*job));
	job->budget = budget;
	space_init(&job->space, pool);
	while (job->count < wanted && job->budget > least)
		generate_command(&g, job->count++);
	size = job->count * sizeof(job->cmds[0]);
	job->cmd_va = pick_va(&g, size, 64);
	space_touch(&job->space, rng, job->cmd_va, size, QMAC_POOL_READ, QMAC_PAGE_4K, FILL_RANDOM);
	space_write(&job->space, job->cmd_va, job->cmds, size);
	space_seal(&job->space, rng);
}

void generate_free(struct generated *job)
{
	space_clear(&job->space);
}
