// SPDX-License-Identifier: MIT
/* Codes in equal steps: the library's schemes, or another tool's formulas. */
#include <errno.h>
#include <stdlib.h>

#include "quantize_tensor.h"

static bool uses_all_bits(const struct quantize_tensor_options *options)
{
	return options->bits == qmac_type_bits(options->type);
}

static struct qmac_quant_spec own_spec(const struct quantize_tensor_options *options)
{
	return (struct qmac_quant_spec){
		.type = options->type,
		.scheme = options->scheme,
		.min_range = options->min_range,
		.bits = uses_all_bits(options) ? 0 : options->bits,
		.zero = options->zero,
		.power_of_two = options->power_of_two,
	};
}

struct qmac_tool_spec quantize_tensor_tool_spec(const struct quantize_tensor_options *options)
{
	return (struct qmac_tool_spec){
		.tool = options->tool,
		.type = options->type,
		.bits = uses_all_bits(options) ? 0 : options->bits,
		.symmetric = options->scheme == QUANTIZE_SYMMETRIC,
		.power_of_two = options->power_of_two,
	};
}

static int choose(struct qmac_context *context, const struct quantize_tensor_options *options,
		  struct quantize_tensor *tensor)
{
	const struct qmac_quant_spec spec = own_spec(options);
	int ret = qmac_quant_choose(context, &spec, tensor->lo, tensor->hi, &tensor->params);

	/* A calibration that has a scale of its own, for s8, is taken at its word. */
	if (!ret && options->type == QMAC_TYPE_S8 && uses_all_bits(options) &&
	    !options->power_of_two && options->scheme == QUANTIZE_SYMMETRIC &&
	    !(options->min_range > 0))
		for (size_t i = 0; i < tensor->scales; i++)
			if (tensor->tool_scale[i] > 0)
				tensor->params.scale[i] = tensor->tool_scale[i];
	return ret;
}

static int choose_as_tool(struct qmac_context *context,
			  const struct quantize_tensor_options *options,
			  struct quantize_tensor *tensor)
{
	const struct qmac_tool_spec spec = quantize_tensor_tool_spec(options);
	int ret = qmac_tool_choose(context, &spec, tensor->lo, tensor->hi, &tensor->params,
				   tensor->multiplier);

	return ret ? ret : qmac_tool_options(context, &spec, tensor->multiplier, &tensor->how);
}

int quantize_tensor_scale_steps(struct qmac_context *context,
				const struct quantize_tensor_options *options,
				const struct quantize_tensor *tensor, size_t scale,
				struct qmac_scale_steps *out)
{
	const struct qmac_quant_spec own = own_spec(options);
	const struct qmac_tool_spec tool = quantize_tensor_tool_spec(options);

	if (options->has_tool)
		return qmac_tool_choose_trace(context, &tool, tensor->lo[scale], tensor->hi[scale],
					      out);
	return qmac_quant_choose_trace(context, &own, tensor->lo[scale], tensor->hi[scale], out);
}

int quantize_tensor_linear(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor)
{
	int ret;

	tensor->how.zp_first = options->zp_first;
	tensor->multiplier = calloc(tensor->scales, sizeof(*tensor->multiplier));
	if (!tensor->multiplier)
		return -ENOMEM;
	ret = qmac_quant_params_init(context, &tensor->params, options->type, tensor->scales);
	if (!ret && options->has_tool)
		ret = choose_as_tool(context, options, tensor);
	else if (!ret)
		ret = choose(context, options, tensor);
	tensor->how.nan = options->nan;
	if (options->has_rounding)
		tensor->how.rounding = options->rounding;
	if (!ret)
		ret = qmac_group_quantize(context, &tensor->params, &tensor->granularity,
					  tensor->x.data, tensor->codes, &tensor->how);
	if (!ret)
		ret = qmac_group_dequantize(context, &tensor->params, &tensor->granularity,
					    tensor->codes, tensor->back);
	return ret;
}
