/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _QMAC_GEM_H_
#define _QMAC_GEM_H_

#include <drm/drm_gem_shmem_helper.h>

struct dma_buf;
struct dma_buf_attachment;
struct qmac_device;

/**
 * struct qmac_bo - buffer object
 * @base: GEM object; must stay first.
 * @lock: Protects @mappings.
 * @mappings: One struct qmac_mapping for each address space that knows the BO.
 * @node: In qmac_device.bos while @sgt is set.
 * @sgt: The memory as the device addresses it, from creation on; NULL once
 *	remove() has undone the DMA mapping.
 * @imported: Memory of another device.
 *
 * There is no pointer to a file or an address space here: a BO can be in many,
 * and outlives each of them.
 */
struct qmac_bo {
	struct drm_gem_shmem_object base;
	struct mutex lock; /* see above */
	struct list_head mappings;
	struct list_head node;
	struct sg_table *sgt;
	bool imported;
};

static inline struct qmac_bo *to_qmac_bo(struct drm_gem_object *obj)
{
	return container_of(to_drm_gem_shmem_obj(obj), struct qmac_bo, base);
}

struct drm_gem_object *qmac_gem_create_object(struct drm_device *drm, size_t size);
struct drm_gem_object *qmac_gem_prime_import(struct drm_device *drm, struct dma_buf *dma_buf);
struct drm_gem_object *qmac_gem_prime_import_sg_table(struct drm_device *drm,
						      struct dma_buf_attachment *attach,
						      struct sg_table *sgt);
int qmac_gem_prime_handle_to_fd(struct drm_device *drm, struct drm_file *file, u32 handle,
				u32 flags, int *prime_fd);
void qmac_gem_remove(struct qmac_device *qdev);

int qmac_ioctl_bo_create(struct drm_device *drm, void *data, struct drm_file *file);
int qmac_ioctl_bo_info(struct drm_device *drm, void *data, struct drm_file *file);
int qmac_ioctl_bo_mmap_offset(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _QMAC_GEM_H_ */
