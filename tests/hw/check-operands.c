// SPDX-License-Identifier: MIT
/*
 * Every pair of operands through the whole device, for each combination of
 * types, at zero points at both ends and one between.
 */
#include "directed.h"
#include "tap.h"

#define VALUES 256u

static int16_t lowest(uint8_t type)
{
	return type == QMAC_TYPE_S8 ? INT8_MIN : 0;
}

/* C[i, j] = (A[i] - a_zero) * (B[j] - b_zero) with A and B all bytes in order. */
static void make_job(struct rig *rig, uint8_t a_type, uint8_t b_type, int a_zero, int b_zero)
{
	struct qmac_cmd *cmd = rig_gemm(rig, VALUES, VALUES, 1);

	cmd->a_type = a_type;
	cmd->b_type = b_type;
	cmd->c_type = QMAC_TYPE_S32;
	cmd->path = QMAC_PATH_NONE;
	cmd->c_stride = VALUES * sizeof(int32_t);
	cmd->a_zero = (int16_t)(lowest(a_type) + a_zero);
	cmd->b_zero = (int16_t)(lowest(b_type) + b_zero);
	cmd->c_zero = 0;
	cmd->clamp_lo = 0;
	cmd->clamp_hi = 0;
	cmd->mult0 = 0;
	rig_seal(rig);
	for (uint32_t i = 0; i < VALUES; i++) {
		uint8_t byte = (uint8_t)i;

		rig_patch(rig, cmd->a_addr + i, &byte, 1);
		rig_patch(rig, cmd->b_addr + i, &byte, 1);
	}
}

static bool all_pairs(struct rig *rig, uint8_t a_type, uint8_t b_type)
{
	static const int zeros[] = { 0, 129, 255 };
	bool ok = true;

	for (unsigned int i = 0; ok && i < 9; i++) {
		rig_begin(rig);
		make_job(rig, a_type, b_type, zeros[i / 3], zeros[i % 3]);
		ok = rig_good(rig);
		if (!ok)
			tap_note("zero points number %u and %u", i / 3, i % 3);
		rig_end(rig);
	}
	return ok;
}

void check_operands(const struct device_options *options)
{
	static const char *const names[] = { "", "s8", "u8" };
	struct rig rig;

	rig_open(&rig, options);
	for (uint8_t a = QMAC_TYPE_S8; a <= QMAC_TYPE_U8; a++)
		for (uint8_t b = QMAC_TYPE_S8; b <= QMAC_TYPE_U8; b++)
			tap_ok(all_pairs(&rig, a, b), "all operand pairs, %s times %s", names[a],
			       names[b]);
	rig_close(&rig);
}
