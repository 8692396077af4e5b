// SPDX-License-Identifier: MIT
/* Rings of a simulated device: jobs in, completion records out. */
#include <errno.h>
#include <string.h>

#include "device/sim.h"

/* Cycles between two looks at the rings and the clock: tens of milliseconds of RTL. */
#define SLICE_CYCLES 20000u

static void write_address(struct sim_device *sim, uint32_t reg_lo, uint64_t address)
{
	sim->ops->write_reg(sim->model, reg_lo, (uint32_t)address);
	sim->ops->write_reg(sim->model, reg_lo + 4, (uint32_t)(address >> 32));
}

int sim_rings_init(struct sim_device *sim)
{
	struct qmac_pool *pool = sim->local.pool;

	sim->job_ring =
		qmac_pool_alloc(pool, SIM_RING_SIZE * sizeof(struct qmac_job_entry), PAGE_BYTES);
	sim->cpl_ring =
		qmac_pool_alloc(pool, SIM_RING_SIZE * sizeof(struct qmac_completion), PAGE_BYTES);
	sim->answer = qmac_pool_alloc(pool, PAGE_BYTES, PAGE_BYTES);
	if (!sim->job_ring || !sim->cpl_ring || !sim->answer)
		return qmac_fail_nomem(sim->local.base.context, "the rings");
	write_address(sim, QMAC_REG_JOB_RING_LO, sim->job_ring);
	write_address(sim, QMAC_REG_CPL_RING_LO, sim->cpl_ring);
	write_address(sim, QMAC_REG_SYNC_ADDR_LO, sim->answer);
	sim->ops->write_reg(sim->model, QMAC_REG_RING_SIZE, SIM_RING_LOG2);
	sim->ops->write_reg(sim->model, QMAC_REG_CTRL, QMAC_CTRL_ENABLE_MASK);
	return 0;
}

static void end_lost(struct local_job *job)
{
	const struct qmac_job_result result = {
		.state = QMAC_JOB_FAILED,
		.cause = QMAC_CAUSE_DEVICE_LOST,
		.cmd_index = job->base.cmd_count,
	};

	local_job_end(job, &result);
}

int sim_start(struct local_device *local, struct local_job *job)
{
	struct sim_device *sim = (struct sim_device *)local;
	uint32_t slot = sim->submitted % SIM_RING_SIZE;
	struct qmac_job_entry entry = {
		.type = 1,
		.job_id = sim->submitted,
		.root_ppn = qmac_pt_root_ppn(&sim->tables),
		.cmd_va = job->desc.cmd_address,
		.cmd_count = job->desc.cmd_count,
		.cycle_limit = job->desc.cycle_limit,
	};

	if (sim->lost) {
		end_lost(job);
		return 0;
	}
	if (sim->submitted - sim->completed == SIM_RING_SIZE)
		return -EBUSY;
	memcpy(qmac_pool_at(local->pool, sim->job_ring + slot * sizeof(entry), sizeof(entry)),
	       &entry, sizeof(entry));
	sim->in_ring[slot] = job;
	sim->ops->write_reg(sim->model, QMAC_REG_DOORBELL, ++sim->submitted);
	return 0;
}

static void take_record(struct local_job *job, const struct qmac_completion *record)
{
	const struct qmac_job_result result = {
		.state = record->cause ? QMAC_JOB_FAILED : QMAC_JOB_DONE,
		.cause = record->cause,
		.cmd_index = record->cmd_index,
		.fault_address = record->fault_addr,
		.cycles = record->cycles,
		.busy = record->busy,
		.stall_fetch = record->stall_fetch,
		.stall_order = record->stall_order,
		.stall_param = record->stall_param,
		.stall_a = record->stall_a,
		.stall_b = record->stall_b,
		.stall_mmu = record->stall_mmu,
		.stall_weight = record->stall_weight,
		.stall_acc = record->stall_acc,
		.stall_drain = record->stall_drain,
	};

	local_job_end(job, &result);
}

/* The record of the oldest job in the ring, or NULL while it is not complete. */
static const struct qmac_completion *next_record(const struct sim_device *sim)
{
	uint32_t slot = sim->completed % SIM_RING_SIZE;
	uint32_t phase = ~(sim->completed >> SIM_RING_LOG2) & 1;
	struct qmac_completion *record = qmac_pool_at(
		sim->local.pool, sim->cpl_ring + slot * sizeof(*record), sizeof(*record));

	if (sim->completed == sim->submitted)
		return NULL;
	return __atomic_load_n(&record->phase, __ATOMIC_ACQUIRE) == phase ? record : NULL;
}

static void reap(struct sim_device *sim)
{
	const struct qmac_completion *record;

	while ((record = next_record(sim))) {
		uint32_t slot = sim->completed++ % SIM_RING_SIZE;

		take_record(sim->in_ring[slot], record);
		sim->in_ring[slot] = NULL;
	}
}

/* The model stopped for good; that is a fault of the model or of this file. */
static void lose(struct sim_device *sim)
{
	sim->lost = true;
	for (; sim->completed != sim->submitted; sim->completed++)
		end_lost(sim->in_ring[sim->completed % SIM_RING_SIZE]);
}

void sim_advance(struct local_device *local)
{
	struct sim_device *sim = (struct sim_device *)local;

	if (sim->completed == sim->submitted)
		return;
	sim->ops->run(sim->model, SLICE_CYCLES);
	reap(sim);
	if (sim->completed != sim->submitted && sim->ops->idle(sim->model))
		lose(sim);
}

void sim_sync(struct sim_device *sim)
{
	const uint64_t *answer = qmac_pool_at(sim->local.pool, sim->answer, sizeof(*answer));

	if (sim->lost || sim->ops->idle(sim->model))
		return; /* every job begins without translations */
	sim->ops->write_reg(sim->model, QMAC_REG_SYNC_REQ, ++sim->sync_seq);
	while (__atomic_load_n(answer, __ATOMIC_ACQUIRE) != sim->sync_seq &&
	       !sim->ops->idle(sim->model))
		sim->ops->run(sim->model, SLICE_CYCLES);
}
