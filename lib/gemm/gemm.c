// SPDX-License-Identifier: MIT
/* A product set up on a device: one buffer with command, parameters and operands. */
#include <qmac/gemm.h>

#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "gemm/run.h"
#include "gemm/shape.h"

struct gemm_layout {
	uint64_t params, a, b, c, end; /* the command comes first */
};

struct qmac_gemm {
	struct qmac_device *device;
	struct qmac_bo *bo;
	uint8_t *map;
	struct qmac_gemm_bytes bytes;
	struct gemm_layout layout;
};

static struct gemm_layout layout_of(const struct qmac_gemm_bytes *bytes)
{
	struct gemm_layout layout;

	layout.params = sizeof(struct qmac_cmd);
	layout.a = gemm_align(layout.params + bytes->params);
	layout.b = gemm_align(layout.a + bytes->a);
	layout.c = gemm_align(layout.b + bytes->b);
	layout.end = layout.c + bytes->c;
	return layout;
}

static int set_up(struct qmac_gemm *gemm, const struct qmac_gemm_desc *desc)
{
	const struct gemm_layout *at = &gemm->layout;
	struct qmac_gemm_addresses addresses;
	uint64_t base;
	void *map;
	int error;

	error = qmac_bo_create(gemm->device, at->end, &gemm->bo);
	if (error)
		return error;
	error = qmac_bo_map(gemm->bo, &map);
	if (error)
		return error;
	gemm->map = map;
	base = qmac_bo_address(gemm->bo);
	addresses = (struct qmac_gemm_addresses){
		.a = base + at->a,
		.b = base + at->b,
		.c = base + at->c,
		.params = base + at->params,
	};
	return qmac_gemm_encode(qmac_device_context(gemm->device), qmac_device_info(gemm->device),
				desc, &addresses, (struct qmac_cmd *)gemm->map,
				(struct qmac_param *)(gemm->map + at->params));
}

int qmac_gemm_create(struct qmac_device *device, const struct qmac_gemm_desc *desc,
		     struct qmac_gemm **out)
{
	struct qmac_context *context = qmac_device_context(device);
	struct qmac_gemm_bytes bytes;
	struct qmac_gemm *gemm;
	int error;

	error = qmac_gemm_check(context, qmac_device_info(device), desc, &bytes);
	if (error)
		return error;
	gemm = calloc(1, sizeof(*gemm));
	if (!gemm)
		return qmac_fail_nomem(context, "a matrix product");
	gemm->device = device;
	gemm->bytes = bytes;
	gemm->layout = layout_of(&bytes);
	error = set_up(gemm, desc);
	if (error) {
		qmac_gemm_destroy(gemm);
		return error;
	}
	*out = gemm;
	return 0;
}

void qmac_gemm_destroy(struct qmac_gemm *gemm)
{
	if (!gemm)
		return;
	qmac_bo_destroy(gemm->bo);
	free(gemm);
}

void *qmac_gemm_a(struct qmac_gemm *gemm)
{
	return gemm->map + gemm->layout.a;
}

void *qmac_gemm_b(struct qmac_gemm *gemm)
{
	return gemm->map + gemm->layout.b;
}

const void *qmac_gemm_c(const struct qmac_gemm *gemm)
{
	return gemm->map + gemm->layout.c;
}

const struct qmac_gemm_bytes *qmac_gemm_bytes(const struct qmac_gemm *gemm)
{
	return &gemm->bytes;
}

/* @use is the caller's: descriptions borrow their arrays. */
static struct qmac_job_desc job_of(const struct qmac_gemm *gemm, struct qmac_bo_use *use)
{
	use->bo = gemm->bo;
	use->flags = QMAC_BO_READ | QMAC_BO_WRITE;
	return (struct qmac_job_desc){
		.cmd_address = qmac_bo_address(gemm->bo),
		.cmd_count = 1,
		.bos = use,
		.bo_count = 1,
	};
}

int qmac_gemm_submit(struct qmac_gemm *gemm, struct qmac_job **job)
{
	struct qmac_bo_use use;
	struct qmac_job_desc desc = job_of(gemm, &use);

	return qmac_submit(gemm->device, NULL, &desc, 1, job);
}

int qmac_gemm_execute(struct qmac_gemm *gemm, struct qmac_job_result *result)
{
	struct qmac_bo_use use;
	struct qmac_job_desc desc = job_of(gemm, &use);

	return gemm_execute(gemm->device, &desc, result);
}

/* Rows only: what lies between them is the caller's. */
static void copy_result(const struct qmac_gemm_desc *desc, const uint8_t *from, uint8_t *to)
{
	struct gemm_shape shape;
	uint64_t at;
	uint32_t b, i;

	gemm_shape_of(desc, &shape);
	for (b = 0; b < shape.batch; b++) {
		for (i = 0; i < shape.c.rows; i++) {
			at = b * shape.c.batch_stride + i * shape.c.stride;
			memcpy(to + at, from + at, shape.c.row_bytes);
		}
	}
}

int qmac_gemm_run(struct qmac_device *device, const struct qmac_gemm_desc *desc, const void *a,
		  const void *b, void *c, struct qmac_job_result *result)
{
	struct qmac_gemm *gemm;
	int error;

	error = qmac_gemm_create(device, desc, &gemm);
	if (error)
		return error;
	memcpy(qmac_gemm_a(gemm), a, gemm->bytes.a);
	memcpy(qmac_gemm_b(gemm), b, gemm->bytes.b);
	error = qmac_gemm_execute(gemm, result);
	if (!error)
		copy_result(desc, qmac_gemm_c(gemm), c);
	qmac_gemm_destroy(gemm);
	return error;
}
