// SPDX-License-Identifier: MIT
/*
 * Sv39 page-table walk and the translations kept of it.
 *
 * The device's profile: V, R, W and PPN count, X U G A D and RSW do not; bits
 * 63:54 must be zero; leaves are 4 KiB or aligned 2 MiB; W without R faults.
 */
#include <string.h>

#include "functional.h"

#define PAGE_SHIFT   12
#define LEVELS	     3
#define LEVEL_BITS   9
#define LEVEL_MASK   ((1u << LEVEL_BITS) - 1)
#define MEGA_LEVEL   1
#define PTE_V	     (1u << 0)
#define PTE_R	     (1u << 1)
#define PTE_W	     (1u << 2)
#define PTE_PPN	     10
#define PTE_ZERO     54
#define PTE_PPN_MASK ((UINT64_C(1) << 44) - 1)

enum walk_result {
	WALK_OK,
	WALK_FAULT,
	WALK_BUS_ERROR
};

void qmac_functional_tlb_flush(struct qmac_model *model)
{
	memset(model->tlb, 0, sizeof(model->tlb));
}

static bool read_pte(struct qmac_model *model, uint64_t table_ppn, uint64_t vpn, unsigned int level,
		     uint64_t *pte)
{
	uint64_t index = vpn >> level * LEVEL_BITS & LEVEL_MASK;
	uint64_t pa = (table_ppn << PAGE_SHIFT) + index * sizeof(*pte);
	uint64_t beat[QMAC_BEAT_BYTES / sizeof(*pte)];

	if (model->ops->read(model->host, pa & ~(uint64_t)(QMAC_BEAT_BYTES - 1), beat,
			     sizeof(beat)))
		return false;
	*pte = beat[index % 2];
	return true;
}

/* Fill in @entry from the leaf @pte found at @level. */
static enum walk_result take_leaf(uint64_t pte, unsigned int level, uint64_t vpn,
				  struct tlb_entry *entry)
{
	uint64_t ppn = pte >> PTE_PPN & PTE_PPN_MASK;
	uint64_t offset_mask = level ? LEVEL_MASK : 0;

	if (!(pte & PTE_R) || level > MEGA_LEVEL || ppn & offset_mask)
		return WALK_FAULT;
	*entry = (struct tlb_entry){
		.vpn = vpn,
		.ppn = ppn | (vpn & offset_mask),
		.valid = true,
		.writable = pte & PTE_W,
	};
	return WALK_OK;
}

static enum walk_result walk(struct qmac_model *model, uint64_t vpn, struct tlb_entry *entry)
{
	uint64_t table = model->job.entry.root_ppn;
	uint64_t pte;

	for (unsigned int level = LEVELS; level-- > 0;) {
		if (!read_pte(model, table, vpn, level, &pte))
			return WALK_BUS_ERROR;
		if (!(pte & PTE_V) || pte >> PTE_ZERO)
			return WALK_FAULT;
		if (pte & (PTE_R | PTE_W))
			return take_leaf(pte, level, vpn, entry);
		table = pte >> PTE_PPN & PTE_PPN_MASK;
	}
	return WALK_FAULT;
}

bool qmac_functional_translate(struct qmac_model *model, uint64_t va, bool write, uint64_t *pa,
			       struct fault *fault)
{
	uint64_t vpn = va >> PAGE_SHIFT;
	struct tlb_entry *entry = &model->tlb[vpn % TLB_ENTRIES];
	enum walk_result result = WALK_OK;

	if (va >> QMAC_LIMIT_VA_BITS)
		result = WALK_FAULT;
	else if (!entry->valid || entry->vpn != vpn)
		result = walk(model, vpn, entry);
	if (result == WALK_OK && write && !entry->writable)
		result = WALK_FAULT;
	if (result == WALK_OK) {
		*pa = entry->ppn << PAGE_SHIFT | (va & ((1u << PAGE_SHIFT) - 1));
		return true;
	}
	fault->address = va;
	if (result == WALK_BUS_ERROR)
		fault->cause = QMAC_CAUSE_BUS_ERROR_READ;
	else
		fault->cause = write ? QMAC_CAUSE_PAGE_FAULT_WRITE : QMAC_CAUSE_PAGE_FAULT_READ;
	return false;
}
