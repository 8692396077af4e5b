/* SPDX-License-Identifier: MIT */
/*
 * Devices in this process: buffers in a page pool, and one list of jobs that
 * start in the order of submission. What runs them is an engine.
 */
#ifndef QMAC_DEVICE_LOCAL_H
#define QMAC_DEVICE_LOCAL_H

#include "device/backend.h"
#include "sim/memory/pool.h"

struct local_device;

struct local_bo {
	struct qmac_bo base;
	uint64_t bus;		 /* address in the pool */
	unsigned int references; /* the application's, and one for each job */
};

struct local_queue {
	struct qmac_queue base;
	unsigned int references; /* the application's, and one for each job */
	uint32_t unfinished;
};

/**
 * struct local_job - a job
 * @next: The job submitted after this one, while in the list.
 * @references: The application's, the list's, and one for each job that waits.
 * @started: The engine has it.
 * @ended: @result is final.
 * @desc: As submitted, with arrays of its own.
 */
struct local_job {
	struct qmac_job base;
	struct local_job *next;
	struct local_queue *queue;
	unsigned int references;
	bool started, ended;
	struct qmac_job_desc desc;
	struct qmac_job_result result;
};

/**
 * struct local_engine - what runs the jobs of a local device
 * @attach: Make a buffer visible to jobs: fills in its address.
 * @detach: Take it away again; no job uses it.
 * @start: Begin a job. It may end at once, by local_job_end(). Returns -EBUSY,
 *   without a message, when it has no room now.
 * @advance: Let time pass; ends jobs by local_job_end(). NULL when jobs end in
 *   @start.
 */
struct local_engine {
	int (*attach)(struct local_device *device, struct local_bo *bo);
	void (*detach)(struct local_device *device, struct local_bo *bo);
	int (*start)(struct local_device *device, struct local_job *job);
	void (*advance)(struct local_device *device);
};

struct local_device {
	struct qmac_device base;
	const struct local_engine *engine;
	struct qmac_pool *pool;
	uint64_t bo_align;
	struct local_queue default_queue;
	uint32_t queues; /* with the default one */
	struct local_job *first, **last;
};

/**
 * local_device_init() - set up pool, list and limits
 * @device: Zeroed.
 * @context: Receives messages.
 * @bus_base: Bus address of the pool's first byte.
 *
 * Return: 0 or -ENOMEM.
 */
int local_device_init(struct local_device *device, struct qmac_context *context, uint64_t bus_base);
void local_device_fini(struct local_device *device);

/* Take over the result of a job; @result->error follows from the cause. */
void local_job_end(struct local_job *job, const struct qmac_job_result *result);

/* End and forget all jobs: the device closes, or is lost. */
void local_jobs_abandon(struct local_device *device);

/* Backend operations for all local devices. */
int local_bo_create(struct qmac_device *base, uint64_t bytes, struct qmac_bo **out);
void local_bo_destroy(struct qmac_bo *base);
int local_bo_map(struct qmac_bo *base, void **out);
int local_queue_create(struct qmac_device *base, unsigned int priority, struct qmac_queue **out);
void local_queue_destroy(struct qmac_queue *base);
int local_submit(struct qmac_device *base, struct qmac_queue *queue,
		 const struct qmac_job_desc *descs, uint32_t count, struct qmac_job **jobs);
int local_job_wait(struct qmac_job *base, int64_t timeout_ns);
int local_job_result(struct qmac_job *base, struct qmac_job_result *out);
void local_job_release(struct qmac_job *base);

#endif /* QMAC_DEVICE_LOCAL_H */
