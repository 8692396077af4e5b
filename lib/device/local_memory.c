// SPDX-License-Identifier: MIT
/* Local devices: set-up and buffers. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "device/local.h"

/*
 * Address space, not memory: pages are backed when touched. Where the system
 * grants no such reservation (a limit on address space), less will do.
 */
static const uint64_t pool_bytes[] = { 16ull << 30, 4ull << 30, 1ull << 30, 256ull << 20 };

static int reserve_pool(struct local_device *device, uint64_t bus_base)
{
	size_t i;

	for (i = 0; i < sizeof(pool_bytes) / sizeof(pool_bytes[0]); i++) {
		if (!qmac_pool_create(&device->pool, bus_base, pool_bytes[i])) {
			device->base.info.max_bo_size = pool_bytes[i] / 2;
			device->base.info.va_end = pool_bytes[i];
			return 0;
		}
	}
	return -ENOMEM;
}

int local_device_init(struct local_device *device, struct qmac_context *context, uint64_t bus_base)
{
	struct qmac_device_info *info = &device->base.info;

	device->base.context = context;
	device->bo_align = PAGE_BYTES;
	device->last = &device->first;
	device->queues = 1;
	device->default_queue.base.device = &device->base;
	device->default_queue.references = 1;
	info->max_jobs = 1024;
	info->max_bos = 4096;
	info->max_syncs = 1024;
	info->max_queues = 64;
	info->max_queued_jobs = 4096;
	info->max_job_query = 1;
	info->job_history = UINT32_MAX;
	info->max_cycle_limit = INT64_MAX;
	info->va_start = 2ull << 20;
	if (reserve_pool(device, bus_base))
		return qmac_fail(context, -ENOMEM,
				 "no address space for device memory: raise the limit (ulimit -v)");
	info->va_end += info->va_start;
	return 0;
}

void local_device_fini(struct local_device *device)
{
	local_jobs_abandon(device);
	qmac_pool_destroy(device->pool);
}

int local_bo_create(struct qmac_device *base, uint64_t bytes, struct qmac_bo **out)
{
	struct local_device *device = (struct local_device *)base;
	struct local_bo *bo = calloc(1, sizeof(*bo));
	uint64_t align = bytes < device->bo_align ? PAGE_BYTES : device->bo_align;
	int error;

	if (!bo)
		return qmac_fail_nomem(base->context, "a buffer");
	bo->base.device = base;
	bo->base.bytes = bytes;
	bo->references = 1;
	/* One page more, never mapped: running over the end faults. */
	bo->bus = qmac_pool_alloc(device->pool, bytes + PAGE_BYTES, align);
	if (!bo->bus) {
		free(bo);
		return qmac_fail(base->context, -ENOSPC,
				 "no room for a buffer of %" PRIu64 " bytes: destroy others",
				 bytes);
	}
	qmac_pool_protect(device->pool, bo->bus + bytes, PAGE_BYTES, 0);
	error = device->engine->attach(device, bo);
	if (error) {
		qmac_pool_free(device->pool, bo->bus, bytes + PAGE_BYTES);
		free(bo);
		return error;
	}
	*out = &bo->base;
	return 0;
}

void local_bo_destroy(struct qmac_bo *base)
{
	struct local_device *device = (struct local_device *)base->device;
	struct local_bo *bo = (struct local_bo *)base;

	if (--bo->references)
		return;
	device->engine->detach(device, bo);
	qmac_pool_free(device->pool, bo->bus, base->bytes + PAGE_BYTES);
	free(bo);
}

int local_bo_map(struct qmac_bo *base, void **out)
{
	struct local_device *device = (struct local_device *)base->device;

	*out = qmac_pool_at(device->pool, ((struct local_bo *)base)->bus, base->bytes);
	return 0;
}
