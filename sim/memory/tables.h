/* SPDX-License-Identifier: MIT */
/*
 * Writer of the device's Sv39 page tables in a pool.
 */
#ifndef QMAC_SIM_TABLES_H
#define QMAC_SIM_TABLES_H

#include "sim/memory/pool.h"

/* Bits of an entry that the device looks at. */
#define QMAC_PTE_V	   (UINT64_C(1) << 0)
#define QMAC_PTE_R	   (UINT64_C(1) << 1)
#define QMAC_PTE_W	   (UINT64_C(1) << 2)
#define QMAC_PTE_PPN_SHIFT 10

#define QMAC_PAGE_4K (UINT64_C(1) << 12)
#define QMAC_PAGE_2M (UINT64_C(1) << 21)

struct qmac_tables {
	struct qmac_pool *pool;
	uint64_t root; /* bus address */
};

/* Return: 0 or -ENOMEM. */
int qmac_tables_create(struct qmac_tables *tables, struct qmac_pool *pool);

/* Give every table page back; mapped pages are not touched. */
void qmac_tables_destroy(struct qmac_tables *tables);

/* What a ring entry takes. */
uint64_t qmac_tables_root_ppn(const struct qmac_tables *tables);

/**
 * qmac_tables_entry() - the leaf entry of an address, tables made as needed
 * @tables: The tables.
 * @va: Any address below 2^39.
 * @page: QMAC_PAGE_4K or QMAC_PAGE_2M.
 *
 * For tests that want odd entries, too.
 *
 * Return: the entry, or NULL when no page is left for a table or @va lies in a
 * larger page already.
 */
uint64_t *qmac_tables_entry(struct qmac_tables *tables, uint64_t va, uint64_t page);

/**
 * qmac_tables_map() - map a run of bus memory
 * @tables: The tables.
 * @va: Virtual address, aligned to @page.
 * @pa: Bus address, aligned to @page.
 * @size: Bytes, multiple of @page.
 * @page: QMAC_PAGE_4K or QMAC_PAGE_2M.
 * @rights: QMAC_PTE_R, or with QMAC_PTE_W.
 *
 * Return: 0, -ENOMEM, -EINVAL for crooked arguments.
 */
int qmac_tables_map(struct qmac_tables *tables, uint64_t va, uint64_t pa, uint64_t size,
		    uint64_t page, uint64_t rights);

/* Clear entries; the caller then asks the device to sync. */
void qmac_tables_unmap(struct qmac_tables *tables, uint64_t va, uint64_t size, uint64_t page);

#endif /* QMAC_SIM_TABLES_H */
