// SPDX-License-Identifier: GPL-2.0
/*
 * Address spaces and mappings.
 *
 * A mapping ends in three steps, so that the device never reaches memory that
 * belongs to somebody else:
 *
 * 1. The last reference goes (qmac_mapping_put): its page-table entries are
 *    cleared. A job that starts later does not see it any more, since the device
 *    forgets all translations between jobs.
 * 2. The release work asks the device to forget translations and to finish
 *    accesses if a job of that address space may be running (qmac_hw_sync). If
 *    it does not answer it is reset; if that fails it loses the bus.
 * 3. Only then page tables, addresses and the BO are freed.
 */
#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "qmac_drv.h"
#include "qmac_gem.h"
#include "qmac_release.h"
#include "qmac_vm.h"

static void *qmac_table_alloc(void *owner, u64 *bus)
{
	struct qmac_vm *vm = owner;
	dma_addr_t addr;
	void *page;

	page = dma_alloc_coherent(vm->qdev->drm.dev, QMAC_PT_PAGE_SIZE, &addr,
				  GFP_KERNEL | __GFP_NOWARN);
	*bus = addr;
	return page;
}

static void qmac_table_free(void *owner, void *page, u64 bus)
{
	struct qmac_vm *vm = owner;

	dma_free_coherent(vm->qdev->drm.dev, QMAC_PT_PAGE_SIZE, page, bus);
}

static const struct qmac_pt_ops qmac_table_ops = {
	.alloc = qmac_table_alloc,
	.free = qmac_table_free,
};

/* The caller is inside drm_dev_enter(). */
struct qmac_vm *qmac_vm_create(struct qmac_device *qdev)
{
	struct qmac_vm *vm;
	int ret;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return ERR_PTR(-ENOMEM);
	vm->qdev = qdev;
	ret = qmac_pt_init(&vm->pt, &qmac_table_ops, vm);
	if (ret) {
		kfree(vm);
		return ERR_PTR(ret);
	}
	kref_init(&vm->ref);
	mutex_init(&vm->lock);
	drm_mm_init(&vm->mm, QMAC_PT_VA_START, QMAC_PT_VA_END - QMAC_PT_VA_START);
	drm_dev_get(&qdev->drm);

	mutex_lock(&qdev->vm_lock);
	list_add_tail(&vm->node, &qdev->vms);
	mutex_unlock(&qdev->vm_lock);
	return vm;
}

static void qmac_vm_free(struct kref *ref)
{
	struct qmac_vm *vm = container_of(ref, struct qmac_vm, ref);
	struct qmac_device *qdev = vm->qdev;

	mutex_lock(&qdev->vm_lock);
	list_del(&vm->node);
	qmac_pt_fini(&vm->pt);
	mutex_unlock(&qdev->vm_lock);

	drm_mm_takedown(&vm->mm);
	mutex_destroy(&vm->lock);
	kfree(vm);
	drm_dev_put(&qdev->drm);
}

/* May drop the last reference to the device: only from the release work or a file. */
void qmac_vm_put(struct qmac_vm *vm)
{
	kref_put(&vm->ref, qmac_vm_free);
}

/* Frees the page tables of address spaces that live on; the device is off the bus. */
void qmac_vm_remove(struct qmac_device *qdev)
{
	struct qmac_vm *vm;

	mutex_lock(&qdev->vm_lock);
	list_for_each_entry(vm, &qdev->vms, node) {
		mutex_lock(&vm->lock);
		qmac_pt_fini(&vm->pt);
		mutex_unlock(&vm->lock);
	}
	mutex_unlock(&qdev->vm_lock);
}

/* The caller's context keeps the address space: the mapping may be gone at the end. */
static void qmac_mapping_clear(struct qmac_mapping *mapping)
{
	struct qmac_vm *vm = mapping->vm;

	mutex_lock(&vm->lock);
	if (vm->pt.root)
		qmac_pt_unmap(&vm->pt, mapping->mm_node.start, mapping->mm_node.size,
			      &mapping->garbage);
	/* Entries are cleared before qmac_mapping_free_dead() looks for running jobs. */
	mb();
	/* Under the lock: after qmac_vm_remove() one more flush finds all garbage. */
	qmac_release_mapping(vm->qdev, mapping);
	mutex_unlock(&vm->lock);
}

static struct qmac_mapping *qmac_mapping_new(struct qmac_vm *vm, struct qmac_bo *bo)
{
	u64 size = bo->base.base.size;
	/* Huge pages need both addresses aligned. */
	u64 align = size >= QMAC_PT_HUGE_SIZE ? QMAC_PT_HUGE_SIZE : QMAC_PT_PAGE_SIZE;
	struct qmac_mapping *mapping;
	struct scatterlist *sg;
	u64 done = 0, len;
	int ret, i;

	lockdep_assert_held(&bo->lock);

	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL_ACCOUNT);
	if (!mapping)
		return ERR_PTR(-ENOMEM);

	mutex_lock(&vm->lock);
	/* One page of nothing behind each BO catches what runs over its end. */
	ret = drm_mm_insert_node_generic(&vm->mm, &mapping->mm_node, size + QMAC_PT_PAGE_SIZE,
					 align, 0, DRM_MM_INSERT_BEST);
	if (ret) {
		mutex_unlock(&vm->lock);
		kfree(mapping);
		return ERR_PTR(ret);
	}
	for_each_sgtable_dma_sg(bo->sgt, sg, i) {
		if (done == size)
			break;
		len = min_t(u64, sg_dma_len(sg), size - done);
		ret = qmac_pt_map(&vm->pt, mapping->mm_node.start + done, sg_dma_address(sg), len,
				  true);
		if (ret)
			break;
		done += len;
	}
	mutex_unlock(&vm->lock);

	kref_init(&mapping->ref);
	kref_get(&vm->ref);
	mapping->vm = vm;
	drm_gem_object_get(&bo->base.base);
	mapping->bo = bo;
	if (ret) {
		/* A running job may have seen a part of it. */
		qmac_mapping_clear(mapping);
		return ERR_PTR(ret);
	}
	list_add(&mapping->bo_node, &bo->mappings);
	return mapping;
}

static struct qmac_mapping *qmac_mapping_find_locked(struct qmac_vm *vm, struct qmac_bo *bo)
{
	struct qmac_mapping *mapping;

	lockdep_assert_held(&bo->lock);

	list_for_each_entry(mapping, &bo->mappings, bo_node)
		if (mapping->vm == vm && kref_get_unless_zero(&mapping->ref))
			return mapping;
	return NULL;
}

/* The mapping of a BO, counted; NULL when it has none in this address space. */
struct qmac_mapping *qmac_mapping_find(struct qmac_vm *vm, struct qmac_bo *bo)
{
	struct qmac_mapping *mapping;

	mutex_lock(&bo->lock);
	mapping = qmac_mapping_find_locked(vm, bo);
	mutex_unlock(&bo->lock);
	return mapping;
}

/* The mapping of a BO, counted, made if need be. */
struct qmac_mapping *qmac_mapping_create(struct qmac_vm *vm, struct qmac_bo *bo)
{
	struct qmac_device *qdev = vm->qdev;
	struct qmac_mapping *mapping;
	bool retried = false;
	int idx;

	if (!drm_dev_enter(&qdev->drm, &idx))
		return ERR_PTR(-ENODEV);
again:
	mutex_lock(&bo->lock);
	mapping = qmac_mapping_find_locked(vm, bo);
	if (!mapping)
		mapping = qmac_mapping_new(vm, bo);
	mutex_unlock(&bo->lock);
	if (mapping == ERR_PTR(-ENOSPC) && !retried) {
		/* Closed BOs give their addresses back a little later. */
		qmac_release_flush(qdev);
		retried = true;
		goto again;
	}
	drm_dev_exit(idx);
	return mapping;
}

static void qmac_mapping_release(struct kref *ref)
{
	struct qmac_mapping *mapping = container_of(ref, struct qmac_mapping, ref);

	mutex_lock(&mapping->bo->lock);
	list_del(&mapping->bo_node);
	mutex_unlock(&mapping->bo->lock);
	qmac_mapping_clear(mapping);
}

/* Step 1 of the end of a mapping. May sleep, but never waits for the device. */
void qmac_mapping_put(struct qmac_mapping *mapping)
{
	kref_put(&mapping->ref, qmac_mapping_release);
}

static void qmac_mapping_free(struct qmac_mapping *mapping)
{
	struct qmac_vm *vm = mapping->vm;

	mutex_lock(&vm->lock);
	qmac_pt_free_garbage(&vm->pt, &mapping->garbage);
	drm_mm_remove_node(&mapping->mm_node);
	mutex_unlock(&vm->lock);

	drm_gem_object_put(&mapping->bo->base.base);
	kfree(mapping);
	qmac_vm_put(vm);
}

/* Steps 2 and 3 for all that wait. Of the release work. */
void qmac_mapping_free_dead(struct llist_node *list)
{
	struct qmac_mapping *mapping, *next;
	struct qmac_device *qdev;
	bool running = false;

	if (!list)
		return;
	qdev = llist_entry(list, struct qmac_mapping, dead)->vm->qdev;
	spin_lock_irq(&qdev->hw.lock);
	llist_for_each_entry(mapping, list, dead)
		running |= mapping->vm->in_ring;
	spin_unlock_irq(&qdev->hw.lock);

	if (running)
		qmac_hw_sync(qdev);
	llist_for_each_entry_safe(mapping, next, list, dead)
		qmac_mapping_free(mapping);
}
