// SPDX-License-Identifier: MIT
#include "quantize_tensor.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "float_file.h"
#include "report_aside.h"
#include "told.h"
#include "quantize_explain.h"
#include "quantize_tensor_reader.h"
#include "quantize_tensor_report.h"

static int load(const struct quantize_tensor_options *options, struct npy_array *x)
{
	int ret = float_file_load("quantize", options->input, x);

	if (!ret && !x->count) {
		fprintf(stderr, "qmac quantize: %s is empty; expected at least one number\n",
			options->input);
		ret = -EINVAL;
	}
	return ret;
}

/* Negative axes count from the last; a group's axis need not be given. */
static int divide(struct qmac_context *context, const struct quantize_tensor_options *options,
		  struct quantize_tensor *tensor)
{
	const struct npy_array *x = &tensor->x;
	int axis = options->axis < 0 ? options->axis + (int)x->ndim : options->axis;
	bool uses_axis = options->grain != QMAC_GRAIN_TENSOR && options->grain != QMAC_GRAIN_ROW;
	int ret;

	if (uses_axis && !x->ndim) {
		fprintf(stderr,
			"qmac quantize: %s is a single number: leave out --axis, groups and "
			"blocks\n",
			options->input);
		return -EPROTO;
	}
	if (uses_axis && (axis < 0 || axis >= (int)x->ndim)) {
		fprintf(stderr,
			"qmac quantize: --axis %d: %s has %u dimensions: choose -%u to %d\n",
			options->axis, options->input, x->ndim, x->ndim, (int)x->ndim - 1);
		return -EPROTO;
	}
	ret = qmac_granularity_of(context, x->shape, x->ndim, options->grain, axis, options->group,
				  &tensor->granularity);
	if (!ret)
		tensor->scales = qmac_granularity_count(&tensor->granularity);
	return ret;
}

static void measure(struct quantize_tensor *tensor)
{
	const float *x = tensor->x.data;
	double signal = 0, noise = 0;

	tensor->max_error = 0;
	for (size_t i = 0; i < tensor->x.count; i++) {
		double value = isnan(x[i]) ? 0 : (double)x[i];
		double error = fabs(value - (double)tensor->back[i]);

		signal += value * value;
		noise += error * error;
		tensor->max_error = fmax(tensor->max_error, error);
	}
	tensor->sqnr_db = noise > 0 ? 10 * log10(signal / noise) : (double)INFINITY;
}

static int quantize(struct qmac_context *context, const struct quantize_tensor_options *options,
		    struct quantize_tensor *tensor)
{
	if (options->has_ggml)
		return quantize_tensor_ggml(context, options, tensor);
	switch (options->scheme) {
	case QUANTIZE_BINARY:
		return quantize_tensor_binary(context, options, tensor);
	case QUANTIZE_KMEANS:
	case QUANTIZE_LOG2:
		return quantize_tensor_codebook(context, options, tensor);
	case QUANTIZE_F16:
	case QUANTIZE_BF16:
		return quantize_tensor_floats(context, options, tensor);
	default:
		return quantize_tensor_linear(context, options, tensor);
	}
}

/* A description of more could not be read back, and would not fit memory. */
static int check_parts(const struct quantize_tensor_options *options,
		       const struct quantize_tensor *tensor)
{
	bool told =
		options->json || (options->output && quantize_tensor_described(options->output));
	bool book = options->scheme == QUANTIZE_KMEANS || options->scheme == QUANTIZE_LOG2;
	size_t most = book ? QUANTIZE_TENSOR_PARTS >> options->bits : QUANTIZE_TENSOR_PARTS;

	if (!told || tensor->scales <= most)
		return 0;
	fprintf(stderr,
		"qmac quantize: %s: %zu %s; a description has up to %zu: choose larger groups\n",
		options->input, tensor->scales, book ? "codebooks" : "scales", most);
	return -EPROTO;
}

static int compute(struct qmac_context *context, const struct quantize_tensor_options *options,
		   struct quantize_tensor *tensor)
{
	int ret = divide(context, options, tensor);

	if (!ret)
		ret = check_parts(options, tensor);
	if (!ret)
		ret = quantize_explain_check(options, tensor);
	if (ret)
		return ret;
	tensor->codes = calloc(tensor->x.count, sizeof(uint16_t));
	tensor->back = calloc(tensor->x.count, sizeof(float));
	ret = tensor->codes && tensor->back ? 0 : -ENOMEM;
	if (!ret)
		ret = quantize_tensor_ranges(context, options, tensor);
	if (!ret)
		ret = quantize(context, options, tensor);
	if (!ret)
		measure(tensor);
	return ret;
}

static void report(const struct quantize_tensor_options *options,
		   const struct quantize_tensor *tensor, struct json_object *explained)
{
	report_aside(options->output);
	if (options->json) {
		quantize_tensor_report_print_json(options, tensor, explained);
		return;
	}
	quantize_tensor_report_print(options, tensor);
	if (explained)
		quantize_explain_print(explained);
}

static int run(struct qmac_context *context, const struct quantize_tensor_options *options,
	       struct quantize_tensor *tensor)
{
	struct json_object *explained = NULL;
	int ret = load(options, &tensor->x);

	if (ret)
		return ret;
	ret = compute(context, options, tensor);
	if (!ret && options->explain)
		ret = quantize_explain(context, options, tensor, &explained);
	if (ret && ret != -EPROTO)
		told("quantize", options->input, context, ret);
	if (!ret && options->output)
		ret = quantize_tensor_save(context, options, tensor);
	if (!ret)
		report(options, tensor, explained);
	json_object_put(explained);
	return ret;
}

static void release(struct quantize_tensor *tensor)
{
	npy_free(&tensor->x);
	qmac_quant_params_release(&tensor->params);
	free(tensor->lo);
	free(tensor->hi);
	free(tensor->tool_scale);
	free(tensor->multiplier);
	free(tensor->books);
	free(tensor->blocks);
	free(tensor->codes);
	free(tensor->back);
}

int command_quantize_tensor(int argc, char **argv)
{
	struct quantize_tensor_options options;
	struct quantize_tensor tensor = { 0 };
	struct qmac_context *context;
	int ret = quantize_tensor_options_parse(argc, argv, &options);

	if (ret >= 0)
		return ret;
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac quantize: no memory\n");
		return STATUS_FAILED;
	}
	ret = run(context, &options, &tensor);
	release(&tensor);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
