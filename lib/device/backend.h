/* SPDX-License-Identifier: MIT */
/*
 * What stands behind a device. device.c checks arguments and dispatches; a
 * backend embeds these structures as the first member of its own.
 */
#ifndef QMAC_DEVICE_BACKEND_H
#define QMAC_DEVICE_BACKEND_H

#include <qmac/device.h>

#include "context.h"

#define PAGE_BYTES 4096ull

/* @mark numbers the jobs checked so far. */
struct qmac_device {
	const struct qmac_backend *backend;
	struct qmac_context *context;
	struct qmac_device_info info;
	uint64_t mark;
};

/* @mark is that of the last job checked that lists the buffer. */
struct qmac_bo {
	struct qmac_device *device;
	uint64_t address, bytes;
	uint64_t mark;
};

struct qmac_queue {
	struct qmac_device *device;
	uint32_t id;
};

struct qmac_job {
	struct qmac_device *device;
	uint32_t cmd_count;
};

/**
 * struct qmac_backend - operations of a kind of device
 * @open: Open the device called @name, the full name. Fills in the whole of
 *   struct qmac_device but @backend and @context.
 * @close: Close it and free the memory.
 * @trace: Start or stop a waveform; NULL where there is none.
 * @bo_create: @bytes is a whole number of pages, not zero, within max_bo_size.
 * @bo_destroy: Drop the caller's reference.
 * @bo_map: As qmac_bo_map().
 * @bo_export: As qmac_bo_export(); NULL where there is none.
 * @bo_import: As qmac_bo_import(); NULL where there is none.
 * @queue_create: As qmac_queue_create(); the priority has been checked.
 * @queue_destroy: As qmac_queue_destroy().
 * @submit: As qmac_submit(); numbers have been checked against the limits.
 * @job_wait: As qmac_job_wait(); @timeout_ns is not negative.
 * @job_result: Fill in @out.
 * @job_release: As qmac_job_release().
 *
 * All leave a message in the device's context when they fail.
 */
struct qmac_backend {
	int (*open)(struct qmac_context *context, const char *name, struct qmac_device **out);
	void (*close)(struct qmac_device *device);
	int (*trace)(struct qmac_device *device, const char *path);
	int (*bo_create)(struct qmac_device *device, uint64_t bytes, struct qmac_bo **out);
	void (*bo_destroy)(struct qmac_bo *bo);
	int (*bo_map)(struct qmac_bo *bo, void **out);
	int (*bo_export)(struct qmac_bo *bo, int *fd);
	int (*bo_import)(struct qmac_device *device, int fd, struct qmac_bo **out);
	int (*queue_create)(struct qmac_device *device, unsigned int priority,
			    struct qmac_queue **out);
	void (*queue_destroy)(struct qmac_queue *queue);
	int (*submit)(struct qmac_device *device, struct qmac_queue *queue,
		      const struct qmac_job_desc *descs, uint32_t count, struct qmac_job **jobs);
	int (*job_wait)(struct qmac_job *job, int64_t timeout_ns);
	int (*job_result)(struct qmac_job *job, struct qmac_job_result *out);
	void (*job_release)(struct qmac_job *job);
};

extern const struct qmac_backend qmac_backend_cpu;
extern const struct qmac_backend qmac_backend_sim;
extern const struct qmac_backend qmac_backend_drm;

/* Open the first accelerator; a function of the drm backend. */
int qmac_open_auto(struct qmac_context *context, struct qmac_device **out);

/* The errno that stands for a cause, as the driver reports it. */
int qmac_cause_error(unsigned int cause);

/* CLOCK_MONOTONIC in nanoseconds, and @timeout_ns from now without overflow. */
int64_t qmac_now_ns(void);
int64_t qmac_deadline_ns(int64_t timeout_ns);

#endif /* QMAC_DEVICE_BACKEND_H */
