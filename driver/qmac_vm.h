/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _QMAC_VM_H_
#define _QMAC_VM_H_

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>

#include <drm/drm_mm.h>

#include "qmac_pt.h"

struct qmac_bo;
struct qmac_device;

/**
 * struct qmac_vm - address space of one open file
 * @ref: Held by the file's context and by each mapping.
 * @qdev: Device; counted.
 * @lock: Protects @mm and @pt.
 * @mm: Addresses in use.
 * @pt: Page tables; without a root once the device was removed.
 * @node: In qmac_device.vms.
 * @in_ring: Jobs of this address space that the device may be working on;
 *	protected by qmac_hw.lock.
 */
struct qmac_vm {
	struct kref ref;
	struct qmac_device *qdev;
	struct mutex lock; /* see above */
	struct drm_mm mm;
	struct qmac_pt pt;
	struct list_head node;
	unsigned int in_ring;
};

/**
 * struct qmac_mapping - a BO in an address space
 * @ref: Held by the handle and by each job that lists the BO.
 * @vm: Address space; counted.
 * @bo: BO; counted.
 * @mm_node: The addresses, with a guard page behind.
 * @bo_node: In qmac_bo.mappings.
 * @dead: In qmac_release.mappings, once nobody holds a reference.
 * @garbage: Page tables to be freed with the mapping.
 */
struct qmac_mapping {
	struct kref ref;
	struct qmac_vm *vm;
	struct qmac_bo *bo;
	struct drm_mm_node mm_node;
	struct list_head bo_node;
	struct llist_node dead;
	struct qmac_pt_garbage garbage;
};

struct qmac_vm *qmac_vm_create(struct qmac_device *qdev);
void qmac_vm_put(struct qmac_vm *vm);
void qmac_vm_remove(struct qmac_device *qdev);

struct qmac_mapping *qmac_mapping_create(struct qmac_vm *vm, struct qmac_bo *bo);
struct qmac_mapping *qmac_mapping_find(struct qmac_vm *vm, struct qmac_bo *bo);
void qmac_mapping_put(struct qmac_mapping *mapping);
void qmac_mapping_free_dead(struct llist_node *list);

static inline u64 qmac_mapping_va(const struct qmac_mapping *mapping)
{
	return mapping->mm_node.start;
}

#endif /* _QMAC_VM_H_ */
