// SPDX-License-Identifier: MIT
/* Biases of layers as integers: 32 bits in units of the sums, or 8 with a scale of their own. */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"
#include "network/quantize_layer.h"
#include "quant/exact.h"

/* One value per channel; a Gemm may also have it as [1, N]. */
static bool is_quantizable(const struct layer *layer, const struct net_tensor *bias)
{
	const struct net_shape *shape = &bias->shape;

	return bias->data && net_shape_count(shape) == layer->channels && shape->rank &&
	       shape->dim[shape->rank - 1] == layer->channels &&
	       (layer->node->op != NET_GEMM || layer->node->attributes.beta == 1);
}

/* The bias as 8-bit codes, and what they stand for. */
static int narrow_bias(struct layer *layer)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	const struct qmac_extent whole = { 1, 1, layer->channels };
	struct qmac_context *context = layer->quantizer->to->context;
	int error = qmac_quant_minmax(context, &spec, layer->addend, &whole, QMAC_NAN_ERROR,
				      &layer->narrow_params);

	if (error)
		return error;
	layer->narrow = malloc(layer->channels);
	if (!layer->narrow)
		return qmac_fail_nomem(context, "a bias");
	error = qmac_quantize(context, &layer->narrow_params, &whole, layer->addend, layer->narrow,
			      NULL);
	return error ? error
		     : qmac_dequantize(context, &layer->narrow_params, &whole, layer->narrow,
				       layer->addend);
}

int layer_take_bias(struct layer *layer)
{
	const struct qmac_network_quantize_options *options = &layer->quantizer->options;
	const struct net_tensor *bias = net_input(layer->quantizer->from, layer->node, 2);

	/* Weights in blocks have no scale per channel that 32 bits could refer to. */
	if (!bias || !is_quantizable(layer, bias) || (options->block && options->bias_bits == 32))
		return 0;
	layer->bias = bias;
	layer->addend = malloc(layer->channels * sizeof(*layer->addend));
	if (!layer->addend)
		return qmac_fail_nomem(layer->quantizer->to->context, "a bias");
	memcpy(layer->addend, bias->data, layer->channels * sizeof(*layer->addend));
	return options->bias_bits == 8 ? narrow_bias(layer) : 0;
}

static bool needs_units_of_sums(const struct layer *layer)
{
	return layer->bias && (layer_is_integer(layer) || !layer->narrow);
}

/* Raises weight scales until those of the bias are normal numbers. */
static EXACT void raise_scales(struct layer *layer)
{
	const float least = 2 * (FLT_MIN / layer->input->scale);
	size_t c;

	for (c = 0; c < layer->params.channels; c++)
		if (layer->params.scale[c] < least)
			layer->params.scale[c] = least;
}

int layer_widen(struct layer *layer)
{
	fenv_t saved;

	if (!needs_units_of_sums(layer))
		return 0;
	exact_enter(&saved);
	raise_scales(layer);
	exact_leave(&saved);
	return qmac_widen_scales(layer->quantizer->to->context, layer->addend, layer->channels,
				 layer->input->scale, layer->params.scale, layer->params.channels,
				 NULL);
}

int layer_quantize_bias(struct layer *layer)
{
	layer->b = calloc(layer->channels, sizeof(*layer->b));
	if (!layer->b)
		return qmac_fail_nomem(layer->quantizer->to->context, "a bias");
	if (!needs_units_of_sums(layer))
		return 0;
	return qmac_quantize_bias(layer->quantizer->to->context, layer->addend, layer->channels,
				  layer->input->scale, layer->params.scale, layer->params.channels,
				  layer->b);
}

/* Scales of the bias; false when one is too small to be a float. */
static EXACT bool bias_scales(const struct layer *layer, float *scale)
{
	size_t c;

	for (c = 0; c < layer->params.channels; c++) {
		scale[c] = layer->input->scale * layer->params.scale[c];
		if (!isnormal(scale[c]))
			return false;
	}
	return true;
}

static int emit_codes(struct layer *layer, struct net_node *node, enum net_type type,
		      const struct qmac_quant_params *params, void *integers)
{
	const struct net_shape shape = { .rank = 1, .dim = { layer->channels } };
	const struct quantizer_codes codes = {
		.shape = &shape, .params = params, .type = type, .integers = integers
	};

	return quantizer_constant(layer->quantizer, layer->bias->name, &codes, &node->inputs[2]);
}

static int emit_wide(struct layer *layer, struct net_node *node)
{
	struct qmac_context *context = layer->quantizer->to->context;
	struct qmac_quant_params params = { .channels = layer->params.channels };
	int32_t *integers = layer->b;
	bool normal = false;
	fenv_t saved;
	int error;

	params.scale = calloc(params.channels, sizeof(*params.scale));
	params.zero_point = calloc(params.channels, sizeof(*params.zero_point));
	if (!params.scale || !params.zero_point) {
		error = qmac_fail_nomem(context, "scales");
	} else {
		exact_enter(&saved);
		normal = bias_scales(layer, params.scale);
		exact_leave(&saved);
		error = normal ? 0
			       : qmac_fail(
					 context, -ERANGE,
					 "a scale of the bias, %g times that of the weights, is no "
					 "normal number: ask for widened weight scales",
					 layer->input->scale);
	}
	if (!error) {
		layer->b = NULL;
		error = emit_codes(layer, node, NET_S32, &params, integers);
	}
	free(params.scale);
	free(params.zero_point);
	return error;
}

int layer_emit_bias(struct layer *layer, struct net_node *node)
{
	int8_t *integers = layer->narrow;

	if (!layer->bias)
		return 0;
	if (!layer->narrow)
		return emit_wide(layer, node);
	layer->narrow = NULL;
	return emit_codes(layer, node, NET_S8, &layer->narrow_params, integers);
}
