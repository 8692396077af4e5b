/* SPDX-License-Identifier: MIT */
/*
 * A bench for directed tests: a device and one job over an address space with
 * operands at fixed places.
 */
#ifndef QMAC_TEST_RIG_H
#define QMAC_TEST_RIG_H

#include <drm/qmac_cmd.h>

#include "device.h"
#include "space.h"

#define RIG_COMMANDS 8u

/* Each operand has a gibibyte of addresses; command i has its own 16 MiB of each. */
#define RIG_A	     UINT64_C(0x040000000)
#define RIG_B	     UINT64_C(0x080000000)
#define RIG_C	     UINT64_C(0x0c0000000)
#define RIG_PARAMS   UINT64_C(0x100000000)
#define RIG_CMDS     UINT64_C(0x140000000)
#define RIG_PER_CMD  UINT64_C(0x001000000)
#define RIG_UNMAPPED UINT64_C(0x200000000)

struct rig {
	struct device device;
	struct space space;
	struct rng rng;
	struct qmac_cmd cmds[RIG_COMMANDS];
	unsigned int count;
};

void rig_open(struct rig *rig, const struct device_options *options);
void rig_close(struct rig *rig);

/* An empty address space and job. */
void rig_begin(struct rig *rig);
void rig_end(struct rig *rig);

/*
 * Append a legal F32 command: s8, dense, zero points in use. The caller may
 * change it until rig_seal(), which makes the memory it needs.
 */
struct qmac_cmd *rig_gemm(struct rig *rig, uint32_t m, uint32_t n, uint32_t k);

/* As rig_gemm() but with parameter records, valid ones on seal. */
struct qmac_cmd *rig_gemm_channels(struct rig *rig, uint8_t path, uint32_t m, uint32_t n,
				   uint32_t k);

/* Map operands of all commands, write commands and records. */
void rig_seal(struct rig *rig);

/* Change a command or a record after the seal. */
void rig_patch(struct rig *rig, uint64_t va, const void *buf, size_t len);

struct qmac_job_entry rig_entry(const struct rig *rig);

/* Bring the shadow up to date with what the first @count commands should do. */
bool rig_reference(struct rig *rig, unsigned int count);

/* Memory is as it should be; with a note if not. */
bool rig_memory(struct rig *rig);

/* As rig_memory(), but results of commands from @first on may be anything. */
bool rig_memory_but_results(struct rig *rig, unsigned int first);

/* Run the job: no fault, right results. */
bool rig_good(struct rig *rig);

/*
 * Run the job: it ends with @cause at command @index and address @va, commands
 * before @index are done.
 */
bool rig_fails(struct rig *rig, uint32_t cause, uint32_t index, uint64_t va);

/* The record says so; with a note if not. */
bool rig_record_is(const struct qmac_completion *record, uint32_t cause, uint32_t index,
		   uint64_t va);

/* A small job in a new address space, to show that the device is well. */
bool rig_well(struct rig *rig);

/* Start a job of two commands and many thousand cycles, and let it run for @cycles; returns its
 * index. */
uint32_t rig_start_long(struct rig *rig, uint64_t cycles);

#endif /* QMAC_TEST_RIG_H */
