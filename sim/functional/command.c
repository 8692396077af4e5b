// SPDX-License-Identifier: MIT
/*
 * What the device accepts: the list "Exact checks of a command" of
 * Documentation/hardware/arithmetic.rst.
 */
#include <string.h>

#include "functional.h"

#define GEMM_FLAGS                                                                           \
	(QMAC_FLAG_ASYNC_A | QMAC_FLAG_ASYNC_B | QMAC_FLAG_ASYNC_C | QMAC_FLAG_PER_CHANNEL | \
	 QMAC_FLAG_A_TRANSPOSED | QMAC_FLAG_B_TRANSPOSED)

static bool all_zero(const void *from, const void *to)
{
	const uint8_t *byte = from;

	while (byte != to)
		if (*byte++)
			return false;
	return true;
}

static bool in_range(uint8_t type, int32_t value)
{
	switch (type) {
	case QMAC_TYPE_S8:
		return value >= INT8_MIN && value <= INT8_MAX;
	case QMAC_TYPE_U8:
		return value >= 0 && value <= UINT8_MAX;
	default:
		return false;
	}
}

static bool is_8bit(uint8_t type)
{
	return type == QMAC_TYPE_S8 || type == QMAC_TYPE_U8;
}

static bool dim_legal(uint32_t dim, uint32_t max)
{
	return dim >= 1 && dim <= max;
}

static bool reserved_zero(const struct qmac_cmd *cmd)
{
	return !cmd->reserved0 && !cmd->reserved1 && !cmd->reserved2 && !cmd->d_addr &&
	       !cmd->lut_addr && !cmd->d_stride && !cmd->d_batch_stride && !cmd->d_zero &&
	       !cmd->mult1 && !cmd->shift1 && !cmd->mult2 && !cmd->shift2 &&
	       all_zero(&cmd->in_h, cmd + 1);
}

static bool shape_legal(const struct qmac_cmd *cmd)
{
	const uint64_t strides = cmd->a_stride | cmd->b_stride | cmd->c_stride |
				 cmd->a_batch_stride | cmd->b_batch_stride | cmd->c_batch_stride;

	return dim_legal(cmd->m, QMAC_LIMIT_MAX_DIM) && dim_legal(cmd->n, QMAC_LIMIT_MAX_DIM) &&
	       dim_legal(cmd->k, QMAC_LIMIT_MAX_DIM) &&
	       dim_legal(cmd->batch, QMAC_LIMIT_MAX_BATCH) && !(strides >> QMAC_LIMIT_VA_BITS);
}

static bool result_raw_legal(const struct qmac_cmd *cmd)
{
	return cmd->c_type == QMAC_TYPE_S32 && !cmd->rounding && !cmd->zp_first && !cmd->c_zero &&
	       !cmd->clamp_lo && !cmd->clamp_hi &&
	       !((cmd->c_addr | cmd->c_stride | cmd->c_batch_stride) % sizeof(int32_t));
}

static bool result_8bit_legal(const struct qmac_cmd *cmd)
{
	return is_8bit(cmd->c_type) && cmd->path <= QMAC_PATH_Q31_SRDHM &&
	       cmd->rounding <= QMAC_ROUND_AWAY && cmd->zp_first <= 1 &&
	       in_range(cmd->c_type, cmd->c_zero) && in_range(cmd->c_type, cmd->clamp_lo) &&
	       in_range(cmd->c_type, cmd->clamp_hi) && cmd->clamp_lo <= cmd->clamp_hi;
}

static bool channel_legal(const struct qmac_cmd *cmd)
{
	if (cmd->flags & QMAC_FLAG_PER_CHANNEL)
		return !cmd->b_zero && !cmd->mult0 && !cmd->shift0 &&
		       !(cmd->param_addr % sizeof(struct qmac_param));
	return !cmd->param_addr && in_range(cmd->b_type, cmd->b_zero) &&
	       qmac_ref_mult_valid(cmd->path, cmd->mult0, cmd->shift0);
}

static bool gemm_legal(const struct qmac_cmd *cmd)
{
	return !(cmd->flags & ~GEMM_FLAGS) && reserved_zero(cmd) && shape_legal(cmd) &&
	       is_8bit(cmd->a_type) && is_8bit(cmd->b_type) && cmd->d_type == QMAC_TYPE_NONE &&
	       in_range(cmd->a_type, cmd->a_zero) &&
	       (cmd->path == QMAC_PATH_NONE ? result_raw_legal(cmd) : result_8bit_legal(cmd)) &&
	       channel_legal(cmd);
}

bool qmac_functional_command_legal(const struct qmac_cmd *cmd)
{
	if (cmd->version != QMAC_CMD_VERSION)
		return false;
	switch (cmd->opcode) {
	case QMAC_OP_NOP:
		return all_zero(&cmd->reserved0, cmd + 1);
	case QMAC_OP_GEMM:
		return gemm_legal(cmd);
	default:
		return false;
	}
}

bool qmac_functional_param_legal(const struct qmac_cmd *cmd, const struct qmac_param *param)
{
	return !param->reserved0 && !param->reserved1 && in_range(cmd->b_type, param->b_zero) &&
	       qmac_ref_mult_valid(cmd->path, param->mult, param->shift);
}
