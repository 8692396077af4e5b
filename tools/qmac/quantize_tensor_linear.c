// SPDX-License-Identifier: MIT
/* Codes in equal steps: the library's schemes, or another tool's formulas. */
#include <errno.h>
#include <stdlib.h>

#include "quantize_tensor.h"

static int choose(struct qmac_context *context, const struct quantize_tensor_options *options,
		  struct quantize_tensor *tensor)
{
	const bool full = options->bits == qmac_type_bits(options->type);
	const struct qmac_quant_spec spec = {
		.type = options->type,
		.scheme = options->scheme,
		.min_range = options->min_range,
		.bits = full ? 0 : options->bits,
		.zero = options->zero,
		.power_of_two = options->power_of_two,
	};
	int ret = qmac_quant_choose(context, &spec, tensor->lo, tensor->hi, &tensor->params);

	/* A calibration that has a scale of its own, for s8, is taken at its word. */
	if (!ret && options->type == QMAC_TYPE_S8 && full && !options->power_of_two &&
	    options->scheme == QUANTIZE_SYMMETRIC && !(options->min_range > 0))
		for (size_t i = 0; i < tensor->scales; i++)
			if (tensor->tool_scale[i] > 0)
				tensor->params.scale[i] = tensor->tool_scale[i];
	return ret;
}

static int choose_as_tool(struct qmac_context *context,
			  const struct quantize_tensor_options *options,
			  struct quantize_tensor *tensor, float *multiplier,
			  struct qmac_quantize_options *how)
{
	const struct qmac_tool_spec spec = {
		.tool = options->tool,
		.type = options->type,
		.bits = options->bits == qmac_type_bits(options->type) ? 0 : options->bits,
		.symmetric = options->scheme == QUANTIZE_SYMMETRIC,
		.power_of_two = options->power_of_two,
	};
	int ret = qmac_tool_choose(context, &spec, tensor->lo, tensor->hi, &tensor->params,
				   multiplier);

	return ret ? ret : qmac_tool_options(context, &spec, multiplier, how);
}

int quantize_tensor_linear(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor)
{
	struct qmac_quantize_options how = { .zp_first = options->zp_first };
	float *multiplier = calloc(tensor->scales, sizeof(*multiplier));
	int ret = multiplier ? qmac_quant_params_init(context, &tensor->params, options->type,
						      tensor->scales)
			     : -ENOMEM;

	if (!ret && options->has_tool)
		ret = choose_as_tool(context, options, tensor, multiplier, &how);
	else if (!ret)
		ret = choose(context, options, tensor);
	how.nan = options->nan;
	if (options->has_rounding)
		how.rounding = options->rounding;
	if (!ret)
		ret = qmac_group_quantize(context, &tensor->params, &tensor->granularity,
					  tensor->x.data, tensor->codes, &how);
	if (!ret)
		ret = qmac_group_dequantize(context, &tensor->params, &tensor->granularity,
					    tensor->codes, tensor->back);
	free(multiplier);
	return ret;
}
