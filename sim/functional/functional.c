// SPDX-License-Identifier: MIT
/*
 * The functional model as a struct qmac_model_ops.
 */
#include <errno.h>
#include <stdlib.h>

#include "functional.h"

static bool array_side_valid(uint16_t side)
{
	return side == 8 || side == 16 || side == 32;
}

static int functional_create(struct qmac_model **out, const struct qmac_model_config *config,
			     const struct qmac_host_ops *ops, void *host)
{
	uint16_t kc = config->kc ? config->kc : 16;
	uint16_t nc = config->nc ? config->nc : 16;
	struct qmac_model *model;

	if (!array_side_valid(kc) || !array_side_valid(nc))
		return -EINVAL;
	model = calloc(1, sizeof(*model));
	if (!model)
		return -ENOMEM;
	model->ops = ops;
	model->host = host;
	model->kc = kc;
	model->nc = nc;
	*out = model;
	return 0;
}

static void functional_destroy(struct qmac_model *model)
{
	free(model);
}

static bool functional_idle(const struct qmac_model *model)
{
	if (model->regs.halt_cause)
		return true;
	return !model->regs.sync_pending && !model->job.active &&
	       !qmac_functional_ring_ready(model);
}

/* Fetch a command and begin it; a NOP is over at once. */
static void command_start(struct qmac_model *model, struct fault *fault)
{
	uint64_t va = model->job.entry.cmd_va + (uint64_t)model->job.command * sizeof(model->cmd);

	if (!qmac_functional_load(model, va, &model->cmd, sizeof(model->cmd), fault))
		return;
	if (!qmac_functional_command_legal(&model->cmd)) {
		fault->cause = QMAC_CAUSE_ILLEGAL_COMMAND;
		fault->address = va;
		return;
	}
	if (model->cmd.opcode == QMAC_OP_GEMM)
		qmac_functional_gemm_start(model);
	else
		model->job.command++;
}

static uint64_t job_step(struct qmac_model *model)
{
	struct fault fault = { .cause = QMAC_CAUSE_NONE };
	uint64_t work = 1;

	if (model->gemm.active) {
		work = qmac_functional_gemm_step(model, &fault);
		if (!model->gemm.active)
			model->job.command++;
	} else if (model->job.command < model->job.entry.cmd_count) {
		command_start(model, &fault);
	} else {
		qmac_functional_job_end(model, &fault);
		return work;
	}
	if (fault.cause)
		qmac_functional_job_end(model, &fault);
	return work;
}

/* Returns the work done, in array cycles. */
static uint64_t step(struct qmac_model *model)
{
	model->steps++;
	model->regs.progress++;
	if (model->regs.sync_pending)
		qmac_functional_sync(model);
	else if (model->job.active)
		return job_step(model);
	else
		qmac_functional_job_start(model);
	return 1;
}

static uint64_t functional_run(struct qmac_model *model, uint64_t max_cycles)
{
	uint64_t first = model->steps;
	uint64_t work = 0;

	while (work < max_cycles && !functional_idle(model))
		work += step(model);
	return model->steps - first;
}

static uint64_t functional_cycles(const struct qmac_model *model)
{
	return model->steps;
}

static int functional_trace(struct qmac_model *model, const char *path)
{
	(void)model;
	return path ? -EOPNOTSUPP : 0;
}

__attribute__((visibility("default"))) const struct qmac_model_ops qmac_model_ops = {
	.abi = QMAC_MODEL_ABI,
	.name = "functional",
	.create = functional_create,
	.destroy = functional_destroy,
	.reset = qmac_functional_reset,
	.read_reg = qmac_functional_read_reg,
	.write_reg = qmac_functional_write_reg,
	.run = functional_run,
	.idle = functional_idle,
	.cycles = functional_cycles,
	.trace = functional_trace,
};
