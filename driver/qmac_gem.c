// SPDX-License-Identifier: GPL-2.0
/*
 * Buffer objects: shared memory, cached, mapped for DMA from creation until the
 * last reference or remove(), whichever comes first.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <drm/drm_vma_manager.h>

#include "qmac_drv.h"
#include "qmac_gem.h"
#include "qmac_job.h"
#include "qmac_vm.h"

static_assert(offsetof(struct qmac_bo, base) == 0, "the helpers free what they take for the BO");

static void qmac_bo_add(struct qmac_device *qdev, struct qmac_bo *bo, struct sg_table *sgt)
{
	mutex_lock(&qdev->bo_lock);
	bo->sgt = sgt;
	list_add_tail(&bo->node, &qdev->bos);
	mutex_unlock(&qdev->bo_lock);
}

/*
 * Undoes the DMA mapping. An imported BO whose object goes anyway leaves that to
 * the PRIME helpers.
 */
static void qmac_bo_dma_unmap(struct qmac_device *qdev, struct qmac_bo *bo, bool removed)
{
	struct drm_gem_object *obj = &bo->base.base;

	lockdep_assert_held(&qdev->bo_lock);

	if (!bo->sgt)
		return;
	if (!bo->imported) {
		dma_unmap_sgtable(qdev->drm.dev, bo->sgt, DMA_BIDIRECTIONAL, 0);
		sg_free_table(bo->sgt);
		kfree(bo->sgt);
	} else if (removed) {
		dma_buf_unmap_attachment_unlocked(obj->import_attach, bo->sgt, DMA_BIDIRECTIONAL);
		bo->base.sgt = NULL;
	}
	bo->sgt = NULL;
	list_del(&bo->node);
}

static void qmac_bo_free(struct drm_gem_object *obj)
{
	struct qmac_device *qdev = to_qmac(obj->dev);
	struct qmac_bo *bo = to_qmac_bo(obj);

	mutex_lock(&qdev->bo_lock);
	qmac_bo_dma_unmap(qdev, bo, false);
	mutex_unlock(&qdev->bo_lock);

	if (bo->base.pages)
		drm_gem_shmem_unpin(&bo->base);
	mutex_destroy(&bo->lock);
	drm_gem_shmem_free(&bo->base);
}

/* A file gets a handle: also for imports. */
static int qmac_bo_open(struct drm_gem_object *obj, struct drm_file *file)
{
	struct qmac_context *ctx = file->driver_priv;
	struct qmac_mapping *mapping = qmac_mapping_create(ctx->vm, to_qmac_bo(obj));

	/* The handle keeps the reference. */
	return PTR_ERR_OR_ZERO(mapping);
}

static void qmac_bo_close(struct drm_gem_object *obj, struct drm_file *file)
{
	struct qmac_context *ctx = file->driver_priv;
	struct qmac_mapping *mapping = qmac_mapping_find(ctx->vm, to_qmac_bo(obj));

	if (WARN_ON(!mapping))
		return;
	qmac_mapping_put(mapping);
	qmac_mapping_put(mapping); /* the handle's */
}

/* Imported memory is mapped through its exporter. */
static int qmac_bo_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (to_qmac_bo(obj)->imported)
		return -EINVAL;
	return drm_gem_shmem_object_mmap(obj, vma);
}

/* For fdinfo. */
static enum drm_gem_object_status qmac_bo_status(struct drm_gem_object *obj)
{
	return DRM_GEM_OBJECT_RESIDENT;
}

static const struct drm_gem_object_funcs qmac_bo_funcs = {
	.free = qmac_bo_free,
	.open = qmac_bo_open,
	.close = qmac_bo_close,
	.print_info = drm_gem_shmem_object_print_info,
	.pin = drm_gem_shmem_object_pin,
	.unpin = drm_gem_shmem_object_unpin,
	.get_sg_table = drm_gem_shmem_object_get_sg_table,
	.vmap = drm_gem_shmem_object_vmap,
	.vunmap = drm_gem_shmem_object_vunmap,
	.mmap = qmac_bo_mmap,
	.status = qmac_bo_status,
	.vm_ops = &drm_gem_shmem_vm_ops,
};

struct drm_gem_object *qmac_gem_create_object(struct drm_device *drm, size_t size)
{
	struct qmac_bo *bo;

	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);
	mutex_init(&bo->lock);
	INIT_LIST_HEAD(&bo->mappings);
	bo->base.base.funcs = &qmac_bo_funcs;
	return &bo->base.base;
}

static int qmac_bo_dma_map(struct qmac_device *qdev, struct qmac_bo *bo)
{
	struct sg_table *sgt;
	int ret, idx;

	ret = drm_gem_shmem_pin(&bo->base);
	if (ret)
		return ret;
	/* drm_gem_shmem_unpin() comes with the BO's end, see qmac_bo_free(). */
	sgt = drm_gem_shmem_get_sg_table(&bo->base);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);

	ret = -ENODEV;
	if (!drm_dev_enter(&qdev->drm, &idx))
		goto err_free;
	ret = dma_map_sgtable(qdev->drm.dev, sgt, DMA_BIDIRECTIONAL, 0);
	if (!ret)
		qmac_bo_add(qdev, bo, sgt);
	drm_dev_exit(idx);
	if (!ret)
		return 0;
err_free:
	sg_free_table(sgt);
	kfree(sgt);
	return ret;
}

struct drm_gem_object *qmac_gem_prime_import(struct drm_device *drm, struct dma_buf *dma_buf)
{
	struct drm_gem_object *obj;
	int idx;

	if (!drm_dev_enter(drm, &idx))
		return ERR_PTR(-ENODEV);
	obj = drm_gem_prime_import(drm, dma_buf);
	drm_dev_exit(idx);
	return obj;
}

/* Called by drm_gem_prime_import() for foreign memory. */
struct drm_gem_object *qmac_gem_prime_import_sg_table(struct drm_device *drm,
						      struct dma_buf_attachment *attach,
						      struct sg_table *sgt)
{
	struct drm_gem_object *obj;
	struct scatterlist *sg;
	u64 size = 0;
	int i;

	/* The MMU maps whole pages. */
	for_each_sgtable_dma_sg(sgt, sg, i) {
		if ((sg_dma_address(sg) | sg_dma_len(sg)) & ~PAGE_MASK)
			return ERR_PTR(-EINVAL);
		size += sg_dma_len(sg);
	}
	if (size < PAGE_ALIGN(attach->dmabuf->size))
		return ERR_PTR(-EINVAL);

	obj = drm_gem_shmem_prime_import_sg_table(drm, attach, sgt);
	if (IS_ERR(obj))
		return obj;
	to_qmac_bo(obj)->imported = true;
	qmac_bo_add(to_qmac(drm), to_qmac_bo(obj), sgt);
	return obj;
}

int qmac_gem_prime_handle_to_fd(struct drm_device *drm, struct drm_file *file, u32 handle,
				u32 flags, int *prime_fd)
{
	struct drm_gem_object *obj;
	bool imported;

	obj = drm_gem_object_lookup(file, handle);
	if (!obj)
		return -ENOENT;
	imported = to_qmac_bo(obj)->imported;
	drm_gem_object_put(obj);
	/* Whoever has the dma-buf can pass it on; we would lose its flags. */
	if (imported)
		return -EINVAL;
	return drm_gem_prime_handle_to_fd(drm, file, handle, flags, prime_fd);
}

/* Undoes the DMA mappings of BOs that live on; nothing maps any more. */
void qmac_gem_remove(struct qmac_device *qdev)
{
	struct qmac_bo *bo, *next;

	mutex_lock(&qdev->bo_lock);
	list_for_each_entry_safe(bo, next, &qdev->bos, node)
		qmac_bo_dma_unmap(qdev, bo, true);
	mutex_unlock(&qdev->bo_lock);
}

int qmac_ioctl_bo_create(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct qmac_device *qdev = to_qmac(drm);
	struct qmac_context *ctx = file->driver_priv;
	struct drm_qmac_bo_create *args = data;
	struct drm_gem_shmem_object *shmem;
	struct qmac_mapping *mapping;
	struct qmac_bo *bo;
	u32 handle;
	u64 size;
	int ret;

	if (args->flags || !args->size || args->size > qdev->limits.max_bo_size)
		return -EINVAL;
	if (READ_ONCE(qdev->hw.wedged))
		return -ENODEV;
	size = PAGE_ALIGN(args->size);

	shmem = drm_gem_shmem_create(drm, size);
	if (IS_ERR(shmem))
		return PTR_ERR(shmem);
	bo = to_qmac_bo(&shmem->base);
	ret = qmac_bo_dma_map(qdev, bo);
	if (ret)
		goto out_bo;
	mapping = qmac_mapping_create(ctx->vm, bo);
	if (IS_ERR(mapping)) {
		ret = PTR_ERR(mapping);
		goto out_bo;
	}
	/* Last: another thread can guess the handle and close it at once. */
	ret = drm_gem_handle_create(file, &shmem->base, &handle);
	if (!ret) {
		args->size = size;
		args->handle = handle;
		args->va = qmac_mapping_va(mapping);
	}
	qmac_mapping_put(mapping);
out_bo:
	drm_gem_object_put(&shmem->base);
	return ret;
}

int qmac_ioctl_bo_info(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct qmac_context *ctx = file->driver_priv;
	struct drm_qmac_bo_info *args = data;
	struct qmac_mapping *mapping;
	struct drm_gem_object *obj;
	struct qmac_bo *bo;

	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;
	bo = to_qmac_bo(obj);
	mapping = qmac_mapping_find(ctx->vm, bo);
	if (mapping) {
		args->flags = bo->imported ? DRM_QMAC_BO_IMPORTED : 0;
		args->size = obj->size;
		args->va = qmac_mapping_va(mapping);
		qmac_mapping_put(mapping);
	}
	drm_gem_object_put(obj);
	return mapping ? 0 : -ENOENT;
}

int qmac_ioctl_bo_mmap_offset(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_qmac_bo_mmap_offset *args = data;
	struct drm_gem_object *obj;
	int ret = -EINVAL;

	if (args->pad)
		return -EINVAL;
	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;
	if (!to_qmac_bo(obj)->imported) {
		ret = drm_gem_create_mmap_offset(obj);
		if (!ret)
			args->offset = drm_vma_node_offset_addr(&obj->vma_node);
	}
	drm_gem_object_put(obj);
	return ret;
}
