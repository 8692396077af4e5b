// SPDX-License-Identifier: MIT
/* Weights and biases of layers as integers. */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <qmac/quant.h>
#include <qmac/type.h>

#include "context.h"
#include "network/ops.h"
#include "network/quantize.h"
#include "quant/exact.h"

/* A layer of the float network and what becomes of it. */
struct layer {
	struct quantizer *quantizer;
	const struct net_node *node;
	const struct net_tensor *weight, *bias; /* @bias is NULL when it stays float */
	const struct quantized *input;
	size_t axis, channels;
	struct qmac_extent extent; /* of the weights, by the channels of @params */
	struct qmac_quant_params params;
	int8_t *w;
	int32_t *b;
};

/* Raises weight scales until those of the bias are normal numbers. */
static EXACT void raise_scales(struct layer *layer)
{
	const float least = 2 * (FLT_MIN / layer->input->scale);
	size_t c;

	for (c = 0; c < layer->params.channels; c++)
		if (layer->params.scale[c] < least)
			layer->params.scale[c] = least;
}

/* Raises weight scales until every bias fits. */
static int widen(struct layer *layer)
{
	fenv_t saved;

	exact_enter(&saved);
	raise_scales(layer);
	exact_leave(&saved);
	return qmac_widen_scales(layer->quantizer->to->context, layer->bias->data, layer->channels,
				 layer->input->scale, layer->params.scale, layer->params.channels,
				 NULL);
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

static int quantize_weight(struct layer *layer)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	struct qmac_context *context = layer->quantizer->to->context;
	const struct net_shape *shape = &layer->weight->shape;
	bool per_channel = layer->quantizer->options.per_channel;
	int error =
		qmac_extent_of(context, shape->dim, shape->rank,
			       per_channel ? (int)layer->axis : QMAC_PER_TENSOR, &layer->extent);

	if (!error)
		error = qmac_quant_minmax(context, &spec, layer->weight->data, &layer->extent,
					  QMAC_NAN_ERROR, &layer->params);
	if (error)
		return error;
	if (layer->bias && layer->quantizer->options.widen)
		error = widen(layer);
	if (error)
		return error;
	layer->w = malloc(net_shape_count(shape));
	if (!layer->w)
		return qmac_fail_nomem(context, "weights");
	return qmac_quantize(context, &layer->params, &layer->extent, layer->weight->data, layer->w,
			     NULL);
}

static int quantize_bias(struct layer *layer)
{
	layer->b = calloc(layer->channels, sizeof(*layer->b));
	if (!layer->b)
		return qmac_fail_nomem(layer->quantizer->to->context, "a bias");
	if (!layer->bias)
		return 0;
	return qmac_quantize_bias(layer->quantizer->to->context, layer->bias->data, layer->channels,
				  layer->input->scale, layer->params.scale, layer->params.channels,
				  layer->b);
}

/* No sum of products may leave 32 bits, whatever the activations. */
static int check_sums(const struct layer *layer)
{
	const struct net_shape *shape = &layer->weight->shape;
	struct qmac_context *context = layer->quantizer->to->context;
	struct qmac_extent extent;
	int32_t lo, hi;
	int64_t most;
	size_t c, o, i;
	int error = qmac_extent_of(context, shape->dim, shape->rank, (int)layer->axis, &extent);

	if (error)
		return error;
	qmac_type_range(layer->quantizer->options.activation_type, &lo, &hi);
	most = layer->input->zero - lo > hi - layer->input->zero ? layer->input->zero - lo
								 : hi - layer->input->zero;
	for (c = 0; c < extent.channels; c++) {
		int64_t sum = llabs((long long)layer->b[c]);

		for (o = 0; o < extent.outer; o++)
			for (i = 0; i < extent.inner; i++)
				sum += most *
				       abs(layer->w[(o * extent.channels + c) * extent.inner + i]);
		if (sum > INT32_MAX)
			return qmac_fail(
				context, -EINVAL,
				"sums of channel %zu could reach %lld, beyond 32 bits: split "
				"the layer",
				c, (long long)sum);
	}
	return 0;
}

static int emit_bias(struct layer *layer, struct net_node *node)
{
	const struct net_shape shape = { .rank = 1, .dim = { layer->channels } };
	struct qmac_context *context = layer->quantizer->to->context;
	struct qmac_quant_params params = { .channels = layer->params.channels };
	int32_t *integers = layer->b;
	fenv_t saved;
	bool normal;
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
		error = quantizer_constant(layer->quantizer, layer->bias->name, &shape, &params, 0,
					   NET_S32, integers, &node->inputs[2]);
	}
	free(params.scale);
	free(params.zero_point);
	return error;
}

static int emit(struct layer *layer, struct net_node *node)
{
	int8_t *integers = layer->w;
	int error;

	layer->w = NULL;
	error = quantizer_constant(layer->quantizer, layer->weight->name, &layer->weight->shape,
				   &layer->params, layer->axis, NET_S8, integers, &node->inputs[1]);
	return error || !layer->bias ? error : emit_bias(layer, node);
}

static size_t channel_axis(const struct net_node *node, const struct net_tensor *weight)
{
	if (node->op == NET_CONV)
		return 0;
	return node->op == NET_GEMM ? !node->attributes.transpose_b : weight->shape.rank - 1;
}

int quantizer_layer(struct quantizer *quantizer, const struct net_node *node, struct net_node *made)
{
	const struct net_tensor *bias = net_input(quantizer->from, node, 2);
	struct layer layer = {
		.quantizer = quantizer,
		.node = node,
		.weight = net_input(quantizer->from, node, 1),
		.input = &quantizer->activations[node->inputs[0]],
	};
	int error;

	layer.axis = channel_axis(node, layer.weight);
	layer.channels = layer.weight->shape.dim[layer.axis];
	/* One value per channel; a Gemm may also have it as [1, N]. */
	if (bias && bias->data && net_shape_count(&bias->shape) == layer.channels &&
	    bias->shape.rank && bias->shape.dim[bias->shape.rank - 1] == layer.channels &&
	    (node->op != NET_GEMM || node->attributes.beta == 1))
		layer.bias = bias;
	error = quantize_weight(&layer);
	if (!error)
		error = quantize_bias(&layer);
	if (!error)
		error = check_sums(&layer);
	if (!error)
		error = emit(&layer, made);
	if (error)
		qmac_fail_more(quantizer->to->context, error,
			       "layer %.80s: ", net_node_name(quantizer->from, node));
	qmac_quant_params_release(&layer.params);
	free(layer.w);
	free(layer.b);
	return error;
}
