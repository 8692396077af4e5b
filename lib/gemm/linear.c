// SPDX-License-Identifier: MIT
/* Linear layers: weights stay on the device, activations come and go. */
#include <qmac/gemm.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "gemm/run.h"

struct qmac_linear {
	struct qmac_device *device;
	struct qmac_bo *weights;     /* parameters, then B */
	struct qmac_bo *activations; /* command, then A and C */
	uint8_t *map;		     /* of the activations */
	struct qmac_cmd cmd;	     /* for all rows, A and C at the library's own place */
	uint64_t a_row, c_row;	     /* bytes */
};

static int check_desc(struct qmac_context *context, const struct qmac_gemm_desc *desc)
{
	if (desc->batch > 1 || desc->a_transposed || desc->a_stride || desc->c_stride)
		return qmac_fail(context, -EINVAL,
				 "a linear layer has dense rows of activations: leave batch, "
				 "a_transposed, a_stride and c_stride out");
	return 0;
}

static int make_buffer(struct qmac_device *device, uint64_t bytes, struct qmac_bo **bo,
		       uint8_t **map)
{
	void *address;
	int error;

	error = qmac_bo_create(device, bytes, bo);
	if (!error)
		error = qmac_bo_map(*bo, &address);
	if (!error)
		*map = address;
	return error;
}

static int set_up(struct qmac_linear *linear, const struct qmac_gemm_desc *desc,
		  const struct qmac_gemm_bytes *bytes, const void *weights)
{
	const uint64_t b_at = gemm_align(bytes->params), a_at = gemm_align(sizeof(struct qmac_cmd)),
		       c_at = gemm_align(a_at + bytes->a);
	struct qmac_gemm_addresses addresses;
	uint8_t *map;
	int error;

	error = make_buffer(linear->device, b_at + bytes->b, &linear->weights, &map);
	if (!error)
		error = make_buffer(linear->device, c_at + bytes->c, &linear->activations,
				    &linear->map);
	if (error)
		return error;
	memcpy(map + b_at, weights, bytes->b);
	addresses = (struct qmac_gemm_addresses){
		.a = qmac_bo_address(linear->activations) + a_at,
		.b = qmac_bo_address(linear->weights) + b_at,
		.c = qmac_bo_address(linear->activations) + c_at,
		.params = qmac_bo_address(linear->weights),
	};
	linear->a_row = bytes->a / desc->m;
	linear->c_row = bytes->c / desc->m;
	return qmac_gemm_encode(qmac_device_context(linear->device),
				qmac_device_info(linear->device), desc, &addresses, &linear->cmd,
				(struct qmac_param *)map);
}

int qmac_linear_create(struct qmac_device *device, const struct qmac_gemm_desc *layer,
		       const void *weights, struct qmac_linear **out)
{
	struct qmac_context *context = qmac_device_context(device);
	struct qmac_gemm_desc desc = *layer;
	struct qmac_gemm_bytes bytes;
	struct qmac_linear *linear;
	int error;

	desc.b_constant = true;
	error = check_desc(context, &desc);
	if (!error)
		error = qmac_gemm_check(context, qmac_device_info(device), &desc, &bytes);
	if (error)
		return error;
	linear = calloc(1, sizeof(*linear));
	if (!linear)
		return qmac_fail_nomem(context, "a linear layer");
	linear->device = device;
	error = set_up(linear, &desc, &bytes, weights);
	if (error) {
		qmac_linear_destroy(linear);
		return error;
	}
	*out = linear;
	return 0;
}

void qmac_linear_destroy(struct qmac_linear *linear)
{
	if (!linear)
		return;
	qmac_bo_destroy(linear->weights);
	qmac_bo_destroy(linear->activations);
	free(linear);
}

struct qmac_bo *qmac_linear_weights(struct qmac_linear *linear)
{
	return linear->weights;
}

int qmac_linear_encode(struct qmac_linear *linear, uint32_t rows, uint64_t a, uint64_t c,
		       struct qmac_cmd *cmd)
{
	struct qmac_context *context = qmac_device_context(linear->device);

	if (!rows || rows > linear->cmd.m)
		return qmac_fail(context, -EINVAL, "%u rows: the layer was made for 1 to %u", rows,
				 linear->cmd.m);
	if (linear->cmd.c_type == QMAC_TYPE_S32 && c % 4)
		return qmac_fail(context, -EINVAL,
				 "address %#" PRIx64 " of C: a multiple of 4 with type s32", c);
	*cmd = linear->cmd;
	cmd->m = rows;
	cmd->a_addr = a;
	cmd->c_addr = c;
	return 0;
}

int qmac_linear_run(struct qmac_linear *linear, uint32_t rows, const void *a, void *c,
		    struct qmac_job_result *result)
{
	const struct qmac_bo_use uses[] = {
		{ linear->weights, QMAC_BO_READ },
		{ linear->activations, QMAC_BO_READ | QMAC_BO_WRITE },
	};
	const uint64_t base = qmac_bo_address(linear->activations);
	const struct qmac_job_desc desc = {
		.cmd_address = base,
		.cmd_count = 1,
		.bos = uses,
		.bo_count = 2,
	};
	int error;

	error = qmac_linear_encode(linear, rows, linear->cmd.a_addr, linear->cmd.c_addr,
				   (struct qmac_cmd *)linear->map);
	if (error)
		return error;
	memcpy(linear->map + (linear->cmd.a_addr - base), a, rows * linear->a_row);
	error = gemm_execute(linear->device, &desc, result);
	if (!error)
		memcpy(c, linear->map + (linear->cmd.c_addr - base), rows * linear->c_row);
	return error;
}
