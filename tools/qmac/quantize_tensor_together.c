// SPDX-License-Identifier: MIT
/* What the options of qmac quantize mean together, and which exclude each other. */
#include <errno.h>
#include <stdio.h>

#include "command.h"
#include "method_options.h"
#include "outputs.h"
#include "quantize_tensor.h"
#include "quantize_tensor_reader.h"
#include "told.h"

static bool is_unsigned_tool(const struct quantize_tensor_options *options)
{
	return options->has_tool &&
	       (options->tool == QMAC_TOOL_ONNX || options->tool == QMAC_TOOL_ORT_DYNAMIC ||
		options->tool == QMAC_TOOL_SNPE);
}

static bool is_symmetric_tool(const struct quantize_tensor_options *options)
{
	return options->tool == QMAC_TOOL_NCNN || options->tool == QMAC_TOOL_TENSORRT;
}

static bool is_storage(const struct quantize_tensor_options *options)
{
	return options->scheme == QUANTIZE_F16 || options->scheme == QUANTIZE_BF16;
}

static void fill_in_ggml(struct quantize_tensor_options *options)
{
	options->bits = options->ggml == QMAC_GGML_Q4_0 ? 4 : 8;
	options->grain = QMAC_GRAIN_BLOCK;
	options->axis = -1;
	options->group = QMAC_GGML_BLOCK;
}

/* What follows from what was given, where nothing was said. */
static void fill_in(struct quantize_tensor_reader *reader)
{
	static const uint8_t types[][2] = {
		{ QMAC_TYPE_U2, QMAC_TYPE_S2 },
		{ QMAC_TYPE_U4, QMAC_TYPE_S4 },
		{ QMAC_TYPE_U8, QMAC_TYPE_S8 },
		{ QMAC_TYPE_U16, QMAC_TYPE_S16 },
	};
	struct quantize_tensor_options *options = reader->options;
	size_t width;

	if (options->has_ggml)
		fill_in_ggml(options);
	if (!reader->has_scheme && options->has_tool && !is_symmetric_tool(options))
		options->scheme = QUANTIZE_ASYMMETRIC;
	if (!reader->has_scheme && options->bits == 1)
		options->scheme = QUANTIZE_BINARY;
	if (!reader->has_bits && options->scheme == QUANTIZE_BINARY)
		options->bits = 1;
	if (is_storage(options))
		options->bits = 16;
	if (!reader->has_sign)
		options->is_signed = !is_unsigned_tool(options) &&
				     !(options->has_ggml && options->ggml == QMAC_GGML_Q4_0);
	if (options->scheme == QUANTIZE_KMEANS || options->scheme == QUANTIZE_LOG2)
		options->is_signed = false; /* indices */
	width = options->bits <= 2 ? 0 : options->bits <= 4 ? 1 : options->bits <= 8 ? 2 : 3;
	options->type = options->scheme == QUANTIZE_BINARY ? QMAC_TYPE_B1
			: options->scheme == QUANTIZE_F16  ? QMAC_TYPE_F16
			: options->scheme == QUANTIZE_BF16 ? QMAC_TYPE_BF16
							   : types[width][options->is_signed];
	if (options->grain == QMAC_GRAIN_TENSOR && reader->has_axis)
		options->grain = QMAC_GRAIN_CHANNEL;
	if (options->grain == QMAC_GRAIN_BLOCK && !reader->has_axis)
		options->axis = -1;
	options->method.bits = options->bits;
	if (options->scheme <= QUANTIZE_ASYMMETRIC)
		options->method.scheme = options->scheme;
}

/* Which forms and types a preset has does not depend on the tensor. */
static int check_preset(const struct quantize_tensor_options *options)
{
	const struct qmac_tool_spec spec = quantize_tensor_tool_spec(options);
	const float lo = -1, hi = 1;
	struct qmac_quant_params params = { 0 };
	struct qmac_context *context;
	float multiplier;
	int ret;

	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac quantize: no memory\n");
		return STATUS_FAILED;
	}
	ret = qmac_quant_params_init(context, &params, options->type, 1);
	if (!ret)
		ret = qmac_tool_choose(context, &spec, &lo, &hi, &params, &multiplier);
	if (ret)
		told("quantize", "--preset", context, ret);
	qmac_quant_params_release(&params);
	qmac_context_destroy(context);
	return !ret ? -1 : ret == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

static int check_linear(const struct quantize_tensor_reader *reader)
{
	const struct quantize_tensor_options *options = reader->options;

	if (options->bits < 2)
		return quantize_tensor_misused("--bits", "1",
					       "give --scheme binary, or 2 bits and more");
	if (reader->has_zero && options->scheme != QUANTIZE_ASYMMETRIC)
		return quantize_tensor_misused("--zero", "with a symmetric scheme",
					       "give --scheme asymmetric");
	if (!options->has_tool)
		return -1;
	if (options->scheme == QUANTIZE_FULL)
		return quantize_tensor_misused(
			"--scheme", "full",
			"presets have symmetric and asymmetric forms of their own");
	if (reader->has_zero || options->min_range > 0 || options->zp_first)
		return quantize_tensor_misused("--preset", qmac_tool_name(options->tool),
					       "has its own --zero, --min-range and --zp-first");
	return check_preset(options);
}

static bool has_linear_option(const struct quantize_tensor_reader *reader)
{
	const struct quantize_tensor_options *options = reader->options;

	return options->has_tool || reader->has_method || options->has_rounding ||
	       reader->has_zero || options->power_of_two || options->zp_first ||
	       options->min_range > 0;
}

static int check_nonlinear(const struct quantize_tensor_reader *reader)
{
	const struct quantize_tensor_options *options = reader->options;
	const char *name = quantize_scheme_name(options->scheme);
	bool binary = options->scheme == QUANTIZE_BINARY;

	if (has_linear_option(reader) || (reader->has_sign && !(binary && options->is_signed)))
		return quantize_tensor_misused("--scheme", name,
					       "is without --preset, --calibration, --rounding, "
					       "--zero, --zp-first, --min-range, --power-of-two, "
					       "--signed and --unsigned");
	if (is_storage(options) && (reader->has_bits || options->grain != QMAC_GRAIN_TENSOR))
		return quantize_tensor_misused("--scheme", name,
					       "has 16 bits and no scales: leave out --bits, "
					       "--axis, --per-row and groups");
	if (binary && options->bits != 1)
		return quantize_tensor_misused("--scheme", name, "has 1 bit: leave --bits out");
	if (options->scheme == QUANTIZE_LOG2 && (options->bits > 8 || options->bits < 2))
		return quantize_tensor_misused("--scheme", name, "has 2 to 8 bits: choose --bits");
	if (options->scheme == QUANTIZE_KMEANS && options->bits > 8)
		return quantize_tensor_misused("--scheme", name, "has 1 to 8 bits: choose --bits");
	return -1;
}

/* The blocks leave no choice. */
static int check_ggml(const struct quantize_tensor_reader *reader)
{
	const struct quantize_tensor_options *options = reader->options;

	if (reader->has_scheme || reader->has_sign || reader->has_axis || reader->has_bits ||
	    reader->has_grain || options->nan || has_linear_option(reader))
		return quantize_tensor_misused("--preset", quantize_ggml_name(options->ggml),
					       "has its own of everything: leave out the other "
					       "options but -o, --explain and --json");
	return -1;
}

static int check_together(const struct quantize_tensor_reader *reader)
{
	const struct quantize_tensor_options *options = reader->options;
	const struct output output = { "--output", options->output };
	int ret;

	if (!options->input) {
		fprintf(stderr, "qmac quantize: give a file, IN.npy or MODEL.onnx; --help tells "
				"the rest\n");
		return STATUS_USAGE;
	}
	if (options->nan && options->calibrator != QMAC_CALIBRATOR_OWN)
		return quantize_tensor_misused(
			"--nan-zero", "with a tool's calibration",
			"these know no NaN: choose a method of ours, e.g. minmax");
	ret = method_options_check("quantize", options->calibrator, &options->method);
	if (ret >= 0)
		return ret;
	ret = outputs_check("quantize", &options->input, 1, &output, 1);
	if (ret >= 0)
		return ret;
	if (options->has_ggml)
		return check_ggml(reader);
	return options->scheme <= QUANTIZE_ASYMMETRIC ? check_linear(reader)
						      : check_nonlinear(reader);
}

int quantize_tensor_options_together(struct quantize_tensor_reader *reader)
{
	fill_in(reader);
	return check_together(reader);
}
