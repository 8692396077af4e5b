/* SPDX-License-Identifier: MIT */
/*
 * A device under test, driven as a driver would: registers, rings, interrupts.
 */
#ifndef QMAC_TEST_DEVICE_H
#define QMAC_TEST_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/qmac_regs.h"
#include "sim/memory/pool.h"
#include "sim/model/model.h"

/* For jobs that are meant to end. */
#define DEVICE_CYCLE_LIMIT UINT64_C(20000000)

struct device {
	const struct qmac_model_ops *ops;
	struct qmac_model *model;
	struct qmac_pool *pool;
	uint64_t job_ring, cpl_ring, sync_page;
	unsigned int ring_log2;
	uint32_t submitted, completed;
	uint64_t interrupts; /* completion pulses before device_start() */
	bool rtl;
	unsigned int kc, nc;
};

struct device_options {
	const char *model; /* as qmac_model_load() takes it */
	uint32_t latency;
	uint64_t stall_seed;
	uint32_t stall_permille;
	const char *trace;
};

/* Bails out when the model cannot be had. */
void device_open(struct device *device, const struct device_options *options);
void device_close(struct device *device);

/* Program rings and enable, from reset state. */
void device_start(struct device *device);

uint32_t device_read(struct device *device, uint32_t offset);
void device_write(struct device *device, uint32_t offset, uint32_t value);
void device_write_address(struct device *device, uint32_t offset_lo, uint64_t value);

/* A ring entry that runs @count commands at @cmd_va. */
struct qmac_job_entry device_entry(uint64_t root_ppn, uint64_t cmd_va, uint32_t count);

/* Write a ring entry and ring the doorbell; returns the entry's index. */
uint32_t device_submit(struct device *device, const struct qmac_job_entry *entry);

/* Write a ring entry only. */
uint32_t device_queue(struct device *device, const struct qmac_job_entry *entry);

/* True and the record once the next job has completed. Does not run the device. */
bool device_completion(struct device *device, struct qmac_completion *record);

/*
 * Run until the next completion. False, with a note, when it does not come, or
 * comes without its interrupt, or its counters do not add up.
 */
bool device_wait(struct device *device, struct qmac_completion *record);

/* Submit and wait. */
bool device_job(struct device *device, const struct qmac_job_entry *entry,
		struct qmac_completion *record);

/* Run until idle; false with a note if that takes too long. */
bool device_settle(struct device *device);

#endif /* QMAC_TEST_DEVICE_H */
