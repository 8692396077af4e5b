// SPDX-License-Identifier: MIT
/* Buffers of the driver, and dma-bufs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>

#include "device/drm.h"

static struct drm_bo *bo_new(struct drm_device *drm, uint32_t handle)
{
	struct drm_bo *bo = calloc(1, sizeof(*bo));

	if (!bo)
		return NULL;
	bo->base.device = &drm->base;
	bo->handle = handle;
	bo->references = 1;
	bo->fd = -1;
	return bo;
}

static void bo_link(struct drm_device *drm, struct drm_bo *bo)
{
	bo->next = drm->bos;
	drm->bos = bo;
}

static void bo_unlink(struct drm_device *drm, struct drm_bo *bo)
{
	struct drm_bo **at = &drm->bos;

	while (*at != bo)
		at = &(*at)->next;
	*at = bo->next;
}

int drm_bo_create(struct qmac_device *device, uint64_t bytes, struct qmac_bo **out)
{
	struct drm_device *drm = (struct drm_device *)device;
	struct drm_qmac_bo_create args = { .size = bytes };
	struct drm_bo *bo;

	if (drmIoctl(drm->fd, DRM_IOCTL_QMAC_BO_CREATE, &args))
		return qmac_fail(device->context, -errno,
				 "cannot make a buffer of %" PRIu64 " bytes: %s", bytes,
				 strerror(errno));
	bo = bo_new(drm, args.handle);
	if (!bo) {
		drmCloseBufferHandle(drm->fd, args.handle);
		return qmac_fail_nomem(device->context, "a buffer");
	}
	bo->base.address = args.va;
	bo->base.bytes = args.size;
	bo_link(drm, bo);
	*out = &bo->base;
	return 0;
}

void drm_bo_destroy(struct qmac_bo *base)
{
	struct drm_device *drm = (struct drm_device *)base->device;
	struct drm_bo *bo = (struct drm_bo *)base;

	if (--bo->references)
		return;
	if (bo->map)
		munmap(bo->map, base->bytes);
	if (bo->fd >= 0)
		close(bo->fd);
	drmCloseBufferHandle(drm->fd, bo->handle);
	bo_unlink(drm, bo);
	free(bo);
}

/* Through its own offset in the device file, or, when imported, the dma-buf. */
static int map(struct drm_bo *bo)
{
	struct drm_device *drm = (struct drm_device *)bo->base.device;
	struct drm_qmac_bo_mmap_offset args = { .handle = bo->handle };
	int fd = bo->fd >= 0 ? bo->fd : drm->fd;
	void *at;

	if (bo->fd < 0 && drmIoctl(drm->fd, DRM_IOCTL_QMAC_BO_MMAP_OFFSET, &args))
		return -errno;
	at = mmap(NULL, bo->base.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)args.offset);
	if (at == MAP_FAILED)
		return -errno;
	bo->map = at;
	return 0;
}

int drm_bo_map(struct qmac_bo *base, void **out)
{
	struct drm_bo *bo = (struct drm_bo *)base;
	int error = bo->map ? 0 : map(bo);

	if (error)
		return qmac_fail(base->device->context, error,
				 "cannot map a buffer of %" PRIu64 " bytes: %s", base->bytes,
				 strerror(-error));
	*out = bo->map;
	return 0;
}

int drm_bo_export(struct qmac_bo *base, int *fd)
{
	struct drm_device *drm = (struct drm_device *)base->device;

	if (drmPrimeHandleToFD(drm->fd, ((struct drm_bo *)base)->handle, DRM_CLOEXEC | DRM_RDWR,
			       fd))
		return qmac_fail(base->device->context, -errno, "cannot export the buffer: %s",
				 strerror(errno));
	return 0;
}

static int import_new(struct drm_device *drm, uint32_t handle, int fd, struct drm_bo **out)
{
	struct drm_qmac_bo_info args = { .handle = handle };
	struct drm_bo *bo;

	if (drmIoctl(drm->fd, DRM_IOCTL_QMAC_BO_INFO, &args))
		return qmac_fail(drm->base.context, -errno, "cannot ask about the buffer: %s",
				 strerror(errno));
	bo = bo_new(drm, handle);
	if (!bo)
		return qmac_fail_nomem(drm->base.context, "a buffer");
	bo->base.address = args.va;
	bo->base.bytes = args.size;
	if (args.flags & DRM_QMAC_BO_IMPORTED) {
		bo->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (bo->fd < 0) {
			int error = -errno;

			free(bo);
			return qmac_fail(drm->base.context, error,
					 "cannot keep the file descriptor: %s", strerror(-error));
		}
	}
	bo_link(drm, bo);
	*out = bo;
	return 0;
}

int drm_bo_import(struct qmac_device *device, int fd, struct qmac_bo **out)
{
	struct drm_device *drm = (struct drm_device *)device;
	struct drm_bo *bo;
	uint32_t handle;
	int error;

	if (drmPrimeFDToHandle(drm->fd, fd, &handle))
		return qmac_fail(device->context, -errno, "cannot import fd %d as a buffer: %s", fd,
				 strerror(errno));
	for (bo = drm->bos; bo; bo = bo->next) {
		if (bo->handle == handle) {
			bo->references++;
			*out = &bo->base;
			return 0;
		}
	}
	error = import_new(drm, handle, fd, &bo);
	if (error) {
		drmCloseBufferHandle(drm->fd, handle);
		return error;
	}
	*out = &bo->base;
	return 0;
}
