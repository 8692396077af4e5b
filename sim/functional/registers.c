// SPDX-License-Identifier: MIT
/*
 * The register file.
 */
#include <string.h>

#include "functional.h"

#define OPCODES ((1u << QMAC_OP_NOP) | (1u << QMAC_OP_GEMM))
#define FLAGS                                                                                \
	(QMAC_FLAG_ASYNC_A | QMAC_FLAG_ASYNC_B | QMAC_FLAG_ASYNC_C | QMAC_FLAG_PER_CHANNEL | \
	 QMAC_FLAG_A_TRANSPOSED | QMAC_FLAG_B_TRANSPOSED)
#define OPERAND_TYPES ((1u << QMAC_TYPE_S8) | (1u << QMAC_TYPE_U8))
#define TYPES	      (OPERAND_TYPES | (OPERAND_TYPES | (1u << QMAC_TYPE_S32)) << 16)
#define REQUANT	      (0x0fu | 0x07u << QMAC_REQUANT_ROUNDINGS_SHIFT | QMAC_REQUANT_ZP_FIRST_MASK)

#define MODEL_KIND 2u

static uint32_t low(uint64_t value)
{
	return (uint32_t)value;
}

static uint32_t high(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

static void set_low(uint64_t *reg, uint32_t value)
{
	*reg = (*reg & ~(uint64_t)UINT32_MAX) | value;
}

static void set_high(uint64_t *reg, uint32_t value)
{
	*reg = (uint64_t)value << 32 | low(*reg);
}

static uint32_t status(const struct qmac_model *model)
{
	bool busy = model->job.active || qmac_functional_ring_ready(model);

	return (busy ? QMAC_STATUS_BUSY_MASK : 0) |
	       (model->regs.halt_cause ? QMAC_STATUS_HALTED_MASK : 0) |
	       (model->regs.sync_pending ? QMAC_STATUS_SYNCING_MASK : 0);
}

static uint32_t read_constant(const struct qmac_model *model, uint32_t offset)
{
	switch (offset) {
	case QMAC_REG_ID:
		return QMAC_REG_ID_VALUE;
	case QMAC_REG_VERSION:
		return QMAC_HW_VERSION_MAJOR << QMAC_VERSION_MAJOR_SHIFT | QMAC_HW_VERSION_MINOR;
	case QMAC_REG_ARRAY:
		return (uint32_t)model->nc << QMAC_ARRAY_NC_SHIFT | model->kc;
	case QMAC_REG_MODEL:
		return MODEL_KIND;
	case QMAC_REG_OPCODES:
		return OPCODES;
	case QMAC_REG_FLAGS:
		return FLAGS;
	case QMAC_REG_TYPES:
		return TYPES;
	case QMAC_REG_REQUANT:
		return REQUANT;
	case QMAC_REG_MAX_DIM:
		return QMAC_LIMIT_MAX_DIM;
	case QMAC_REG_MAX_BATCH:
		return QMAC_LIMIT_MAX_BATCH;
	case QMAC_REG_MAX_COMMANDS:
		return QMAC_LIMIT_MAX_COMMANDS;
	case QMAC_REG_ACCUMULATORS:
		return 2u << QMAC_ACCUMULATORS_BANKS_SHIFT | QMAC_LIMIT_ACC_ROWS;
	default:
		return 0;
	}
}

/* CYCLES stays zero: this model has no time to tell. */
uint32_t qmac_functional_read_reg(struct qmac_model *model, uint32_t offset)
{
	const struct registers *regs = &model->regs;

	switch (offset) {
	case QMAC_REG_CTRL:
		return regs->ctrl;
	case QMAC_REG_STATUS:
		return status(model);
	case QMAC_REG_PROGRESS:
		return regs->progress;
	case QMAC_REG_HALT_CAUSE:
		return regs->halt_cause;
	case QMAC_REG_HALT_ADDR_LO:
		return low(regs->halt_addr);
	case QMAC_REG_HALT_ADDR_HI:
		return high(regs->halt_addr);
	case QMAC_REG_JOB_RING_LO:
		return low(regs->job_ring);
	case QMAC_REG_JOB_RING_HI:
		return high(regs->job_ring);
	case QMAC_REG_CPL_RING_LO:
		return low(regs->cpl_ring);
	case QMAC_REG_CPL_RING_HI:
		return high(regs->cpl_ring);
	case QMAC_REG_RING_SIZE:
		return regs->ring_log2;
	case QMAC_REG_DOORBELL:
		return regs->doorbell;
	case QMAC_REG_JOB_HEAD:
		return regs->head;
	case QMAC_REG_JOB_DONE:
		return regs->done;
	case QMAC_REG_SYNC_ADDR_LO:
		return low(regs->sync_addr);
	case QMAC_REG_SYNC_ADDR_HI:
		return high(regs->sync_addr);
	case QMAC_REG_SYNC_REQ:
		return regs->sync_seq;
	case QMAC_REG_SYNC_ACK:
		return regs->sync_ack;
	default:
		return read_constant(model, offset);
	}
}

/* Nothing is in flight between steps, so a reset is over when the write is. */
void qmac_functional_reset(struct qmac_model *model)
{
	memset(&model->regs, 0, sizeof(model->regs));
	model->job.active = false;
	model->gemm.active = false;
	qmac_functional_tlb_flush(model);
}

static void write_ctrl(struct qmac_model *model, uint32_t value)
{
	if (value & QMAC_CTRL_RESET_MASK)
		qmac_functional_reset(model);
	else
		model->regs.ctrl = value & QMAC_CTRL_ENABLE_MASK;
}

static void write_abort(struct qmac_model *model, uint32_t index)
{
	const struct fault aborted = { .cause = QMAC_CAUSE_ABORTED };

	/* The entry in the pipeline was the last one taken. */
	if (model->job.active && index == model->regs.head - 1 && !model->regs.halt_cause)
		qmac_functional_job_end(model, &aborted);
}

static void write_irq_test(struct qmac_model *model, uint32_t vectors)
{
	for (unsigned int i = 0; i < QMAC_PCI_NUM_VECTORS; i++)
		if (vectors & 1u << i)
			model->ops->interrupt(model->host, i);
}

/* Addresses read as written; what lies below their alignment is ignored in use. */
static void write_address(struct registers *regs, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case QMAC_REG_JOB_RING_LO:
		set_low(&regs->job_ring, value);
		break;
	case QMAC_REG_JOB_RING_HI:
		set_high(&regs->job_ring, value);
		break;
	case QMAC_REG_CPL_RING_LO:
		set_low(&regs->cpl_ring, value);
		break;
	case QMAC_REG_CPL_RING_HI:
		set_high(&regs->cpl_ring, value);
		break;
	case QMAC_REG_SYNC_ADDR_LO:
		set_low(&regs->sync_addr, value);
		break;
	case QMAC_REG_SYNC_ADDR_HI:
		set_high(&regs->sync_addr, value);
		break;
	}
}

void qmac_functional_write_reg(struct qmac_model *model, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case QMAC_REG_CTRL:
		write_ctrl(model, value);
		break;
	case QMAC_REG_RING_SIZE:
		model->regs.ring_log2 = value & QMAC_RING_SIZE_LOG2_MASK;
		break;
	case QMAC_REG_DOORBELL:
		model->regs.doorbell = value;
		break;
	case QMAC_REG_ABORT:
		write_abort(model, value);
		break;
	case QMAC_REG_SYNC_REQ:
		model->regs.sync_seq = value;
		model->regs.sync_pending = true;
		break;
	case QMAC_REG_IRQ_TEST:
		write_irq_test(model, value);
		break;
	default:
		write_address(&model->regs, offset, value);
	}
}
