// SPDX-License-Identifier: MIT
/*
 * What the device refuses: ring entries, commands and parameter records, each
 * wrong in one place, between good ones.
 */
#include <stddef.h>
#include <string.h>

#include "directed.h"
#include "tap.h"

/* ---- Ring entries ---- */

struct entry_case {
	const char *name;
	size_t offset, size;
	uint64_t value;
};

#define ENTRY(field, value)                                            \
	{ #field " = " #value, offsetof(struct qmac_job_entry, field), \
	  sizeof(((struct qmac_job_entry *)0)->field), (value) }

static const struct entry_case entry_cases[] = {
	ENTRY(type, 0),
	ENTRY(type, 2),
	ENTRY(type, 0x80000001),
	ENTRY(flags, 1),
	ENTRY(flags, 0x80000000),
	ENTRY(root_ppn, UINT64_C(1) << 44),
	ENTRY(root_ppn, UINT64_C(1) << 63),
	ENTRY(cmd_va, RIG_CMDS + 1),
	ENTRY(cmd_va, RIG_CMDS + 32),
	ENTRY(cmd_count, QMAC_LIMIT_MAX_COMMANDS + 1),
	ENTRY(cmd_count, UINT32_MAX),
	ENTRY(reserved0, 1),
	ENTRY(cycle_limit, 0),
	ENTRY(reserved1, 1),
	ENTRY(reserved1, UINT64_C(1) << 63),
	ENTRY(reserved2, 1),
	ENTRY(reserved2, UINT64_C(1) << 63),
};

static bool bad_entry(struct rig *rig, const struct entry_case *test)
{
	struct qmac_job_entry entry = rig_entry(rig);
	struct qmac_completion record;

	memcpy((uint8_t *)&entry + test->offset, &test->value, test->size);
	return device_job(&rig->device, &entry, &record) &&
	       rig_record_is(&record, QMAC_CAUSE_BAD_ENTRY, 0, 0) && rig_memory(rig) &&
	       rig_well(rig);
}

static bool empty_job(struct rig *rig)
{
	struct qmac_job_entry entry = rig_entry(rig);
	struct qmac_completion record;

	entry.cmd_count = 0;
	return device_job(&rig->device, &entry, &record) &&
	       rig_record_is(&record, QMAC_CAUSE_NONE, 0, 0) && rig_memory(rig);
}

void check_entries(const struct device_options *options)
{
	struct rig rig;

	rig_open(&rig, options);
	rig_begin(&rig);
	rig_gemm(&rig, 5, 6, 7);
	rig_seal(&rig);
	tap_ok(empty_job(&rig), "a job without commands ends at once");
	for (size_t i = 0; i < sizeof(entry_cases) / sizeof(entry_cases[0]); i++)
		tap_ok(bad_entry(&rig, &entry_cases[i]), "ring entry with %s", entry_cases[i].name);
	rig_end(&rig);
	rig_close(&rig);
}

/* ---- Commands ---- */

/* Commands to spoil. */
enum base {
	BASE_F32,
	BASE_Q31,
	BASE_SRDHM,
	BASE_RAW,
	BASE_CHANNELS,
	BASE_RAW_CHANNELS,
	BASE_NOP
};

struct cmd_case {
	const char *name;
	enum base base;
	size_t offset, size;
	uint64_t value;
};

#define CMD(base, field, value)                                        \
	{ #field " = " #value, base, offsetof(struct qmac_cmd, field), \
	  sizeof(((struct qmac_cmd *)0)->field), (uint64_t)(value) }

#define VA_END (UINT64_C(1) << QMAC_LIMIT_VA_BITS)

static const struct cmd_case cmd_cases[] = {
	CMD(BASE_F32, opcode, QMAC_OP_CONV),
	CMD(BASE_F32, opcode, QMAC_OP_DWCONV),
	CMD(BASE_F32, opcode, QMAC_OP_ELTWISE),
	CMD(BASE_F32, opcode, QMAC_OP_POOL),
	CMD(BASE_F32, opcode, QMAC_OP_LUT),
	CMD(BASE_F32, opcode, QMAC_OP_REQUANT),
	CMD(BASE_F32, opcode, QMAC_OP_COPY),
	CMD(BASE_F32, opcode, QMAC_OP_FENCE),
	CMD(BASE_F32, opcode, 10),
	CMD(BASE_F32, opcode, 32),
	CMD(BASE_F32, opcode, 255),
	CMD(BASE_F32, version, 0),
	CMD(BASE_F32, version, 2),
	CMD(BASE_F32, m, 0),
	CMD(BASE_F32, m, QMAC_LIMIT_MAX_DIM + 1),
	CMD(BASE_F32, m, UINT32_MAX),
	CMD(BASE_F32, n, 0),
	CMD(BASE_F32, n, QMAC_LIMIT_MAX_DIM + 1),
	CMD(BASE_F32, k, 0),
	CMD(BASE_F32, k, QMAC_LIMIT_MAX_DIM + 1),
	CMD(BASE_F32, batch, 0),
	CMD(BASE_F32, batch, QMAC_LIMIT_MAX_BATCH + 1),
	CMD(BASE_F32, a_type, QMAC_TYPE_NONE),
	CMD(BASE_F32, a_type, QMAC_TYPE_S32),
	CMD(BASE_F32, a_type, QMAC_TYPE_S4),
	CMD(BASE_F32, a_type, 0x81),
	CMD(BASE_F32, b_type, QMAC_TYPE_NONE),
	CMD(BASE_F32, b_type, QMAC_TYPE_S32),
	CMD(BASE_F32, b_type, QMAC_TYPE_U16),
	CMD(BASE_F32, c_type, QMAC_TYPE_NONE),
	CMD(BASE_F32, c_type, QMAC_TYPE_S32),
	CMD(BASE_F32, c_type, QMAC_TYPE_S16),
	CMD(BASE_F32, d_type, QMAC_TYPE_S8),
	CMD(BASE_F32, path, 4),
	CMD(BASE_F32, path, 0x11),
	CMD(BASE_F32, path, QMAC_PATH_NONE),
	CMD(BASE_F32, rounding, 3),
	CMD(BASE_F32, rounding, 0x80),
	CMD(BASE_F32, zp_first, 2),
	CMD(BASE_F32, reserved0, 1),
	CMD(BASE_F32, reserved1, 1),
	CMD(BASE_F32, reserved2, 1),
	CMD(BASE_F32, d_addr, 16),
	CMD(BASE_F32, lut_addr, 16),
	CMD(BASE_F32, param_addr, 16),
	CMD(BASE_F32, a_stride, VA_END),
	CMD(BASE_F32, b_stride, VA_END),
	CMD(BASE_F32, c_stride, VA_END),
	CMD(BASE_F32, d_stride, 1),
	CMD(BASE_F32, a_batch_stride, VA_END),
	CMD(BASE_F32, b_batch_stride, VA_END),
	CMD(BASE_F32, c_batch_stride, VA_END),
	CMD(BASE_F32, a_batch_stride, UINT64_MAX),
	CMD(BASE_F32, d_batch_stride, 1),
	CMD(BASE_F32, a_zero, 128),
	CMD(BASE_F32, a_zero, -129),
	CMD(BASE_F32, b_zero, 128),
	CMD(BASE_F32, b_zero, -129),
	CMD(BASE_F32, c_zero, 128),
	CMD(BASE_F32, c_zero, -129),
	CMD(BASE_F32, d_zero, 1),
	CMD(BASE_F32, clamp_lo, -129),
	CMD(BASE_F32, clamp_lo, 128),
	CMD(BASE_F32, clamp_hi, 128),
	CMD(BASE_F32, clamp_hi, -129),
	CMD(BASE_F32, mult0, 0x7f800000),
	CMD(BASE_F32, mult0, 0x7fc00000),
	CMD(BASE_F32, mult0, 0x80000000),
	CMD(BASE_F32, mult0, 0xbf800000),
	CMD(BASE_F32, shift0, 1),
	CMD(BASE_F32, mult1, 1),
	CMD(BASE_F32, shift1, 1),
	CMD(BASE_F32, mult2, 1),
	CMD(BASE_F32, shift2, 1),
	CMD(BASE_F32, in_h, 1),
	CMD(BASE_F32, in_w, 1),
	CMD(BASE_F32, in_c, 1),
	CMD(BASE_F32, out_h, 1),
	CMD(BASE_F32, out_w, 1),
	CMD(BASE_F32, groups, 1),
	CMD(BASE_F32, kernel_h, 1),
	CMD(BASE_F32, kernel_w, 1),
	CMD(BASE_F32, stride_h, 1),
	CMD(BASE_F32, stride_w, 1),
	CMD(BASE_F32, dilation_h, 1),
	CMD(BASE_F32, dilation_w, 1),
	CMD(BASE_F32, pad_top, 1),
	CMD(BASE_F32, pad_left, 1),
	CMD(BASE_F32, pad_bottom, 1),
	CMD(BASE_F32, pad_right, 1),
	CMD(BASE_Q31, mult0, 0x80000000),
	CMD(BASE_Q31, shift0, 31),
	CMD(BASE_Q31, shift0, -32),
	CMD(BASE_Q31, shift0, 256),
	CMD(BASE_SRDHM, mult0, 0x80000000),
	CMD(BASE_SRDHM, shift0, 31),
	CMD(BASE_SRDHM, shift0, -32),
	CMD(BASE_RAW, c_type, QMAC_TYPE_S8),
	CMD(BASE_RAW, rounding, 1),
	CMD(BASE_RAW, zp_first, 1),
	CMD(BASE_RAW, c_zero, 1),
	CMD(BASE_RAW, clamp_lo, -1),
	CMD(BASE_RAW, clamp_hi, 1),
	CMD(BASE_RAW, mult0, 1),
	CMD(BASE_RAW, shift0, 1),
	CMD(BASE_RAW, c_addr, RIG_C + RIG_PER_CMD + 2),
	CMD(BASE_RAW, c_stride, 1026),
	CMD(BASE_RAW, c_batch_stride, 1),
	CMD(BASE_CHANNELS, b_zero, 1),
	CMD(BASE_CHANNELS, mult0, 1),
	CMD(BASE_CHANNELS, shift0, 1),
	CMD(BASE_CHANNELS, param_addr, RIG_PARAMS + RIG_PER_CMD + 8),
	CMD(BASE_CHANNELS, flags, 0),
	CMD(BASE_RAW_CHANNELS, mult0, 1),
	CMD(BASE_RAW_CHANNELS, c_zero, 1),
	CMD(BASE_NOP, version, 0),
	CMD(BASE_NOP, reserved0, 1),
	CMD(BASE_NOP, flags, QMAC_FLAG_ASYNC_A),
	CMD(BASE_NOP, m, 1),
	CMD(BASE_NOP, batch, 1),
	CMD(BASE_NOP, a_addr, 1),
	CMD(BASE_NOP, c_batch_stride, 1),
	CMD(BASE_NOP, clamp_hi, 1),
	CMD(BASE_NOP, tile_m, 1),
	CMD(BASE_NOP, pad_right, 1),
};

static void add_base(struct rig *rig, enum base base)
{
	struct qmac_cmd *cmd;

	switch (base) {
	case BASE_RAW:
	case BASE_RAW_CHANNELS:
		cmd = rig_gemm_channels(rig, QMAC_PATH_NONE, 9, 10, 11);
		if (base == BASE_RAW) {
			cmd->flags = 0;
			cmd->param_addr = 0;
		}
		break;
	case BASE_CHANNELS:
		rig_gemm_channels(rig, QMAC_PATH_F32, 9, 10, 11);
		break;
	case BASE_NOP:
		cmd = &rig->cmds[rig->count++];
		*cmd = (struct qmac_cmd){ .version = QMAC_CMD_VERSION };
		break;
	default:
		cmd = rig_gemm(rig, 9, 10, 11);
		if (base == BASE_F32)
			break;
		cmd->path = base == BASE_Q31 ? QMAC_PATH_Q31 : QMAC_PATH_Q31_SRDHM;
		cmd->mult0 = 1 << 30;
		cmd->shift0 = -8;
		break;
	}
}

/* A good command, the spoiled one, another good one that must not run. */
static bool refused(struct rig *rig, enum base base, size_t offset, const void *value, size_t size)
{
	const uint64_t va = RIG_CMDS + sizeof(struct qmac_cmd);
	bool ok;

	rig_begin(rig);
	add_base(rig, base);
	add_base(rig, base);
	rig_gemm(rig, 9, 10, 11);
	rig_seal(rig);
	rig_patch(rig, va + offset, value, size);
	ok = rig_fails(rig, QMAC_CAUSE_ILLEGAL_COMMAND, 1, va);
	rig_end(rig);
	return ok;
}

/* Each base is legal when nothing is spoiled. */
static bool bases_legal(struct rig *rig)
{
	bool ok = true;

	for (enum base base = BASE_F32; base <= BASE_NOP; base++) {
		rig_begin(rig);
		add_base(rig, base);
		rig_seal(rig);
		ok = rig_good(rig) && ok;
		rig_end(rig);
	}
	return ok;
}

static bool flags_refused(struct rig *rig)
{
	const uint32_t known = device_read(&rig->device, QMAC_REG_FLAGS);
	bool ok = true;

	for (unsigned int bit = 0; bit < 32; bit++) {
		uint32_t flags = 1u << bit;

		if (!(known & flags) && !refused(rig, BASE_F32, offsetof(struct qmac_cmd, flags),
						 &flags, sizeof(flags))) {
			tap_note("flag bit %u", bit);
			ok = false;
		}
	}
	return ok;
}

static bool tail_refused(struct rig *rig)
{
	const uint8_t bit = 0x40;
	bool ok = true;

	for (size_t at = offsetof(struct qmac_cmd, reserved3); at < sizeof(struct qmac_cmd); at++) {
		if (!refused(rig, BASE_F32, at, &bit, 1)) {
			tap_note("reserved byte %zu", at);
			ok = false;
		}
	}
	return ok;
}

void check_illegal(const struct device_options *options)
{
	struct rig rig;

	rig_open(&rig, options);
	tap_ok(bases_legal(&rig), "the commands to be spoiled are legal");
	for (size_t i = 0; i < sizeof(cmd_cases) / sizeof(cmd_cases[0]); i++) {
		const struct cmd_case *test = &cmd_cases[i];

		tap_ok(refused(&rig, test->base, test->offset, &test->value, test->size),
		       "command with %s", test->name);
	}
	tap_ok(flags_refused(&rig), "commands with unknown flags");
	tap_ok(tail_refused(&rig), "commands with reserved bytes set");
	tap_ok(rig_well(&rig), "a good job after them");
	rig_close(&rig);
}

/* ---- Parameter records ---- */

struct param_case {
	const char *name;
	uint8_t path;
	size_t offset, size;
	int64_t value;
};

#define PARAM(path, field, value)                                                   \
	{ #path ": " #field " = " #value, path, offsetof(struct qmac_param, field), \
	  sizeof(((struct qmac_param *)0)->field), (int64_t)(value) }

static const struct param_case param_cases[] = {
	PARAM(QMAC_PATH_F32, reserved0, 1),
	PARAM(QMAC_PATH_F32, reserved1, 1),
	PARAM(QMAC_PATH_F32, reserved1, 0x80000000),
	PARAM(QMAC_PATH_F32, b_zero, 128),
	PARAM(QMAC_PATH_F32, b_zero, -129),
	PARAM(QMAC_PATH_F32, mult, 0x7f800000),
	PARAM(QMAC_PATH_F32, mult, 0x80000000),
	PARAM(QMAC_PATH_F32, shift, 1),
	PARAM(QMAC_PATH_F32, shift, -1),
	PARAM(QMAC_PATH_Q31, reserved0, 0x80),
	PARAM(QMAC_PATH_Q31, mult, 0x80000000),
	PARAM(QMAC_PATH_Q31, shift, 31),
	PARAM(QMAC_PATH_Q31, shift, -32),
	PARAM(QMAC_PATH_Q31, shift, 127),
	PARAM(QMAC_PATH_Q31, shift, -128),
	PARAM(QMAC_PATH_Q31_SRDHM, mult, 0xffffffff),
	PARAM(QMAC_PATH_Q31_SRDHM, shift, 31),
	PARAM(QMAC_PATH_Q31_SRDHM, shift, -32),
	PARAM(QMAC_PATH_NONE, mult, 1),
	PARAM(QMAC_PATH_NONE, shift, 1),
	PARAM(QMAC_PATH_NONE, b_zero, 200),
};

/* Record @column is bad, and @column + 1 too: the first counts. */
static bool bad_record(struct rig *rig, const struct param_case *test, uint32_t column)
{
	const uint32_t n = 150;
	struct qmac_cmd *cmd;
	uint64_t va;
	bool ok;

	rig_begin(rig);
	rig_gemm(rig, 9, 10, 11);
	cmd = rig_gemm_channels(rig, test->path, 20, n, 30);
	rig_seal(rig);
	va = cmd->param_addr + column * sizeof(struct qmac_param);
	rig_patch(rig, va + test->offset, &test->value, test->size);
	if (column + 1 < n)
		rig_patch(rig, va + sizeof(struct qmac_param) + test->offset, &test->value,
			  test->size);
	ok = rig_fails(rig, QMAC_CAUSE_BAD_PARAM, 1, va);
	rig_end(rig);
	return ok;
}

void check_params(const struct device_options *options)
{
	static const uint32_t columns[] = { 0, 1, 15, 63, 64, 149 };
	struct rig rig;

	rig_open(&rig, options);
	for (size_t i = 0; i < sizeof(param_cases) / sizeof(param_cases[0]); i++) {
		const struct param_case *test = &param_cases[i];
		bool ok = true;

		for (size_t j = 0; j < sizeof(columns) / sizeof(columns[0]); j++)
			ok = bad_record(&rig, test, columns[j]) && ok;
		tap_ok(ok && rig_well(&rig), "record on %s", test->name);
	}
	rig_close(&rig);
}
