// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <qmac/qmac.h>

#include "command.h"
#include "gemm_operands.h"
#include "gemm_options.h"
#include "gemm_report.h"
#include "report_aside.h"
#include "npy/npy.h"

static size_t result_bytes(const struct qmac_gemm_desc *desc)
{
	return (size_t)desc->m * desc->n * (desc->c_type == QMAC_TYPE_S32 ? 4 : 1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int failed(struct qmac_context *context, int error)
{
	const char *message = qmac_context_message(context);

	fprintf(stderr, "qmac gemm: %s\n", *message ? message : strerror(-error));
	return error;
}

/* Run the product on an open device, operands and result in its memory. */
static int execute(struct qmac_device *device, const struct gemm_operands *operands, void *c,
		   struct gemm_report *report)
{
	struct qmac_gemm *gemm;
	double start;
	int ret = qmac_gemm_create(device, &operands->desc, &gemm);

	if (ret)
		return ret;
	memcpy(qmac_gemm_a(gemm), operands->a, qmac_gemm_bytes(gemm)->a);
	memcpy(qmac_gemm_b(gemm), operands->b, qmac_gemm_bytes(gemm)->b);
	start = now();
	ret = qmac_gemm_execute(gemm, &report->result);
	report->seconds = now() - start;
	if (!ret)
		memcpy(c, qmac_gemm_c(gemm), result_bytes(&operands->desc));
	qmac_gemm_destroy(gemm);
	return ret;
}

static int check(struct qmac_context *context, const struct gemm_operands *operands, const void *c,
		 struct gemm_report *report)
{
	const size_t bytes = result_bytes(&operands->desc);
	const size_t size = operands->desc.c_type == QMAC_TYPE_S32 ? 4 : 1;
	struct gemm_report ignored;
	struct qmac_device *cpu;
	char *expected = malloc(bytes);
	int ret = expected ? qmac_device_open(context, "cpu", &cpu) : -ENOMEM;

	if (!ret) {
		ret = execute(cpu, operands, expected, &ignored);
		qmac_device_close(cpu);
	}
	for (size_t i = 0; !ret && i < bytes; i += size)
		report->mismatches += memcmp(expected + i, (const char *)c + i, size) != 0;
	report->checked = !ret;
	free(expected);
	return ret;
}

/* float32 results of float32 operands, and how far they are from the float product. */
static int dequantize(struct qmac_context *context, const struct gemm_operands *operands,
		      const void *c, float *real)
{
	const struct qmac_gemm_desc *desc = &operands->desc;
	const struct qmac_extent whole = { 1, 1, (size_t)desc->m * desc->n };

	if (desc->preset != QMAC_PRESET_RAW)
		return qmac_dequantize(context, &operands->c_params, &whole, c, real);
	return qmac_dequantize_acc(context, c, desc->m, desc->n, operands->a_params.scale[0],
				   operands->b_params.scale, desc->n, real);
}

static void measure_error(const struct gemm_operands *operands, const float *real,
			  struct gemm_report *report)
{
	double noise = 0, signal = 0;

	for (size_t i = 0; i < (size_t)operands->desc.m * operands->desc.n; i++) {
		double exact = operands->exact[i], error = real[i] - exact;

		report->max_error = fmax(report->max_error, fabs(error));
		noise += error * error;
		signal += exact * exact;
	}
	report->has_error = true;
	report->relative_error = signal > 0 ? sqrt(noise / signal) : sqrt(noise);
	report->sqnr_db = 10 * log10(signal / noise);
}

static int save(const struct gemm_options *options, const struct gemm_operands *operands, void *c,
		float *real)
{
	const struct qmac_gemm_desc *desc = &operands->desc;
	struct npy_array array = {
		.ndim = 2,
		.shape = { desc->m, desc->n },
		.count = (size_t)desc->m * desc->n,
		.data = real ? (void *)real : c,
	};
	char message[4608];
	int ret;

	if (real)
		array.type = NPY_F32;
	else if (desc->c_type == QMAC_TYPE_S32)
		array.type = NPY_S32;
	else
		array.type = desc->c_type == QMAC_TYPE_S8 ? NPY_S8 : NPY_U8;
	ret = npy_save(options->output, &array, message, sizeof(message));
	if (ret)
		fprintf(stderr, "qmac gemm: %s\n", message);
	return ret;
}

/* Everything after the run: check, dequantize, save, print. */
static int conclude(struct qmac_context *context, const struct gemm_options *options,
		    const struct gemm_operands *operands, void *c, struct gemm_report *report)
{
	float *real = NULL;
	int ret = options->check ? check(context, operands, c, report) : 0;

	if (!ret && operands->is_float) {
		real = malloc((size_t)operands->desc.m * operands->desc.n * sizeof(*real));
		ret = real ? dequantize(context, operands, c, real) : -ENOMEM;
		if (!ret)
			measure_error(operands, real, report);
	}
	if (ret) {
		failed(context, ret);
	} else {
		if (options->output)
			ret = save(options, operands, c, real);
		report_aside(options->output);
		if (!ret && options->json)
			gemm_report_print_json(report);
		else if (!ret)
			gemm_report_print(report);
	}
	free(real);
	if (!ret && report->mismatches) {
		fprintf(stderr, "qmac gemm: results differ from the CPU reference\n");
		ret = -EIO;
	}
	return ret;
}

static int run(struct qmac_context *context, const struct gemm_options *options,
	       const struct gemm_operands *operands)
{
	struct gemm_report report = { .desc = &operands->desc,
				      .is_random = !options->a,
				      .seed = options->seed };
	void *c = malloc(result_bytes(&operands->desc));
	struct qmac_device *device;
	int ret = c ? qmac_device_open(context, options->device, &device) : -ENOMEM;

	if (ret) {
		free(c);
		return failed(context, ret);
	}
	report.info = qmac_device_info(device);
	if (options->trace)
		ret = qmac_device_trace(device, options->trace);
	if (!ret)
		ret = execute(device, operands, c, &report);
	if (ret)
		failed(context, ret);
	else
		ret = conclude(context, options, operands, c, &report);
	qmac_device_close(device);
	free(c);
	return ret;
}

int command_gemm(int argc, char **argv)
{
	struct gemm_options options;
	struct gemm_operands operands;
	struct qmac_context *context;
	int ret = gemm_options_parse(argc, argv, &options);

	if (ret >= 0)
		return ret;
	ret = qmac_context_create(&context);
	if (ret) {
		fprintf(stderr, "qmac gemm: no memory\n");
		return STATUS_FAILED;
	}
	ret = gemm_operands_prepare(context, &options, &operands);
	if (!ret)
		ret = run(context, &options, &operands);
	gemm_operands_release(&operands);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
