/* SPDX-License-Identifier: MIT */
/* The accelerator behind a DRM accel node. */
#ifndef QMAC_DEVICE_DRM_H
#define QMAC_DEVICE_DRM_H

#include <drm/qmac_accel.h>

#include "device/backend.h"

/**
 * struct drm_bo - a buffer and its handle
 * @next: In the device's list, which finds the buffer of a handle: importing a
 *   dma-buf twice gives the same handle, and closing that ends both.
 * @references: qmac_bo_create() and qmac_bo_import() calls not yet undone.
 * @map: Host address, NULL before the first qmac_bo_map().
 * @fd: dma-buf of an imported buffer, which is mapped through it; else -1.
 */
struct drm_bo {
	struct qmac_bo base;
	struct drm_bo *next;
	uint32_t handle;
	unsigned int references;
	void *map;
	int fd;
};

struct drm_device {
	struct qmac_device base;
	int fd;
	struct drm_bo *bos;
};

/* A job signals a syncobj of its own. */
struct drm_job {
	struct qmac_job base;
	uint64_t id;
	uint32_t syncobj;
};

int drm_bo_create(struct qmac_device *device, uint64_t bytes, struct qmac_bo **out);
void drm_bo_destroy(struct qmac_bo *base);
int drm_bo_map(struct qmac_bo *base, void **out);
int drm_bo_export(struct qmac_bo *base, int *fd);
int drm_bo_import(struct qmac_device *device, int fd, struct qmac_bo **out);

int drm_queue_create(struct qmac_device *device, unsigned int priority, struct qmac_queue **out);
void drm_queue_destroy(struct qmac_queue *queue);
int drm_submit(struct qmac_device *device, struct qmac_queue *queue,
	       const struct qmac_job_desc *descs, uint32_t count, struct qmac_job **jobs);
int drm_job_wait(struct qmac_job *base, int64_t timeout_ns);
int drm_job_result(struct qmac_job *base, struct qmac_job_result *out);
void drm_job_release(struct qmac_job *base);

#endif /* QMAC_DEVICE_DRM_H */
