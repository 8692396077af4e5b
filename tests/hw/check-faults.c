// SPDX-License-Identifier: MIT
/*
 * A fault of every kind at every access: precise report, nothing else touched,
 * and a good job right after.
 */
#include "directed.h"
#include "tap.h"

enum access {
	ACCESS_COMMAND,
	ACCESS_A,
	ACCESS_B,
	ACCESS_PARAMS,
	ACCESS_C,
	NUM_ACCESSES
};

static const char *const access_names[] = { "command fetch", "load of A", "load of B",
					    "load of records", "store of C" };

/* What is wrong with the page. */
enum wrong {
	WRONG_UNMAPPED,
	WRONG_WRITE_ONLY, /* W without R */
	WRONG_READ_ONLY,  /* stores alone */
	WRONG_HIGH_BITS,  /* 63:54 of the leaf */
	WRONG_POINTER,	  /* a last-level entry without R and W */
	WRONG_NO_TABLE,	  /* upper level not valid */
	WRONG_TABLE_HIGH_BITS,
	WRONG_MISALIGNED, /* 2 MiB leaf with low PPN bits */
	WRONG_GIGABYTE,	  /* leaf at the root */
	WRONG_BUS_TABLE,  /* the walk meets a bus error */
	WRONG_BUS,	  /* the access itself does */
	NUM_WRONGS,
};

static const char *const wrong_names[] = {
	"unmapped",
	"write-only",
	"read-only",
	"entry bits 63:54",
	"last level without leaf",
	"no table",
	"table entry bits 63:54",
	"misaligned 2 MiB leaf",
	"1 GiB leaf",
	"bus error in the walk",
	"bus error",
};

/* Entries above the leaf of @va; level 2 is the root. */
static uint64_t *entry_at(struct rig *rig, uint64_t va, unsigned int level)
{
	uint64_t table = rig->space.tables.root;

	for (unsigned int i = 2;; i--) {
		uint64_t *entry = (uint64_t *)qmac_pool_at(rig->device.pool, table, 4096) +
				  (va >> (12 + 9 * i) & 511);

		if (i == level)
			return entry;
		table = *entry >> QMAC_PTE_PPN_SHIFT << 12;
	}
}

static void break_leaf(struct rig *rig, uint64_t va, enum wrong wrong)
{
	uint64_t *leaf = entry_at(rig, va, 0);

	switch (wrong) {
	case WRONG_WRITE_ONLY:
		*leaf = (*leaf | QMAC_PTE_W) & ~QMAC_PTE_R;
		break;
	case WRONG_READ_ONLY:
		*leaf &= ~QMAC_PTE_W;
		break;
	case WRONG_HIGH_BITS:
		*leaf |= UINT64_C(1) << rng_in(&rig->rng, 54, 63);
		break;
	case WRONG_POINTER:
		*leaf &= ~(QMAC_PTE_R | QMAC_PTE_W);
		break;
	case WRONG_BUS:
		qmac_pool_protect(rig->device.pool, *leaf >> QMAC_PTE_PPN_SHIFT << 12, 4096, 0);
		break;
	default:
		*leaf &= ~QMAC_PTE_V;
		break;
	}
}

static void break_table(struct rig *rig, uint64_t va, enum wrong wrong)
{
	uint64_t *middle = entry_at(rig, va, 1), *root = entry_at(rig, va, 2);
	uint64_t table = *middle >> QMAC_PTE_PPN_SHIFT << 12;

	switch (wrong) {
	case WRONG_NO_TABLE:
		*root &= ~QMAC_PTE_V;
		break;
	case WRONG_TABLE_HIGH_BITS:
		*middle |= UINT64_C(1) << rng_in(&rig->rng, 54, 63);
		break;
	case WRONG_MISALIGNED:
		*middle |= QMAC_PTE_R | QMAC_PTE_W | UINT64_C(1) << QMAC_PTE_PPN_SHIFT;
		break;
	case WRONG_GIGABYTE:
		*root = QMAC_PTE_R | QMAC_PTE_W | QMAC_PTE_V;
		break;
	default:
		qmac_pool_protect(rig->device.pool, table, 4096, 0);
		break;
	}
}

static bool is_table_wrong(enum wrong wrong)
{
	return wrong >= WRONG_NO_TABLE && wrong <= WRONG_BUS_TABLE;
}

static uint32_t cause_of(enum access access, enum wrong wrong)
{
	if (wrong == WRONG_BUS_TABLE)
		return QMAC_CAUSE_BUS_ERROR_READ;
	if (wrong == WRONG_BUS)
		return access == ACCESS_C ? QMAC_CAUSE_BUS_ERROR_WRITE : QMAC_CAUSE_BUS_ERROR_READ;
	return access == ACCESS_C ? QMAC_CAUSE_PAGE_FAULT_WRITE : QMAC_CAUSE_PAGE_FAULT_READ;
}

/* The second command is the one to fail; its operands begin in the middle of a page. */
static uint64_t make_job(struct rig *rig, enum access access)
{
	const uint64_t offset = 0x730;
	struct qmac_cmd *cmd;

	rig_begin(rig);
	rig_gemm(rig, 9, 10, 11);
	cmd = rig_gemm_channels(rig, QMAC_PATH_F32, 8, 16, 32);
	/* Apart from the first command's by 1 GiB: the tables of one can be spoiled alone. */
	cmd->a_addr += offset + (UINT64_C(8) << 30);
	cmd->b_addr += offset + (UINT64_C(16) << 30);
	cmd->c_addr += offset + (UINT64_C(24) << 30);
	cmd->param_addr += offset + (UINT64_C(32) << 30);
	rig_seal(rig);
	switch (access) {
	case ACCESS_A:
		return cmd->a_addr;
	case ACCESS_B:
		return cmd->b_addr;
	case ACCESS_PARAMS:
		return cmd->param_addr;
	case ACCESS_C:
		return cmd->c_addr;
	default:
		return RIG_CMDS;
	}
}

static bool fault_reported(struct rig *rig, enum access access, enum wrong wrong)
{
	uint32_t index = access == ACCESS_COMMAND ? 0 : 1;
	uint64_t va = make_job(rig, access);
	bool ok;

	if (is_table_wrong(wrong))
		break_table(rig, va, wrong);
	else
		break_leaf(rig, va, wrong);
	ok = rig_fails(rig, cause_of(access, wrong), index, va);
	rig_end(rig);
	return rig_well(rig) && ok;
}

/* An operand whose last row runs into an unmapped page: the fault is at its first byte. */
static bool crossing_reported(struct rig *rig, enum access access)
{
	struct qmac_cmd *cmd;
	__u64 *va;
	uint64_t page;
	bool ok;

	rig_begin(rig);
	rig_gemm(rig, 9, 10, 11);
	cmd = rig_gemm_channels(rig, QMAC_PATH_Q31, 1, 64, 64);
	cmd->flags |= QMAC_FLAG_B_TRANSPOSED;
	cmd->b_stride = 64;
	if (access == ACCESS_B)
		cmd->n = 1;
	va = access == ACCESS_A	  ? &cmd->a_addr
	     : access == ACCESS_B ? &cmd->b_addr
	     : access == ACCESS_C ? &cmd->c_addr
				  : &cmd->param_addr;
	*va += 4096 - 16 * (1 + rng_below(&rig->rng, access == ACCESS_PARAMS ? 60 : 3));
	page = (*va + 4096) & ~UINT64_C(4095);
	rig_seal(rig);
	break_leaf(rig, page, WRONG_UNMAPPED);
	ok = rig_fails(
		rig, access == ACCESS_C ? QMAC_CAUSE_PAGE_FAULT_WRITE : QMAC_CAUSE_PAGE_FAULT_READ,
		1, page);
	rig_end(rig);
	return rig_well(rig) && ok;
}

/* A command that lies across a page border, whole and with its end missing. */
static bool command_across(struct rig *rig, bool missing)
{
	const uint64_t page = RIG_UNMAPPED + 4096, va = page - 64;
	struct qmac_job_entry entry;
	struct qmac_completion record;
	bool ok;

	rig_begin(rig);
	rig_gemm(rig, 9, 10, 11);
	rig_seal(rig);
	space_touch(&rig->space, &rig->rng, va, sizeof(struct qmac_cmd), QMAC_POOL_READ,
		    QMAC_PAGE_4K, FILL_RANDOM);
	space_write(&rig->space, va, rig->cmds, sizeof(struct qmac_cmd));
	space_seal(&rig->space, &rig->rng);
	if (missing)
		break_leaf(rig, page, WRONG_UNMAPPED);
	entry = rig_entry(rig);
	entry.cmd_va = va;
	ok = rig_reference(rig, missing ? 0 : 1) && device_job(&rig->device, &entry, &record) &&
	     (missing ? rig_record_is(&record, QMAC_CAUSE_PAGE_FAULT_READ, 0, page)
		      : rig_record_is(&record, QMAC_CAUSE_NONE, 1, 0)) &&
	     rig_memory(rig);
	rig_end(rig);
	return rig_well(rig) && ok;
}

/* Addresses beyond 39 bits, also by wrapping, and the first 2 MiB. */
static bool address_faults(struct rig *rig, enum access access, uint64_t va)
{
	struct qmac_cmd *cmd;
	struct qmac_cmd patch;
	bool ok;

	rig_begin(rig);
	rig_gemm(rig, 9, 10, 11);
	cmd = rig_gemm_channels(rig, QMAC_PATH_F32, 8, 16, 32);
	rig_seal(rig);
	patch = *cmd;
	*(access == ACCESS_A   ? &patch.a_addr
	  : access == ACCESS_B ? &patch.b_addr
	  : access == ACCESS_C ? &patch.c_addr
			       : &patch.param_addr) = va;
	rig_patch(rig, RIG_CMDS + sizeof(patch), &patch, sizeof(patch));
	ok = rig_fails(
		rig, access == ACCESS_C ? QMAC_CAUSE_PAGE_FAULT_WRITE : QMAC_CAUSE_PAGE_FAULT_READ,
		1, va);
	rig_end(rig);
	return rig_well(rig) && ok;
}

static bool entry_address_faults(struct rig *rig, uint64_t va)
{
	struct qmac_job_entry entry;
	struct qmac_completion record;
	bool ok;

	rig_begin(rig);
	rig_gemm(rig, 9, 10, 11);
	rig_seal(rig);
	entry = rig_entry(rig);
	entry.cmd_va = va;
	ok = device_job(&rig->device, &entry, &record) &&
	     rig_record_is(&record, QMAC_CAUSE_PAGE_FAULT_READ, 0, va) && rig_memory(rig);
	rig_end(rig);
	return rig_well(rig) && ok;
}

static void check_addresses(struct rig *rig)
{
	static const uint64_t addresses[] = { 0x100000, UINT64_C(1) << 39,
					      UINT64_C(0xffffffc000000000), UINT64_C(1) << 63,
					      UINT64_C(0xfffffffffffff000) };

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		bool ok = entry_address_faults(rig, addresses[i]);

		for (enum access access = ACCESS_A; access < NUM_ACCESSES; access++)
			ok = address_faults(rig, access, addresses[i]) && ok;
		tap_ok(ok, "accesses at address %#lx fault", addresses[i]);
	}
}

void check_faults(const struct device_options *options)
{
	struct rig rig;

	rig_open(&rig, options);
	for (enum access access = 0; access < NUM_ACCESSES; access++)
		for (enum wrong wrong = 0; wrong < NUM_WRONGS; wrong++)
			if (wrong != WRONG_READ_ONLY || access == ACCESS_C)
				tap_ok(fault_reported(&rig, access, wrong), "%s, %s",
				       access_names[access], wrong_names[wrong]);
	for (enum access access = ACCESS_A; access < NUM_ACCESSES; access++)
		tap_ok(crossing_reported(&rig, access), "%s that runs into an unmapped page",
		       access_names[access]);
	tap_ok(command_across(&rig, false), "a command across a page border");
	tap_ok(command_across(&rig, true), "a command that runs into an unmapped page");
	check_addresses(&rig);
	rig_close(&rig);
}
