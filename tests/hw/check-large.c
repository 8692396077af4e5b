// SPDX-License-Identifier: MIT
/*
 * Dimensions and batches up to the limits, one at a time, with operands that
 * repeat so that memory stays small.
 */
#include "directed.h"
#include "tap.h"

/* A result of 32 bits and one row or column of everything else, dense. */
static struct qmac_cmd *raw(struct rig *rig, uint32_t m, uint32_t n, uint32_t k)
{
	struct qmac_cmd *cmd;

	rig_begin(rig);
	cmd = rig_gemm(rig, m, n, k);
	cmd->path = QMAC_PATH_NONE;
	cmd->c_type = QMAC_TYPE_S32;
	cmd->c_stride = n * sizeof(int32_t);
	cmd->c_zero = 0;
	cmd->clamp_lo = 0;
	cmd->clamp_hi = 0;
	cmd->mult0 = 0;
	return cmd;
}

static bool finish(struct rig *rig)
{
	bool ok;

	rig_seal(rig);
	ok = rig_good(rig);
	rig_end(rig);
	return ok;
}

/* The sum wraps modulo 2^32 where it must: extremes 2^20 deep. */
static bool deep(struct rig *rig, bool extreme)
{
	struct qmac_cmd *cmd = raw(rig, 2, 3, QMAC_LIMIT_MAX_DIM);

	cmd->a_stride = 1;
	cmd->flags = QMAC_FLAG_B_TRANSPOSED;
	cmd->b_stride = 7;
	if (extreme) {
		cmd->a_type = QMAC_TYPE_U8;
		cmd->b_type = QMAC_TYPE_U8;
		cmd->a_zero = 255;
		cmd->b_zero = 0;
	}
	return finish(rig);
}

static bool tall(struct rig *rig)
{
	struct qmac_cmd *cmd;

	rig_begin(rig);
	cmd = rig_gemm(rig, QMAC_LIMIT_MAX_DIM, 1, 1);
	cmd->a_stride = 1;
	cmd->c_stride = 1;
	return finish(rig);
}

static bool wide(struct rig *rig)
{
	struct qmac_cmd *cmd;

	rig_begin(rig);
	cmd = rig_gemm(rig, 1, QMAC_LIMIT_MAX_DIM, 2);
	cmd->b_stride = 5;
	return finish(rig);
}

static bool batch(struct rig *rig)
{
	struct qmac_cmd *cmd;

	rig_begin(rig);
	cmd = rig_gemm(rig, 1, 1, 3);
	cmd->batch = 5000;
	cmd->a_batch_stride = 1;
	cmd->b_batch_stride = 2;
	cmd->c_batch_stride = 3;
	return finish(rig);
}

/* More commands than any queue holds: NOPs around a few products. */
static bool many_commands(struct rig *rig)
{
	const struct qmac_cmd nop = { .version = QMAC_CMD_VERSION };
	const uint32_t count = 3000;
	struct qmac_job_entry entry;
	struct qmac_completion record;
	bool ok;

	rig_begin(rig);
	rig_gemm(rig, 30, 31, 33);
	rig_gemm(rig, 20, 21, 23);
	rig_seal(rig);
	space_touch(&rig->space, &rig->rng, RIG_CMDS, count * sizeof(nop), QMAC_POOL_READ,
		    QMAC_PAGE_4K, FILL_RANDOM);
	for (uint32_t i = 0; i < count; i++)
		space_write(&rig->space, RIG_CMDS + i * sizeof(nop),
			    i % 100 ? &nop : &rig->cmds[i / 100 % 2], sizeof(nop));
	space_seal(&rig->space, &rig->rng);
	entry = rig_entry(rig);
	entry.cmd_count = count;
	ok = rig_reference(rig, 2) && device_job(&rig->device, &entry, &record) &&
	     rig_record_is(&record, QMAC_CAUSE_NONE, count, 0) && rig_memory(rig);
	rig_end(rig);
	return ok;
}

void check_large(const struct device_options *options)
{
	struct rig rig;

	rig_open(&rig, options);
	tap_ok(deep(&rig, false), "k up to the limit");
	tap_ok(deep(&rig, true), "k up to the limit, sums that wrap");
	tap_ok(tall(&rig), "m up to the limit");
	tap_ok(wide(&rig), "n up to the limit");
	tap_ok(batch(&rig), "a batch of thousands");
	tap_ok(many_commands(&rig), "thousands of commands in a job");
	rig_close(&rig);
}
