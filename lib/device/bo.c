// SPDX-License-Identifier: MIT
/* Buffer objects. */
#include <errno.h>
#include <inttypes.h>

#include "device/backend.h"

int qmac_bo_create(struct qmac_device *device, uint64_t bytes, struct qmac_bo **out)
{
	uint64_t most = device->info.max_bo_size;

	if (!bytes || bytes > most)
		return qmac_fail(device->context, -EINVAL,
				 "buffer of %" PRIu64 " bytes: %s takes 1 to %" PRIu64, bytes,
				 device->info.name, most);
	bytes = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	return device->backend->bo_create(device, bytes, out);
}

void qmac_bo_destroy(struct qmac_bo *bo)
{
	if (bo)
		bo->device->backend->bo_destroy(bo);
}

int qmac_bo_map(struct qmac_bo *bo, void **out)
{
	return bo->device->backend->bo_map(bo, out);
}

uint64_t qmac_bo_address(const struct qmac_bo *bo)
{
	return bo->address;
}

uint64_t qmac_bo_bytes(const struct qmac_bo *bo)
{
	return bo->bytes;
}

int qmac_bo_export(struct qmac_bo *bo, int *fd)
{
	struct qmac_device *device = bo->device;

	if (!device->backend->bo_export)
		return qmac_fail(device->context, -EOPNOTSUPP,
				 "%s shares no buffers: use a drm: device", device->info.name);
	return device->backend->bo_export(bo, fd);
}

int qmac_bo_import(struct qmac_device *device, int fd, struct qmac_bo **out)
{
	if (!device->backend->bo_import)
		return qmac_fail(device->context, -EOPNOTSUPP,
				 "%s shares no buffers: use a drm: device", device->info.name);
	return device->backend->bo_import(device, fd, out);
}
