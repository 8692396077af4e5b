// SPDX-License-Identifier: MIT
/*
 * Job ring, completion ring and sync answers.
 */
#include <string.h>

#include "functional.h"

enum {
	HALT_ENTRY_READ = 1,
	HALT_COMPLETION_WRITE = 2,
	HALT_SYNC_WRITE = 3,
	HALT_DOORBELL = 4,
};

#define ENTRY_EXECUTE 1u
#define ROOT_PPN_BITS 44
#define CMD_ALIGN     64u

static void halt(struct qmac_model *model, uint32_t code, uint64_t address)
{
	model->regs.halt_cause = code;
	model->regs.halt_addr = address;
	model->regs.sync_pending = false;
	model->job.active = false;
	model->gemm.active = false;
	model->ops->interrupt(model->host, QMAC_IRQ_HALT);
}

bool qmac_functional_ring_ready(const struct qmac_model *model)
{
	return model->regs.ctrl & QMAC_CTRL_ENABLE_MASK && !model->regs.halt_cause &&
	       model->regs.head != model->regs.doorbell;
}

static uint64_t ring_slot(const struct qmac_model *model, uint64_t base, uint32_t index,
			  size_t size)
{
	uint32_t mask = (1u << model->regs.ring_log2) - 1;

	/* A ring is aligned to its entries. */
	return (base & ~(uint64_t)(size - 1)) + (uint64_t)(index & mask) * size;
}

static bool entry_valid(const struct qmac_job_entry *entry)
{
	return entry->type == ENTRY_EXECUTE && !entry->flags &&
	       !(entry->root_ppn >> ROOT_PPN_BITS) && !(entry->cmd_va % CMD_ALIGN) &&
	       entry->cmd_count <= QMAC_LIMIT_MAX_COMMANDS && !entry->reserved0 &&
	       entry->cycle_limit && !entry->reserved1 && !entry->reserved2;
}

void qmac_functional_job_start(struct qmac_model *model)
{
	const struct fault malformed = { .cause = QMAC_CAUSE_BAD_ENTRY };
	struct registers *regs = &model->regs;
	struct job *job = &model->job;
	uint64_t pa;

	if (regs->doorbell - regs->head > 1u << regs->ring_log2) {
		halt(model, HALT_DOORBELL, 0);
		return;
	}
	pa = ring_slot(model, regs->job_ring, regs->head, sizeof(job->entry));
	if (model->ops->read(model->host, pa, &job->entry, sizeof(job->entry))) {
		halt(model, HALT_ENTRY_READ, pa);
		return;
	}
	regs->head++;
	job->active = true;
	job->command = 0;
	qmac_functional_tlb_flush(model);
	if (!entry_valid(&job->entry))
		qmac_functional_job_end(model, &malformed);
}

/* In address order, so that the phase bit becomes visible last. */
void qmac_functional_job_end(struct qmac_model *model, const struct fault *fault)
{
	struct registers *regs = &model->regs;
	uint64_t pa = ring_slot(model, regs->cpl_ring, regs->done, sizeof(struct qmac_completion));
	const struct qmac_completion record = {
		.job_id = model->job.entry.job_id,
		.cause = fault->cause,
		.cmd_index = model->job.command,
		.fault_addr = fault->address,
		.phase = !(regs->done >> regs->ring_log2 & 1),
	};
	const uint8_t *bytes = (const uint8_t *)&record;

	model->job.active = false;
	model->gemm.active = false;
	for (size_t at = 0; at < sizeof(record); at += QMAC_BEAT_BYTES) {
		if (model->ops->write(model->host, pa + at, bytes + at, UINT16_MAX)) {
			halt(model, HALT_COMPLETION_WRITE, pa);
			return;
		}
	}
	regs->done++;
	model->ops->interrupt(model->host, QMAC_IRQ_COMPLETION);
}

void qmac_functional_sync(struct qmac_model *model)
{
	struct registers *regs = &model->regs;
	uint64_t pa = regs->sync_addr & ~(uint64_t)(QMAC_BEAT_BYTES - 1);
	uint8_t beat[QMAC_BEAT_BYTES] = { 0 };
	const uint16_t first_word = 0x00ff;

	qmac_functional_tlb_flush(model);
	regs->sync_pending = false;
	memcpy(beat, &regs->sync_seq, sizeof(regs->sync_seq));
	if (model->ops->write(model->host, pa, beat, first_word)) {
		halt(model, HALT_SYNC_WRITE, pa);
		return;
	}
	regs->sync_ack = regs->sync_seq;
	model->ops->interrupt(model->host, QMAC_IRQ_SYNC);
}
