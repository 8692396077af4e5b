// SPDX-License-Identifier: MIT
/*
 * Devices, buffers, layers and jobs when memory runs out.
 *
 *   nomem_device_test DEVICE
 */
#include <string.h>

#include <qmac/qmac.h>

#include "nomem.h"
#include "tap.h"

#define M 3
#define N 5
#define K 7

static struct qmac_context *context;
static struct qmac_device *device;
static const char *device_name;
static const int8_t a[M * K] = { 1, -2, 3 }, b[K * N] = { 4, 5, -6 };
static const int32_t bias[N] = { 7, 8, 9 };

static struct qmac_gemm_desc description(void)
{
	static const double scale[N] = { .5, .25, .125, .5, .5 };

	return (struct qmac_gemm_desc){
		.m = M,
		.n = N,
		.k = K,
		.a_type = QMAC_TYPE_S8,
		.b_type = QMAC_TYPE_S8,
		.c_type = QMAC_TYPE_S8,
		.preset = QMAC_PRESET_DOUBLE,
		.bias = bias,
		.scale = scale,
		.scale_count = N,
	};
}

static int run_open(void)
{
	struct qmac_device *other;
	int error = qmac_device_open(context, device_name, &other);

	if (error)
		return error;
	qmac_device_close(other);
	return nomem_failed() ? NOMEM_COPED : 0; /* with a smaller pool */
}

static int run_bo(void)
{
	struct qmac_bo *bo;
	void *map;
	int error = qmac_bo_create(device, 100000, &bo);

	if (error)
		return error;
	error = qmac_bo_map(bo, &map);
	qmac_bo_destroy(bo);
	return error;
}

static int run_queue(void)
{
	struct qmac_queue *queue;
	int error = qmac_queue_create(device, 0, &queue);

	if (!error)
		qmac_queue_destroy(queue);
	return error;
}

static int run_gemm(void)
{
	const struct qmac_gemm_desc desc = description();
	int8_t c[M * N];

	return qmac_gemm_run(device, &desc, a, b, c, NULL);
}

static int run_linear(void)
{
	const struct qmac_gemm_desc desc = description();
	struct qmac_linear *linear;
	int8_t c[M * N];
	int error = qmac_linear_create(device, &desc, b, &linear);

	if (error)
		return error;
	error = qmac_linear_run(linear, 2, a, c, NULL);
	qmac_linear_destroy(linear);
	return error;
}

int main(int argc, char **argv)
{
	if (argc < 2 || qmac_context_create(&context))
		return 2;
	device_name = argv[1];
	if (qmac_device_open(context, device_name, &device)) {
		tap_ok(false, "%s opens", device_name);
		tap_note("%s", qmac_context_message(context));
		return tap_done();
	}
	nomem_try(context, "opening", run_open);
	nomem_try(context, "a buffer", run_bo);
	nomem_try(context, "a queue", run_queue);
	nomem_try(context, "a product", run_gemm);
	nomem_try(context, "a layer", run_linear);
	qmac_device_close(device);
	qmac_context_destroy(context);
	return tap_done();
}
