/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Sv39 page tables of the qmac MMU.
 *
 * The profile that the device knows: 39-bit addresses, the first 2 MiB never
 * mapped, leaves of 4 KiB and 2 MiB, of the flags only V, R and W. Write-only
 * leaves fault, so there are two protections.
 *
 * The same two files serve the kernel driver and libqmac's in-process
 * simulator: what differs stands behind struct qmac_pt_ops and in the few
 * definitions below.
 */
#ifndef _QMAC_PT_H_
#define _QMAC_PT_H_

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;
#endif

#define QMAC_PT_PAGE_SHIFT 12
#define QMAC_PT_PAGE_SIZE  (1ull << QMAC_PT_PAGE_SHIFT)
#define QMAC_PT_HUGE_SHIFT 21
#define QMAC_PT_HUGE_SIZE  (1ull << QMAC_PT_HUGE_SHIFT)
#define QMAC_PT_VA_START   QMAC_PT_HUGE_SIZE
#define QMAC_PT_VA_END	   (1ull << 39)
#define QMAC_PT_BUS_END	   (1ull << 56)

struct qmac_pt_table;

/**
 * struct qmac_pt_ops - memory for tables
 * @alloc: Allocate one zeroed page of QMAC_PT_PAGE_SIZE bytes, aligned to its
 *	size on both sides, that the device can read. Returns the address for the
 *	CPU and stores the one for the device in @bus; NULL when out of memory.
 * @free: Free it.
 */
struct qmac_pt_ops {
	void *(*alloc)(void *owner, u64 *bus);
	void (*free)(void *owner, void *page, u64 bus);
};

/**
 * struct qmac_pt - page tables of one address space
 * @ops: Where tables come from.
 * @owner: First argument of @ops.
 * @root: The root table; NULL before qmac_pt_init() and after qmac_pt_fini().
 *
 * Calls that change one object must be serialized by the caller. The device may
 * walk the tables at any time: every change of an entry is one 8-byte store, and
 * a table is complete before an entry points to it.
 */
struct qmac_pt {
	const struct qmac_pt_ops *ops;
	void *owner;
	struct qmac_pt_table *root;
};

/**
 * struct qmac_pt_garbage - tables that are no longer linked
 * @first: First of the list; initialize the structure with zeros.
 *
 * The device may still hold their address. Free them only after it has
 * forgotten its translations.
 */
struct qmac_pt_garbage {
	struct qmac_pt_table *first;
};

/**
 * qmac_pt_init() - make empty tables
 * @pt: Object to set up.
 * @ops: Where tables come from.
 * @owner: First argument of @ops.
 *
 * Return: 0 or -ENOMEM.
 */
int qmac_pt_init(struct qmac_pt *pt, const struct qmac_pt_ops *ops, void *owner);

/**
 * qmac_pt_fini() - free all tables
 * @pt: Object; the device must not use it any more.
 */
void qmac_pt_fini(struct qmac_pt *pt);

/**
 * qmac_pt_root_ppn() - what a job's ring entry names
 * @pt: Object.
 *
 * Return: physical page number of the root table.
 */
u64 qmac_pt_root_ppn(const struct qmac_pt *pt);

/**
 * qmac_pt_map() - map a range
 * @pt: Object.
 * @va: First address for the device, a multiple of 4 KiB.
 * @bus: Bus address of the memory, a multiple of 4 KiB.
 * @size: Bytes, a multiple of 4 KiB, not zero.
 * @write: The device may write.
 *
 * Uses a 2 MiB leaf wherever both addresses allow. On failure a part may have
 * been mapped: the caller unmaps the range as any other, since the device may
 * have seen it.
 *
 * Return: 0, -EINVAL (alignment, or outside of what the device can address),
 * -EBUSY (something is mapped there), -ENOMEM.
 */
int qmac_pt_map(struct qmac_pt *pt, u64 va, u64 bus, u64 size, bool write);

/**
 * qmac_pt_unmap() - clear a range
 * @pt: Object.
 * @va: First address, a multiple of 4 KiB.
 * @size: Bytes, a multiple of 4 KiB.
 * @garbage: Receives tables that became empty.
 *
 * Holes are skipped. The range must hold only whole mappings: a 2 MiB leaf that
 * sticks out of it goes as a whole. Never fails and allocates nothing. Memory
 * that was mapped there, @garbage and the addresses may be reused after the
 * device has forgotten its translations.
 */
void qmac_pt_unmap(struct qmac_pt *pt, u64 va, u64 size, struct qmac_pt_garbage *garbage);

/**
 * qmac_pt_free_garbage() - free unlinked tables
 * @pt: Object that they belonged to.
 * @garbage: The list, empty afterwards.
 */
void qmac_pt_free_garbage(struct qmac_pt *pt, struct qmac_pt_garbage *garbage);

/**
 * qmac_pt_lookup() - translate an address as the device would
 * @pt: Object.
 * @va: Any address.
 * @bus: Receives the bus address.
 * @write: Receives whether it may be written.
 *
 * Return: true when mapped.
 */
bool qmac_pt_lookup(const struct qmac_pt *pt, u64 va, u64 *bus, bool *write);

#endif /* _QMAC_PT_H_ */
