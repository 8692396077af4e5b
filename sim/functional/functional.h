/* SPDX-License-Identifier: MIT */
/*
 * The functional model: the device's behaviour in C, without its timing.
 *
 * Work is done in steps: one ring event, one command fetch, or one bounded
 * slice of a GEMM each. Between steps the host may do anything to the registers
 * that it may do to the hardware, so abort, reset and sync act at a step's
 * border and nothing is ever in flight.
 */
#ifndef QMAC_SIM_FUNCTIONAL_H
#define QMAC_SIM_FUNCTIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/qmac_cmd.h>
#include <qmac/ops.h>

#include "driver/qmac_regs.h"
#include "sim/model/model.h"

/* Work is measured in the 16x16 array's cycles, so that a host's burst takes alike on both. */
#define MACS_PER_CYCLE 256u

/* A slice of a GEMM: about a million products, a millisecond or two. */
#define TILE_M 32u
#define TILE_N 128u
#define TILE_K 256u

#define TLB_ENTRIES 1024u

/* Why a job ends; cause is QMAC_CAUSE_NONE while it goes on. */
struct fault {
	uint32_t cause;
	uint64_t address;
};

struct tlb_entry {
	uint64_t vpn;
	uint64_t ppn;
	bool valid, writable;
};

/* What remains between two slices of a GEMM. */
struct gemm {
	bool active;
	uint32_t batch, m0, n0, k0;
	uint32_t acc[TILE_M * TILE_N];
	int32_t partial[TILE_M * TILE_N];
	uint8_t a[TILE_M * TILE_K];
	uint8_t b[TILE_K * TILE_N];
	/* As stored by the application, and without what a partial sum leaves out. */
	struct qmac_param params[TILE_N];
	struct qmac_param partial_params[TILE_N];
};

struct job {
	bool active;
	struct qmac_job_entry entry;
	uint32_t command;
};

/* Registers that reset returns to zero. */
struct registers {
	uint32_t ctrl;
	uint32_t progress;
	uint32_t halt_cause;
	uint64_t halt_addr;
	uint64_t job_ring, cpl_ring;
	uint32_t ring_log2;
	uint32_t doorbell, head, done;
	uint64_t sync_addr;
	uint32_t sync_seq, sync_ack;
	bool sync_pending;
};

struct qmac_model {
	const struct qmac_host_ops *ops;
	void *host;
	uint16_t kc, nc;
	uint64_t steps;
	struct registers regs;
	struct job job;
	struct qmac_cmd cmd;
	struct gemm gemm;
	struct tlb_entry tlb[TLB_ENTRIES];
};

/* registers.c */
uint32_t qmac_functional_read_reg(struct qmac_model *model, uint32_t offset);
void qmac_functional_write_reg(struct qmac_model *model, uint32_t offset, uint32_t value);
void qmac_functional_reset(struct qmac_model *model);

/* rings.c: each is one step */
bool qmac_functional_ring_ready(const struct qmac_model *model);
void qmac_functional_job_start(struct qmac_model *model);
void qmac_functional_job_end(struct qmac_model *model, const struct fault *fault);
void qmac_functional_sync(struct qmac_model *model);

/* walk.c */
void qmac_functional_tlb_flush(struct qmac_model *model);
bool qmac_functional_translate(struct qmac_model *model, uint64_t va, bool write, uint64_t *pa,
			       struct fault *fault);

/* access.c: any length and alignment; false with @fault filled in */
bool qmac_functional_load(struct qmac_model *model, uint64_t va, void *buf, size_t len,
			  struct fault *fault);
bool qmac_functional_store(struct qmac_model *model, uint64_t va, const void *buf, size_t len,
			   struct fault *fault);

/* command.c */
bool qmac_functional_command_legal(const struct qmac_cmd *cmd);
bool qmac_functional_param_legal(const struct qmac_cmd *cmd, const struct qmac_param *param);

/* gemm.c */
void qmac_functional_gemm_start(struct qmac_model *model);
uint64_t qmac_functional_gemm_step(struct qmac_model *model, struct fault *fault);

#endif /* QMAC_SIM_FUNCTIONAL_H */
