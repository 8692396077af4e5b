// SPDX-License-Identifier: MIT
/* Descriptions to commands. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "context.h"
#include "gemm/shape.h"

static int check_addresses(struct qmac_context *context, const struct gemm_shape *shape,
			   const struct qmac_gemm_addresses *addresses)
{
	if (shape->c_type == QMAC_TYPE_S32 && addresses->c % 4)
		return qmac_fail(context, -EINVAL,
				 "address %#" PRIx64 " of C: a multiple of 4 with type s32",
				 addresses->c);
	if (shape->per_channel && addresses->params % sizeof(struct qmac_param))
		return qmac_fail(context, -EINVAL,
				 "address %#" PRIx64 " of the parameters: a multiple of 16",
				 addresses->params);
	return 0;
}

static void encode_operands(const struct qmac_gemm_desc *desc, const struct gemm_shape *shape,
			    const struct qmac_gemm_addresses *addresses, struct qmac_cmd *cmd)
{
	cmd->m = desc->m;
	cmd->n = desc->n;
	cmd->k = desc->k;
	cmd->batch = shape->batch;
	cmd->a_type = desc->a_type;
	cmd->b_type = desc->b_type;
	cmd->c_type = shape->c_type;
	cmd->a_addr = addresses->a;
	cmd->b_addr = addresses->b;
	cmd->c_addr = addresses->c;
	cmd->a_stride = shape->a.stride;
	cmd->b_stride = shape->b.stride;
	cmd->c_stride = shape->c.stride;
	cmd->a_batch_stride = shape->a.batch_stride;
	cmd->b_batch_stride = shape->b.batch_stride;
	cmd->c_batch_stride = shape->c.batch_stride;
	cmd->a_zero = desc->a_zero;
	if (desc->a_transposed)
		cmd->flags |= QMAC_FLAG_A_TRANSPOSED;
	if (desc->b_transposed)
		cmd->flags |= QMAC_FLAG_B_TRANSPOSED;
}

static void encode_requant(const struct qmac_gemm_desc *desc, const struct gemm_shape *shape,
			   struct qmac_cmd *cmd)
{
	struct qmac_recipe recipe;

	qmac_preset_recipe(desc->preset, &recipe);
	cmd->path = recipe.path;
	cmd->rounding = recipe.rounding;
	cmd->zp_first = recipe.zp_first;
	cmd->c_zero = desc->c_zero;
	cmd->clamp_lo = shape->clamp_lo;
	cmd->clamp_hi = shape->clamp_hi;
}

/* Multipliers have been checked: converting them again cannot fail. */
static void encode_params(struct qmac_context *context, const struct qmac_gemm_desc *desc,
			  struct qmac_param *params)
{
	int32_t shift;
	uint32_t j;

	for (j = 0; j < desc->n; j++) {
		memset(&params[j], 0, sizeof(params[j]));
		params[j].bias = desc->bias ? desc->bias[j] : 0;
		params[j].b_zero = gemm_b_zero(desc, j);
		qmac_multiplier(context, desc->preset, gemm_scale(desc, j), &params[j].mult,
				&shift);
		params[j].shift = shift;
	}
}

int qmac_gemm_encode(struct qmac_context *context, const struct qmac_device_info *info,
		     const struct qmac_gemm_desc *desc, const struct qmac_gemm_addresses *addresses,
		     struct qmac_cmd *cmd, struct qmac_param *params)
{
	struct gemm_shape shape;
	int error;

	gemm_shape_of(desc, &shape);
	error = gemm_shape_check(context, info, desc, &shape);
	if (!error)
		error = check_addresses(context, &shape, addresses);
	if (error)
		return error;

	memset(cmd, 0, sizeof(*cmd));
	cmd->opcode = QMAC_OP_GEMM;
	cmd->version = QMAC_CMD_VERSION;
	encode_operands(desc, &shape, addresses, cmd);
	encode_requant(desc, &shape, cmd);
	if (desc->b_constant)
		cmd->flags |= info->cmd_flags & QMAC_FLAG_ASYNC_B; /* only ever faster */
	if (shape.per_channel) {
		cmd->flags |= QMAC_FLAG_PER_CHANNEL;
		cmd->param_addr = addresses->params;
		encode_params(context, desc, params);
	} else {
		cmd->b_zero = desc->b_zero;
		qmac_multiplier(context, desc->preset, gemm_scale(desc, 0), &cmd->mult0,
				&cmd->shift0);
	}
	return 0;
}
