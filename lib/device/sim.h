/* SPDX-License-Identifier: MIT */
/*
 * A device model in this process. The library does to it what the driver does
 * to the hardware: page tables by the driver's own writer, rings, doorbell,
 * completion records, sync requests.
 */
#ifndef QMAC_DEVICE_SIM_H
#define QMAC_DEVICE_SIM_H

/* First: the register header has macros with the names of enum qmac_cause. */
#include "device/local.h"

#include "driver/qmac_pt.h"
#include "driver/qmac_regs.h"
#include "sim/model/model.h"

#define SIM_RING_LOG2 6u
#define SIM_RING_SIZE (1u << SIM_RING_LOG2)

/**
 * struct sim_options - what may stand in a device's name
 * @model: Name for qmac_model_load().
 * @config: Memory latency and stalls.
 * @huge_pages: Map with 2 MiB pages where they fit.
 */
struct sim_options {
	char model[32];
	struct qmac_model_config config;
	bool huge_pages;
};

/* 0, or -EINVAL with a message; @name is the full name of the device. */
int sim_parse(struct qmac_context *context, const char *name, struct sim_options *options);

/**
 * struct sim_device - a device model and what the driver would keep for it
 * @job_ring: Bus address.
 * @cpl_ring: Bus address.
 * @answer: Bus address of the sync answer.
 * @submitted: Ring entries ever written, as in DOORBELL.
 * @completed: Completion records consumed.
 * @in_ring: Job of each slot.
 * @sync_seq: Sequence number of the last sync request.
 * @lost: The model halted or stopped; nothing will run any more.
 */
struct sim_device {
	struct local_device local;
	const struct qmac_model_ops *ops;
	struct qmac_model *model;
	struct qmac_pt tables;
	bool huge_pages;
	uint64_t job_ring, cpl_ring, answer;
	uint32_t submitted, completed;
	struct local_job *in_ring[SIM_RING_SIZE];
	uint32_t sync_seq;
	bool lost;
};

/* Rings, as local_engine wants them. */
int sim_rings_init(struct sim_device *sim);
int sim_start(struct local_device *local, struct local_job *job);
void sim_advance(struct local_device *local);

/* Make the device forget its translations: before unmapped memory is reused. */
void sim_sync(struct sim_device *sim);

#endif /* QMAC_DEVICE_SIM_H */
