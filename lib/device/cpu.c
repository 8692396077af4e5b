// SPDX-License-Identifier: MIT
/*
 * The reference operators as a device: the same commands over the same kind of
 * memory. The pool stands at the addresses that commands use, so that an operand
 * is one host pointer however many buffers it touches.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/ops.h>

/* First: the register header has macros with the names of enum qmac_cause. */
#include "device/local.h"

#include "sim/functional/functional.h"

#define VA_BASE (2ull << 20)

/* Why a job ends; cause is 0 while it goes on. */
struct stop {
	uint32_t cause;
	uint64_t address;
};

/* A run of rows, @step bytes apart, of @bytes bytes each. */
struct rows {
	uint64_t address, step, bytes;
	uint32_t count;
};

static bool page_mapped(struct local_device *cpu, uint64_t page)
{
	uint64_t probe[2];

	return !qmac_pool_ops.read(cpu->pool, page, probe, sizeof(probe));
}

/* The first address of a row without a buffer under it, if any, in @stop. */
static bool row_mapped(struct local_device *cpu, uint64_t address, uint64_t bytes, uint32_t cause,
		       struct stop *stop)
{
	uint64_t first = address & ~(PAGE_BYTES - 1), page;
	uint64_t last = (address + bytes - 1) & ~(PAGE_BYTES - 1);

	for (page = first;; page += PAGE_BYTES) {
		if (!page_mapped(cpu, page)) {
			stop->cause = cause;
			stop->address = page > address ? page : address;
			return false;
		}
		if (page == last)
			return true;
	}
}

static bool rows_mapped(struct local_device *cpu, const struct rows *rows, uint32_t cause,
			struct stop *stop)
{
	uint64_t address = rows->address;
	uint32_t i;

	for (i = 0; i < rows->count; i++, address += rows->step) {
		if (!row_mapped(cpu, address, rows->bytes, cause, stop))
			return false;
		if (!rows->step)
			break;
	}
	return true;
}

static bool batch_mapped(struct local_device *cpu, struct rows rows, uint64_t batch_step,
			 uint32_t batch, uint32_t cause, struct stop *stop)
{
	uint32_t i;

	for (i = 0; i < batch; i++, rows.address += batch_step) {
		if (!rows_mapped(cpu, &rows, cause, stop))
			return false;
		if (!batch_step)
			break;
	}
	return true;
}

static bool operands_mapped(struct local_device *cpu, const struct qmac_cmd *cmd, struct stop *stop)
{
	bool at = cmd->flags & QMAC_FLAG_A_TRANSPOSED, bt = cmd->flags & QMAC_FLAG_B_TRANSPOSED;
	uint64_t width = cmd->c_type == QMAC_TYPE_S32 ? 4 : 1;
	const struct rows a = { cmd->a_addr, cmd->a_stride, at ? cmd->m : cmd->k,
				at ? cmd->k : cmd->m };
	const struct rows b = { cmd->b_addr, cmd->b_stride, bt ? cmd->k : cmd->n,
				bt ? cmd->n : cmd->k };
	const struct rows c = { cmd->c_addr, cmd->c_stride, cmd->n * width, cmd->m };

	return batch_mapped(cpu, a, cmd->a_batch_stride, cmd->batch, QMAC_CAUSE_PAGE_FAULT_READ,
			    stop) &&
	       batch_mapped(cpu, b, cmd->b_batch_stride, cmd->batch, QMAC_CAUSE_PAGE_FAULT_READ,
			    stop) &&
	       batch_mapped(cpu, c, cmd->c_batch_stride, cmd->batch, QMAC_CAUSE_PAGE_FAULT_WRITE,
			    stop);
}

static bool params_good(struct local_device *cpu, const struct qmac_cmd *cmd, struct stop *stop)
{
	const struct qmac_param *params;
	uint64_t bytes = cmd->n * sizeof(*params);
	uint32_t j;

	if (!row_mapped(cpu, cmd->param_addr, bytes, QMAC_CAUSE_PAGE_FAULT_READ, stop))
		return false;
	params = qmac_pool_at(cpu->pool, cmd->param_addr, bytes);
	for (j = 0; j < cmd->n; j++) {
		if (!qmac_functional_param_legal(cmd, &params[j])) {
			stop->cause = QMAC_CAUSE_BAD_PARAM;
			stop->address = cmd->param_addr + j * sizeof(*params);
			return false;
		}
	}
	return true;
}

static void run_gemm(struct local_device *cpu, const struct qmac_cmd *cmd, struct stop *stop)
{
	bool per_channel = cmd->flags & QMAC_FLAG_PER_CHANNEL;

	if ((per_channel && !params_good(cpu, cmd, stop)) || !operands_mapped(cpu, cmd, stop))
		return;
	/* All was checked: there is nothing left to refuse. */
	(void)qmac_ref_gemm(&(struct qmac_ref_gemm){
		.m = cmd->m,
		.n = cmd->n,
		.k = cmd->k,
		.batch = cmd->batch,
		.a = qmac_pool_at(cpu->pool, cmd->a_addr, 1),
		.b = qmac_pool_at(cpu->pool, cmd->b_addr, 1),
		.c = qmac_pool_at(cpu->pool, cmd->c_addr, 1),
		.a_stride = cmd->a_stride,
		.b_stride = cmd->b_stride,
		.c_stride = cmd->c_stride,
		.a_batch_stride = cmd->a_batch_stride,
		.b_batch_stride = cmd->b_batch_stride,
		.c_batch_stride = cmd->c_batch_stride,
		.a_transposed = cmd->flags & QMAC_FLAG_A_TRANSPOSED,
		.b_transposed = cmd->flags & QMAC_FLAG_B_TRANSPOSED,
		.a_type = cmd->a_type,
		.b_type = cmd->b_type,
		.a_zero = cmd->a_zero,
		.b_zero = cmd->b_zero,
		.mult = cmd->mult0,
		.shift = cmd->shift0,
		.params = per_channel ? qmac_pool_at(cpu->pool, cmd->param_addr, 1) : NULL,
		.requant = {
			.path = cmd->path,
			.rounding = cmd->rounding,
			.zp_first = cmd->zp_first,
			.c_type = cmd->c_type,
			.c_zero = cmd->c_zero,
			.clamp_lo = cmd->clamp_lo,
			.clamp_hi = cmd->clamp_hi,
		},
	});
}

static void run_command(struct local_device *cpu, uint64_t address, struct stop *stop)
{
	struct qmac_cmd cmd;

	if (!row_mapped(cpu, address, sizeof(cmd), QMAC_CAUSE_PAGE_FAULT_READ, stop))
		return;
	/* A copy: what was checked is what runs. */
	memcpy(&cmd, qmac_pool_at(cpu->pool, address, sizeof(cmd)), sizeof(cmd));
	if (!qmac_functional_command_legal(&cmd)) {
		stop->cause = QMAC_CAUSE_ILLEGAL_COMMAND;
		stop->address = address;
		return;
	}
	if (cmd.opcode == QMAC_OP_GEMM)
		run_gemm(cpu, &cmd, stop);
}

static int cpu_start(struct local_device *cpu, struct local_job *job)
{
	struct qmac_job_result result = { .state = QMAC_JOB_DONE };
	struct stop stop = { 0, 0 };
	uint32_t i;

	for (i = 0; i < job->desc.cmd_count; i++) {
		run_command(cpu, job->desc.cmd_address + i * sizeof(struct qmac_cmd), &stop);
		if (stop.cause)
			break;
	}
	result.cmd_index = i;
	if (stop.cause) {
		result.state = QMAC_JOB_FAILED;
		result.cause = stop.cause;
		result.fault_address = stop.address;
	}
	local_job_end(job, &result);
	return 0;
}

/* Jobs end in cpu_start(): there is never one to wait for. */
static void cpu_advance(struct local_device *cpu)
{
	(void)cpu;
}

static int cpu_attach(struct local_device *cpu, struct local_bo *bo)
{
	(void)cpu;
	bo->base.address = bo->bus;
	return 0;
}

static void cpu_detach(struct local_device *cpu, struct local_bo *bo)
{
	(void)cpu;
	(void)bo;
}

static const struct local_engine cpu_engine = {
	.attach = cpu_attach,
	.detach = cpu_detach,
	.start = cpu_start,
	.advance = cpu_advance,
};

static void cpu_describe(struct qmac_device_info *info)
{
	snprintf(info->name, sizeof(info->name), "cpu");
	info->version_major = 1;
	info->model = QMAC_MODEL_REFERENCE;
	info->opcodes = 1u << QMAC_OP_NOP | 1u << QMAC_OP_GEMM;
	info->cmd_flags = QMAC_FLAG_ASYNC_A | QMAC_FLAG_ASYNC_B | QMAC_FLAG_ASYNC_C |
			  QMAC_FLAG_PER_CHANNEL | QMAC_FLAG_A_TRANSPOSED | QMAC_FLAG_B_TRANSPOSED;
	info->operand_types = 1u << QMAC_TYPE_S8 | 1u << QMAC_TYPE_U8;
	info->result_types = info->operand_types | 1u << QMAC_TYPE_S32;
	info->requant_paths = 1u << QMAC_PATH_NONE | 1u << QMAC_PATH_F32 | 1u << QMAC_PATH_Q31 |
			      1u << QMAC_PATH_Q31_SRDHM;
	info->requant_roundings =
		1u << QMAC_ROUND_EVEN | 1u << QMAC_ROUND_UP | 1u << QMAC_ROUND_AWAY;
	info->requant_zp_first = 1;
	info->max_dim = QMAC_LIMIT_MAX_DIM;
	info->max_batch = QMAC_LIMIT_MAX_BATCH;
	info->max_commands = QMAC_LIMIT_MAX_COMMANDS;
}

static int cpu_open(struct qmac_context *context, const char *name, struct qmac_device **out)
{
	struct local_device *cpu = calloc(1, sizeof(*cpu));
	int error;

	(void)name;
	if (!cpu)
		return qmac_fail_nomem(context, "the device");
	error = local_device_init(cpu, context, VA_BASE);
	if (error) {
		free(cpu);
		return error;
	}
	cpu->engine = &cpu_engine;
	cpu_describe(&cpu->base.info);
	*out = &cpu->base;
	return 0;
}

static void cpu_close(struct qmac_device *device)
{
	struct local_device *cpu = (struct local_device *)device;

	local_device_fini(cpu);
	free(cpu);
}

const struct qmac_backend qmac_backend_cpu = {
	.open = cpu_open,
	.close = cpu_close,
	.bo_create = local_bo_create,
	.bo_destroy = local_bo_destroy,
	.bo_map = local_bo_map,
	.queue_create = local_queue_create,
	.queue_destroy = local_queue_destroy,
	.submit = local_submit,
	.job_wait = local_job_wait,
	.job_result = local_job_result,
	.job_release = local_job_release,
};
