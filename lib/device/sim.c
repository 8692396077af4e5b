// SPDX-License-Identifier: MIT
/* A device model in this process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/sim.h"

/* Bus addresses need more than 32 bits, as on a machine with much memory. */
#define POOL_BUS (4ull << 30)
#define VA_FIRST (2ull << 20)

static void *table_alloc(void *owner, u64 *bus)
{
	struct qmac_pool *pool = owner;

	*bus = qmac_pool_alloc(pool, QMAC_PT_PAGE_SIZE, QMAC_PT_PAGE_SIZE);
	return *bus ? qmac_pool_at(pool, *bus, QMAC_PT_PAGE_SIZE) : NULL;
}

static void table_free(void *owner, void *page, u64 bus)
{
	(void)page;
	qmac_pool_free(owner, bus, QMAC_PT_PAGE_SIZE);
}

static const struct qmac_pt_ops table_ops = { .alloc = table_alloc, .free = table_free };

static void unmap(struct sim_device *sim, uint64_t va, uint64_t bytes)
{
	struct qmac_pt_garbage garbage = { NULL };

	qmac_pt_unmap(&sim->tables, va, bytes, &garbage);
	sim_sync(sim);
	qmac_pt_free_garbage(&sim->tables, &garbage);
}

static int sim_attach(struct local_device *local, struct local_bo *bo)
{
	struct sim_device *sim = (struct sim_device *)local;
	uint64_t va = bo->bus - POOL_BUS + VA_FIRST, bytes = bo->base.bytes, done;
	/* Page by page, so that the writer finds no room for a larger leaf. */
	uint64_t step = sim->huge_pages ? bytes : PAGE_BYTES;
	int error = 0;

	for (done = 0; done < bytes && !error; done += step)
		error = qmac_pt_map(&sim->tables, va + done, bo->bus + done, step, true);
	if (error) {
		unmap(sim, va, bytes);
		return qmac_fail(local->base.context, error,
				 "no room for the page tables of a buffer: destroy others");
	}
	bo->base.address = va;
	return 0;
}

static void sim_detach(struct local_device *local, struct local_bo *bo)
{
	unmap((struct sim_device *)local, bo->base.address, bo->base.bytes);
}

static const struct local_engine sim_engine = {
	.attach = sim_attach,
	.detach = sim_detach,
	.start = sim_start,
	.advance = sim_advance,
};

static uint32_t field(uint32_t value, uint32_t mask)
{
	return (value & mask) / (mask & -mask);
}

static void sim_describe(struct sim_device *sim, const char *name)
{
	struct qmac_device_info *info = &sim->local.base.info;
	const char *options = strchr(name, ',');
	uint32_t regs[(QMAC_REG_ACCUMULATORS + 4) / 4], i;

	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		regs[i] = sim->ops->read_reg(sim->model, i * 4);
	info->version_major = field(regs[QMAC_REG_VERSION / 4], QMAC_VERSION_MAJOR_MASK);
	info->version_minor = field(regs[QMAC_REG_VERSION / 4], QMAC_VERSION_MINOR_MASK);
	info->model = field(regs[QMAC_REG_MODEL / 4], QMAC_MODEL_KIND_MASK);
	info->kc = field(regs[QMAC_REG_ARRAY / 4], QMAC_ARRAY_KC_MASK);
	info->nc = field(regs[QMAC_REG_ARRAY / 4], QMAC_ARRAY_NC_MASK);
	info->opcodes = regs[QMAC_REG_OPCODES / 4];
	info->cmd_flags = regs[QMAC_REG_FLAGS / 4];
	info->operand_types = field(regs[QMAC_REG_TYPES / 4], QMAC_TYPES_OPERAND_MASK);
	info->result_types = field(regs[QMAC_REG_TYPES / 4], QMAC_TYPES_RESULT_MASK);
	info->requant_paths = field(regs[QMAC_REG_REQUANT / 4], QMAC_REQUANT_PATHS_MASK);
	info->requant_roundings = field(regs[QMAC_REG_REQUANT / 4], QMAC_REQUANT_ROUNDINGS_MASK);
	info->requant_zp_first = field(regs[QMAC_REG_REQUANT / 4], QMAC_REQUANT_ZP_FIRST_MASK);
	info->max_dim = regs[QMAC_REG_MAX_DIM / 4];
	info->max_batch = regs[QMAC_REG_MAX_BATCH / 4];
	info->max_commands = regs[QMAC_REG_MAX_COMMANDS / 4];
	info->acc_rows = field(regs[QMAC_REG_ACCUMULATORS / 4], QMAC_ACCUMULATORS_ROWS_MASK);
	info->acc_banks = field(regs[QMAC_REG_ACCUMULATORS / 4], QMAC_ACCUMULATORS_BANKS_MASK);
	if (info->model == QMAC_MODEL_RTL)
		snprintf(info->name, sizeof(info->name), "sim:rtl:%ux%u%s", info->kc, info->nc,
			 options ? options : "");
	else
		snprintf(info->name, sizeof(info->name), "sim:functional%s",
			 options ? options : "");
}

static int check_identity(struct sim_device *sim)
{
	uint32_t id = sim->ops->read_reg(sim->model, QMAC_REG_ID);
	uint32_t version = sim->ops->read_reg(sim->model, QMAC_REG_VERSION);

	if (id != QMAC_REG_ID_VALUE || version >> QMAC_VERSION_MAJOR_SHIFT != 1)
		return qmac_fail(sim->local.base.context, -EPROTO,
				 "the model has id %#x, version %#x; this library wants id %#x, "
				 "version 1.x: build both from the same source",
				 id, version, QMAC_REG_ID_VALUE);
	return 0;
}

/* Everything that must be undone once the pool exists; also for a half-open device. */
static void sim_close(struct qmac_device *device)
{
	struct sim_device *sim = (struct sim_device *)device;

	if (sim->model)
		sim->ops->reset(sim->model);
	local_jobs_abandon(&sim->local);
	if (sim->model)
		sim->ops->destroy(sim->model);
	qmac_pt_fini(&sim->tables);
	local_device_fini(&sim->local);
	free(sim);
}

static int sim_create_model(struct sim_device *sim, const struct sim_options *options)
{
	int error =
		sim->ops->create(&sim->model, &options->config, &qmac_pool_ops, sim->local.pool);

	if (error) {
		sim->model = NULL;
		return qmac_fail(sim->local.base.context, error, "cannot make a model \"%s\": %s",
				 options->model, strerror(-error));
	}
	return check_identity(sim);
}

static int sim_open(struct qmac_context *context, const char *name, struct qmac_device **out)
{
	const struct qmac_model_ops *ops;
	struct sim_options options;
	struct sim_device *sim;
	char message[384];
	int error;

	error = sim_parse(context, name, &options);
	if (error)
		return error;
	error = qmac_model_load(&ops, options.model, message, sizeof(message));
	if (error)
		return qmac_fail(context, error, "%s", message);
	sim = calloc(1, sizeof(*sim));
	if (!sim)
		return qmac_fail_nomem(context, "the device");
	sim->ops = ops;
	sim->huge_pages = options.huge_pages;
	sim->local.engine = &sim_engine;
	error = local_device_init(&sim->local, context, POOL_BUS);
	if (error) {
		free(sim);
		return error;
	}
	if (options.huge_pages)
		sim->local.bo_align = QMAC_PT_HUGE_SIZE;
	if (qmac_pt_init(&sim->tables, &table_ops, sim->local.pool))
		error = qmac_fail_nomem(context, "the page tables");
	if (!error)
		error = sim_create_model(sim, &options);
	if (!error)
		error = sim_rings_init(sim);
	if (error) {
		sim_close(&sim->local.base);
		return error;
	}
	sim_describe(sim, name);
	*out = &sim->local.base;
	return 0;
}

static int sim_trace(struct qmac_device *device, const char *path)
{
	struct sim_device *sim = (struct sim_device *)device;
	int error = sim->ops->trace(sim->model, path);

	if (error == -EOPNOTSUPP)
		return qmac_fail(device->context, error, "%s records no waveforms: use sim:rtl",
				 device->info.name);
	if (error)
		return qmac_fail(device->context, error, "cannot write the waveform %s: %s", path,
				 strerror(-error));
	return 0;
}

const struct qmac_backend qmac_backend_sim = {
	.open = sim_open,
	.close = sim_close,
	.trace = sim_trace,
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
