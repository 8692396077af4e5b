// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "reference.h"
#include "rig.h"
#include "tap.h"

#define F32_ONE_512TH 0x3b000000u /* 2^-9: ties */

void rig_open(struct rig *rig, const struct device_options *options)
{
	memset(rig, 0, sizeof(*rig));
	rig->rng = rng_seed(options->stall_seed, 1);
	device_open(&rig->device, options);
}

void rig_close(struct rig *rig)
{
	device_close(&rig->device);
}

void rig_begin(struct rig *rig)
{
	space_init(&rig->space, rig->device.pool);
	rig->count = 0;
}

void rig_end(struct rig *rig)
{
	space_clear(&rig->space);
}

struct qmac_cmd *rig_gemm(struct rig *rig, uint32_t m, uint32_t n, uint32_t k)
{
	uint64_t offset = rig->count * RIG_PER_CMD;
	struct qmac_cmd *cmd = &rig->cmds[rig->count++];

	*cmd = (struct qmac_cmd){
		.opcode = QMAC_OP_GEMM,
		.version = QMAC_CMD_VERSION,
		.m = m,
		.n = n,
		.k = k,
		.batch = 1,
		.a_type = QMAC_TYPE_S8,
		.b_type = QMAC_TYPE_S8,
		.c_type = QMAC_TYPE_S8,
		.path = QMAC_PATH_F32,
		.a_addr = RIG_A + offset,
		.b_addr = RIG_B + offset,
		.c_addr = RIG_C + offset,
		.a_stride = k,
		.b_stride = n,
		.c_stride = n,
		.a_zero = -3,
		.b_zero = 5,
		.c_zero = 7,
		.clamp_lo = INT8_MIN,
		.clamp_hi = INT8_MAX,
		.mult0 = F32_ONE_512TH,
	};
	return cmd;
}

struct qmac_cmd *rig_gemm_channels(struct rig *rig, uint8_t path, uint32_t m, uint32_t n,
				   uint32_t k)
{
	uint64_t offset = rig->count * RIG_PER_CMD;
	struct qmac_cmd *cmd = rig_gemm(rig, m, n, k);

	cmd->flags = QMAC_FLAG_PER_CHANNEL;
	cmd->param_addr = RIG_PARAMS + offset;
	cmd->path = path;
	cmd->b_zero = 0;
	cmd->mult0 = 0;
	if (path == QMAC_PATH_NONE) {
		cmd->c_type = QMAC_TYPE_S32;
		cmd->c_stride = n * sizeof(int32_t);
		cmd->c_zero = 0;
		cmd->clamp_lo = 0;
		cmd->clamp_hi = 0;
	}
	return cmd;
}

static void touch(struct rig *rig, uint64_t va, uint64_t stride, uint64_t batch_stride,
		  uint32_t rows, uint32_t len, uint32_t batch, unsigned int access)
{
	for (uint32_t b = 0; b < batch; b++)
		for (uint32_t i = 0; i < rows; i++)
			space_touch(&rig->space, &rig->rng, va + b * batch_stride + i * stride, len,
				    access, QMAC_PAGE_4K, FILL_RANDOM);
}

static void write_params(struct rig *rig, const struct qmac_cmd *cmd)
{
	size_t size = cmd->n * sizeof(struct qmac_param);

	space_touch(&rig->space, &rig->rng, cmd->param_addr, size, QMAC_POOL_READ, QMAC_PAGE_4K,
		    FILL_RANDOM);
	for (uint32_t j = 0; j < cmd->n; j++) {
		struct qmac_param param = {
			.bias = (int32_t)rng_in(&rig->rng, -5000, 5000),
			.b_zero = (int16_t)rng_in(&rig->rng, 0, 100),
		};

		if (cmd->path == QMAC_PATH_F32) {
			param.mult = F32_ONE_512TH + (uint32_t)rng_below(&rig->rng, 1 << 23);
		} else if (cmd->path != QMAC_PATH_NONE) {
			param.mult = (uint32_t)rng_in(&rig->rng, 1 << 30, INT32_MAX);
			param.shift = (__s8)rng_in(&rig->rng, -9, -7);
		}
		space_write(&rig->space, cmd->param_addr + j * sizeof(param), &param,
			    sizeof(param));
	}
}

static void place(struct rig *rig, const struct qmac_cmd *cmd)
{
	bool a_transposed = cmd->flags & QMAC_FLAG_A_TRANSPOSED;
	bool b_transposed = cmd->flags & QMAC_FLAG_B_TRANSPOSED;
	uint32_t width = cmd->c_type == QMAC_TYPE_S32 ? sizeof(int32_t) : 1;

	touch(rig, cmd->a_addr, cmd->a_stride, cmd->a_batch_stride, a_transposed ? cmd->k : cmd->m,
	      a_transposed ? cmd->m : cmd->k, cmd->batch, QMAC_POOL_READ);
	touch(rig, cmd->b_addr, cmd->b_stride, cmd->b_batch_stride, b_transposed ? cmd->n : cmd->k,
	      b_transposed ? cmd->k : cmd->n, cmd->batch, QMAC_POOL_READ);
	touch(rig, cmd->c_addr, cmd->c_stride, cmd->c_batch_stride, cmd->m, cmd->n * width,
	      cmd->batch, QMAC_POOL_WRITE);
	if (cmd->flags & QMAC_FLAG_PER_CHANNEL)
		write_params(rig, cmd);
}

void rig_seal(struct rig *rig)
{
	size_t size = rig->count * sizeof(rig->cmds[0]);

	for (unsigned int i = 0; i < rig->count; i++)
		if (rig->cmds[i].opcode == QMAC_OP_GEMM)
			place(rig, &rig->cmds[i]);
	if (size) {
		space_touch(&rig->space, &rig->rng, RIG_CMDS, size, QMAC_POOL_READ, QMAC_PAGE_4K,
			    FILL_RANDOM);
		space_write(&rig->space, RIG_CMDS, rig->cmds, size);
	}
	space_seal(&rig->space, &rig->rng);
}

void rig_patch(struct rig *rig, uint64_t va, const void *buf, size_t len)
{
	space_write(&rig->space, va, buf, len);
	space_shadow_write(&rig->space, va, buf, len);
}

struct qmac_job_entry rig_entry(const struct rig *rig)
{
	return device_entry(qmac_tables_root_ppn(&rig->space.tables), RIG_CMDS, rig->count);
}

bool rig_reference(struct rig *rig, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (!reference_run(&rig->space, &rig->cmds[i]))
			return false;
	return true;
}

bool rig_memory(struct rig *rig)
{
	uint64_t va;

	if (space_equal(&rig->space, &va))
		return true;
	tap_note("memory at %#lx is wrong", va);
	return false;
}

static void accept_results(struct rig *rig, const struct qmac_cmd *cmd)
{
	uint32_t len = cmd->n * (cmd->c_type == QMAC_TYPE_S32 ? sizeof(int32_t) : 1);
	uint8_t *row = malloc(len);

	if (!row)
		tap_bail("no memory");
	for (uint32_t b = 0; b < cmd->batch; b++) {
		for (uint32_t i = 0; i < cmd->m; i++) {
			uint64_t va = cmd->c_addr + b * cmd->c_batch_stride + i * cmd->c_stride;

			space_read(&rig->space, va, row, len);
			space_shadow_write(&rig->space, va, row, len);
		}
	}
	free(row);
}

bool rig_memory_but_results(struct rig *rig, unsigned int first)
{
	for (unsigned int i = first; i < rig->count; i++)
		if (rig->cmds[i].opcode == QMAC_OP_GEMM)
			accept_results(rig, &rig->cmds[i]);
	return rig_memory(rig);
}

bool rig_record_is(const struct qmac_completion *record, uint32_t cause, uint32_t index,
		   uint64_t va)
{
	if (record->cause == cause && record->cmd_index == index && record->fault_addr == va)
		return true;
	tap_note("the record says cause %u, command %u, address %#llx; expected %u, %u, %#lx",
		 record->cause, record->cmd_index, (unsigned long long)record->fault_addr, cause,
		 index, va);
	return false;
}

bool rig_good(struct rig *rig)
{
	struct qmac_job_entry entry = rig_entry(rig);
	struct qmac_completion record;

	return rig_reference(rig, rig->count) && device_job(&rig->device, &entry, &record) &&
	       rig_record_is(&record, QMAC_CAUSE_NONE, rig->count, 0) && rig_memory(rig);
}

bool rig_fails(struct rig *rig, uint32_t cause, uint32_t index, uint64_t va)
{
	struct qmac_job_entry entry = rig_entry(rig);
	struct qmac_completion record;

	/* The command that fails may have stored part of its result; later ones nothing. */
	return rig_reference(rig, index) && device_job(&rig->device, &entry, &record) &&
	       rig_record_is(&record, cause, index, va) &&
	       (cause == QMAC_CAUSE_ILLEGAL_COMMAND ? rig_memory(rig)
						    : rig_memory_but_results(rig, index));
}

bool rig_well(struct rig *rig)
{
	struct rig other = { .device = rig->device, .rng = rig->rng };
	bool ok;

	rig_begin(&other);
	rig_gemm(&other, 19, 21, 23);
	rig_gemm_channels(&other, QMAC_PATH_Q31, 17, 33, 40)->a_addr = RIG_C;
	other.cmds[1].a_stride = 21;
	other.cmds[1].k = 20;
	rig_seal(&other);
	ok = rig_good(&other);
	if (!ok)
		tap_note("that was the good job after it");
	rig_end(&other);
	rig->device = other.device;
	rig->rng = other.rng;
	return ok;
}

uint32_t rig_start_long(struct rig *rig, uint64_t cycles)
{
	struct qmac_job_entry entry;
	uint32_t index;

	rig_begin(rig);
	rig_gemm(rig, 200, 192, 300);
	rig_gemm_channels(rig, QMAC_PATH_Q31_SRDHM, 200, 192, 300);
	rig_seal(rig);
	entry = rig_entry(rig);
	index = device_submit(&rig->device, &entry);
	rig->device.ops->run(rig->device.model, cycles);
	return index;
}
