// SPDX-License-Identifier: MIT
/*
 * Page tables: three levels of 512 entries.
 */
#include <errno.h>

#include "tables.h"

#define LEVEL_BITS    9
#define TABLE_ENTRIES (1u << LEVEL_BITS)
#define PAGE_SHIFT    12
#define PPN_MASK      ((UINT64_C(1) << 44) - 1)
#define ROOT_LEVEL    2u
#define VA_BITS	      39

static uint64_t entry_address(uint64_t pte)
{
	return (pte >> QMAC_PTE_PPN_SHIFT & PPN_MASK) << PAGE_SHIFT;
}

static uint64_t make_entry(uint64_t pa, uint64_t bits)
{
	return pa >> PAGE_SHIFT << QMAC_PTE_PPN_SHIFT | bits;
}

static uint64_t *table_at(const struct qmac_tables *tables, uint64_t pa)
{
	return qmac_pool_at(tables->pool, pa, QMAC_POOL_PAGE);
}

static bool is_table(uint64_t pte)
{
	return pte & QMAC_PTE_V && !(pte & (QMAC_PTE_R | QMAC_PTE_W));
}

int qmac_tables_create(struct qmac_tables *tables, struct qmac_pool *pool)
{
	tables->pool = pool;
	tables->root = qmac_pool_alloc(pool, QMAC_POOL_PAGE, QMAC_POOL_PAGE);
	return tables->root ? 0 : -ENOMEM;
}

static void destroy_level(struct qmac_tables *tables, uint64_t table, unsigned int level)
{
	const uint64_t *entries = table_at(tables, table);

	for (unsigned int i = 0; level && i < TABLE_ENTRIES; i++)
		if (is_table(entries[i]))
			destroy_level(tables, entry_address(entries[i]), level - 1);
	qmac_pool_free(tables->pool, table, QMAC_POOL_PAGE);
}

void qmac_tables_destroy(struct qmac_tables *tables)
{
	if (tables->root)
		destroy_level(tables, tables->root, ROOT_LEVEL);
	tables->root = 0;
}

uint64_t qmac_tables_root_ppn(const struct qmac_tables *tables)
{
	return tables->root >> PAGE_SHIFT;
}

/* Entries become visible to a running device whole and after what they point to. */
static void set_entry(uint64_t *entry, uint64_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

uint64_t *qmac_tables_entry(struct qmac_tables *tables, uint64_t va, uint64_t page)
{
	unsigned int leaf = page == QMAC_PAGE_2M ? 1 : 0;
	uint64_t table = tables->root;

	if (va >> VA_BITS)
		return NULL;
	for (unsigned int level = ROOT_LEVEL;; level--) {
		uint64_t index = va >> (PAGE_SHIFT + level * LEVEL_BITS) & (TABLE_ENTRIES - 1);
		uint64_t *entry = table_at(tables, table) + index;

		if (level == leaf)
			return entry;
		if (!*entry) {
			table = qmac_pool_alloc(tables->pool, QMAC_POOL_PAGE, QMAC_POOL_PAGE);
			if (!table)
				return NULL;
			set_entry(entry, make_entry(table, QMAC_PTE_V));
		} else if (!is_table(*entry)) {
			return NULL;
		}
		table = entry_address(*entry);
	}
}

int qmac_tables_map(struct qmac_tables *tables, uint64_t va, uint64_t pa, uint64_t size,
		    uint64_t page, uint64_t rights)
{
	if ((va | pa | size) % page)
		return -EINVAL;
	for (uint64_t at = 0; at < size; at += page) {
		uint64_t *entry = qmac_tables_entry(tables, va + at, page);

		if (!entry)
			return -ENOMEM;
		set_entry(entry, make_entry(pa + at, rights | QMAC_PTE_V));
	}
	return 0;
}

void qmac_tables_unmap(struct qmac_tables *tables, uint64_t va, uint64_t size, uint64_t page)
{
	for (uint64_t at = 0; at < size; at += page) {
		uint64_t *entry = qmac_tables_entry(tables, va + at, page);

		if (entry)
			set_entry(entry, 0);
	}
}
