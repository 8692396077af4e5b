// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Sv39 page tables: see qmac_pt.h.
 */
#include "qmac_pt.h"

#ifdef __KERNEL__
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <asm/barrier.h>

#define qmac_pt_zalloc(size) kzalloc(size, GFP_KERNEL_ACCOUNT)
#define qmac_pt_zfree(ptr)   kfree(ptr)
/* Entries live in coherent memory: order the stores as the device sees them. */
#define qmac_pt_publish() dma_wmb()
#else
#include <errno.h>
#include <stdlib.h>

typedef uint64_t __le64;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the simulator shares memory with the model: little endian hosts only"
#endif
#define cpu_to_le64(x)	     (x)
#define le64_to_cpu(x)	     (x)
#define READ_ONCE(x)	     __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val)   __atomic_store_n(&(x), (val), __ATOMIC_RELAXED)
#define qmac_pt_zalloc(size) calloc(1, size)
#define qmac_pt_zfree(ptr)   free(ptr)
#define qmac_pt_publish()    __atomic_thread_fence(__ATOMIC_RELEASE)
#endif

#define PTE_V	      (1ull << 0)
#define PTE_R	      (1ull << 1)
#define PTE_W	      (1ull << 2)
#define PTE_LEAF      (PTE_R | PTE_W)
#define PTE_PPN_SHIFT 10
#define PTE_PPN_MASK  ((1ull << 54) - (1ull << PTE_PPN_SHIFT))

#define TABLE_BITS    9
#define TABLE_ENTRIES (1u << TABLE_BITS)
#define ROOT_LEVEL    2

/*
 * A table with what the CPU must remember of it. Upper tables know their
 * children; leaf tables (level 0) have none. A 2 MiB leaf at level 1 is a used
 * entry without a child.
 */
struct qmac_pt_table {
	__le64 *entries;
	u64 bus;
	u32 used;
	struct qmac_pt_table *next; /* in a garbage list */
	struct qmac_pt_table *child[];
};

static u64 level_size(int level)
{
	return 1ull << (QMAC_PT_PAGE_SHIFT + level * TABLE_BITS);
}

static u32 level_index(u64 va, int level)
{
	return (va >> (QMAC_PT_PAGE_SHIFT + level * TABLE_BITS)) & (TABLE_ENTRIES - 1);
}

static u64 pte_make(u64 bus, u64 flags)
{
	return ((bus >> QMAC_PT_PAGE_SHIFT) << PTE_PPN_SHIFT) | flags | PTE_V;
}

static u64 pte_bus(u64 pte)
{
	return ((pte & PTE_PPN_MASK) >> PTE_PPN_SHIFT) << QMAC_PT_PAGE_SHIFT;
}

static struct qmac_pt_table *table_alloc(struct qmac_pt *pt, int level)
{
	struct qmac_pt_table *table;
	size_t size = sizeof(*table);

	if (level)
		size += TABLE_ENTRIES * sizeof(table->child[0]);
	table = qmac_pt_zalloc(size);
	if (!table)
		return NULL;
	table->entries = pt->ops->alloc(pt->owner, &table->bus);
	if (!table->entries) {
		qmac_pt_zfree(table);
		return NULL;
	}
	return table;
}

static void table_free(struct qmac_pt *pt, struct qmac_pt_table *table)
{
	pt->ops->free(pt->owner, table->entries, table->bus);
	qmac_pt_zfree(table);
}

static void table_free_tree(struct qmac_pt *pt, struct qmac_pt_table *table, int level)
{
	u32 i;

	for (i = 0; level && i < TABLE_ENTRIES; i++)
		if (table->child[i])
			table_free_tree(pt, table->child[i], level - 1);
	table_free(pt, table);
}

int qmac_pt_init(struct qmac_pt *pt, const struct qmac_pt_ops *ops, void *owner)
{
	pt->ops = ops;
	pt->owner = owner;
	pt->root = table_alloc(pt, ROOT_LEVEL);
	return pt->root ? 0 : -ENOMEM;
}

void qmac_pt_fini(struct qmac_pt *pt)
{
	if (pt->root)
		table_free_tree(pt, pt->root, ROOT_LEVEL);
	pt->root = NULL;
}

u64 qmac_pt_root_ppn(const struct qmac_pt *pt)
{
	return pt->root->bus >> QMAC_PT_PAGE_SHIFT;
}

/* The table below @table that covers @va, made if need be. */
static struct qmac_pt_table *table_get(struct qmac_pt *pt, struct qmac_pt_table *table, int level,
				       u64 va)
{
	u32 i = level_index(va, level);
	struct qmac_pt_table *child = table->child[i];

	if (child)
		return child;
	child = table_alloc(pt, level - 1);
	if (!child)
		return NULL;
	table->child[i] = child;
	table->used++;
	qmac_pt_publish();
	WRITE_ONCE(table->entries[i], cpu_to_le64(pte_make(child->bus, 0)));
	return child;
}

/* One leaf of at most @size bytes; stores how many in @done. */
static int map_leaf(struct qmac_pt *pt, u64 va, u64 bus, u64 size, u64 flags, u64 *done)
{
	struct qmac_pt_table *table = pt->root;
	int level, leaf = 0;
	u32 i;

	if (!((va | bus) & (QMAC_PT_HUGE_SIZE - 1)) && size >= QMAC_PT_HUGE_SIZE)
		leaf = 1;
	for (level = ROOT_LEVEL; level > leaf; level--) {
		i = level_index(va, level);
		if (table->entries[i] && !table->child[i])
			return -EBUSY; /* below a 2 MiB leaf */
		table = table_get(pt, table, level, va);
		if (!table)
			return -ENOMEM;
	}
	i = level_index(va, leaf);
	if (table->entries[i])
		return -EBUSY;
	table->used++;
	WRITE_ONCE(table->entries[i], cpu_to_le64(pte_make(bus, flags)));
	*done = level_size(leaf);
	return 0;
}

int qmac_pt_map(struct qmac_pt *pt, u64 va, u64 bus, u64 size, bool write)
{
	u64 flags = write ? PTE_R | PTE_W : PTE_R;
	u64 done;
	int ret;

	if (!size || ((va | bus | size) & (QMAC_PT_PAGE_SIZE - 1)) || va < QMAC_PT_VA_START ||
	    va >= QMAC_PT_VA_END || size > QMAC_PT_VA_END - va || bus >= QMAC_PT_BUS_END ||
	    size > QMAC_PT_BUS_END - bus)
		return -EINVAL;

	for (; size; va += done, bus += done, size -= done) {
		ret = map_leaf(pt, va, bus, size, flags, &done);
		if (ret)
			return ret;
	}
	return 0;
}

/* Clears [va, end) below @table, which covers all of it. */
static void unmap_range(struct qmac_pt_table *table, int level, u64 va, u64 end,
			struct qmac_pt_garbage *garbage)
{
	u64 next;

	for (; va < end; va = next) {
		u32 i = level_index(va, level);
		struct qmac_pt_table *child = level ? table->child[i] : NULL;

		next = (va & ~(level_size(level) - 1)) + level_size(level);
		if (!table->entries[i])
			continue;
		if (child) {
			unmap_range(child, level - 1, va, next < end ? next : end, garbage);
			if (child->used)
				continue;
			table->child[i] = NULL;
			child->next = garbage->first;
			garbage->first = child;
		}
		WRITE_ONCE(table->entries[i], cpu_to_le64(0));
		table->used--;
	}
}

void qmac_pt_unmap(struct qmac_pt *pt, u64 va, u64 size, struct qmac_pt_garbage *garbage)
{
	unmap_range(pt->root, ROOT_LEVEL, va, va + size, garbage);
}

void qmac_pt_free_garbage(struct qmac_pt *pt, struct qmac_pt_garbage *garbage)
{
	struct qmac_pt_table *table;

	while ((table = garbage->first)) {
		garbage->first = table->next;
		table_free(pt, table);
	}
}

bool qmac_pt_lookup(const struct qmac_pt *pt, u64 va, u64 *bus, bool *write)
{
	const struct qmac_pt_table *table = pt->root;
	int level;
	u64 pte;

	if (!table || va >= QMAC_PT_VA_END)
		return false;
	for (level = ROOT_LEVEL;; level--) {
		pte = le64_to_cpu(READ_ONCE(table->entries[level_index(va, level)]));
		if (!(pte & PTE_V))
			return false;
		if (pte & PTE_LEAF)
			break;
		table = table->child[level_index(va, level)];
	}
	*bus = pte_bus(pte) | (va & (level_size(level) - 1));
	*write = pte & PTE_W;
	return true;
}
