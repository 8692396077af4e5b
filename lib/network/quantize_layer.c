// SPDX-License-Identifier: MIT
/* Layers as integers: weights, and the check of their sums. */
#include "network/quantize_layer.h"

#include <errno.h>
#include <stdlib.h>

#include <qmac/type.h>

#include "context.h"
#include "network/encodings.h"
#include "network/ops.h"

bool layer_is_integer(const struct layer *layer)
{
	const struct qmac_network_quantize_options *options = &layer->quantizer->options;

	return !options->block && qmac_type_bits(options->activation_type) == 8 &&
	       qmac_type_bits(options->weight_type) <= 8;
}

/* The table's entry for the weights of a layer; NULL for none. */
static const struct qmac_table_entry *encoding_of(const struct quantizer *quantizer,
						  const struct net_node *layer)
{
	const struct qmac_table *table = quantizer->options.encodings;

	return table && !quantizer->options.block
		       ? net_encoding_of_weight(quantizer->from, table, layer)
		       : NULL;
}

struct qmac_quant_spec quantizer_weight_spec(const struct quantizer *quantizer)
{
	return (struct qmac_quant_spec){ .type = quantizer->options.weight_type };
}

size_t quantizer_channel_axis(const struct net_node *layer, const struct net_tensor *weight)
{
	if (layer->op == NET_CONV)
		return 0;
	return layer->op == NET_GEMM ? !layer->attributes.transpose_b : weight->shape.rank - 1;
}

size_t quantizer_block_axis(const struct net_node *layer, const struct net_tensor *weight)
{
	if (layer->op == NET_CONV)
		return 1;
	return layer->op == NET_GEMM ? layer->attributes.transpose_b : weight->shape.rank - 2;
}

int quantizer_weight_grain(const struct quantizer *quantizer, const struct net_node *layer,
			   struct qmac_granularity *grain)
{
	const struct qmac_network_quantize_options *options = &quantizer->options;
	const struct net_tensor *weight = net_input(quantizer->from, layer, 1);
	const struct qmac_table_entry *entry = encoding_of(quantizer, layer);
	size_t axis = quantizer_channel_axis(layer, weight);
	bool per_channel = entry ? entry->channels > 1 : options->per_channel;
	unsigned int kind = options->block ? QMAC_GRAIN_BLOCK
			    : per_channel  ? QMAC_GRAIN_CHANNEL
					   : QMAC_GRAIN_TENSOR;

	if (options->block)
		axis = quantizer_block_axis(layer, weight);
	if (entry && per_channel && entry->channels != weight->shape.dim[axis])
		return qmac_fail(
			quantizer->from->context, -EINVAL,
			"entry '%.80s' has %zu scales, the layer %zu output channels: give "
			"one or as many",
			entry->name, entry->channels, weight->shape.dim[axis]);
	return qmac_granularity_of(quantizer->from->context, weight->shape.dim, weight->shape.rank,
				   kind, (int)axis, options->block, grain);
}

/* Scales from the ranges of a table's entry. */
static int params_of_entry(struct qmac_context *context, const struct qmac_quant_spec *spec,
			   const struct qmac_table_entry *entry, struct qmac_quant_params *params)
{
	float *lo = calloc(2 * entry->channels, sizeof(*lo)), *hi = lo + entry->channels;
	int error;

	if (!lo)
		return qmac_fail_nomem(context, "ranges");
	net_encoding_range(entry, lo, hi);
	error = qmac_quant_params_init(context, params, spec->type, entry->channels);
	if (!error) {
		error = qmac_quant_choose(context, spec, lo, hi, params);
		if (error)
			qmac_quant_params_release(params);
		else
			net_encoding_adopt(entry, params);
	}
	free(lo);
	return error ? qmac_fail_more(context, error, "entry '%.80s': ", entry->name) : 0;
}

int quantizer_weight_params(const struct quantizer *quantizer, const struct net_node *layer,
			    const struct qmac_granularity *grain, struct qmac_quant_params *params)
{
	const struct qmac_quant_spec spec = quantizer_weight_spec(quantizer);
	const struct qmac_table_entry *entry = encoding_of(quantizer, layer);

	if (entry)
		return params_of_entry(quantizer->from->context, &spec, entry, params);
	return qmac_group_minmax(quantizer->from->context, &spec,
				 net_input(quantizer->from, layer, 1)->data, grain, QMAC_NAN_ERROR,
				 params);
}

static int quantize_weight(struct layer *layer)
{
	struct qmac_context *context = layer->quantizer->to->context;
	size_t count = net_shape_count(&layer->weight->shape);

	layer->w = malloc(count * qmac_type_bytes(layer->params.type));
	if (!layer->w)
		return qmac_fail_nomem(context, "weights");
	return qmac_group_quantize(context, &layer->params, &layer->grain, layer->weight->data,
				   layer->w, NULL);
}

/* No sum of products may leave 32 bits, whatever the activations. */
static int check_sums(const struct layer *layer)
{
	const struct net_shape *shape = &layer->weight->shape;
	struct qmac_context *context = layer->quantizer->to->context;
	const int8_t *w = layer->w;
	struct qmac_extent extent;
	int32_t lo, hi;
	int64_t most;
	size_t c, o, i;
	int error = qmac_extent_of(context, shape->dim, shape->rank, (int)layer->axis, &extent);

	if (error || !layer_is_integer(layer))
		return error;
	qmac_type_range(layer->quantizer->options.activation_type, &lo, &hi);
	most = layer->input->zero - lo > hi - layer->input->zero ? layer->input->zero - lo
								 : hi - layer->input->zero;
	for (c = 0; c < extent.channels; c++) {
		int64_t sum = llabs((long long)layer->b[c]);

		for (o = 0; o < extent.outer; o++)
			for (i = 0; i < extent.inner; i++)
				sum += most * abs(w[(o * extent.channels + c) * extent.inner + i]);
		if (sum > INT32_MAX)
			return qmac_fail(
				context, -EINVAL,
				"sums of channel %zu could reach %lld, beyond 32 bits: split "
				"the layer",
				c, (long long)sum);
	}
	return 0;
}

static int emit(struct layer *layer, struct net_node *node)
{
	const size_t block = layer->quantizer->options.block;
	const struct quantizer_codes codes = {
		.shape = &layer->weight->shape,
		.params = &layer->params,
		.axis = block ? quantizer_block_axis(layer->node, layer->weight) : layer->axis,
		.block = block,
		.type = quantizer_type(layer->params.type),
		.integers = layer->w,
	};
	int error;

	layer->w = NULL;
	error = quantizer_constant(layer->quantizer, layer->weight->name, &codes, &node->inputs[1]);
	return error ? error : layer_emit_bias(layer, node);
}

static void release(struct layer *layer)
{
	qmac_quant_params_release(&layer->params);
	qmac_quant_params_release(&layer->narrow_params);
	free(layer->w);
	free(layer->addend);
	free(layer->narrow);
	free(layer->b);
}

int quantizer_layer(struct quantizer *quantizer, const struct net_node *node, struct net_node *made)
{
	struct layer layer = {
		.quantizer = quantizer,
		.node = node,
		.weight = net_input(quantizer->from, node, 1),
		.input = &quantizer->activations[node->inputs[0]],
	};
	int error = quantizer_weight_grain(quantizer, node, &layer.grain);

	layer.axis = quantizer_channel_axis(node, layer.weight);
	layer.channels = layer.weight->shape.dim[layer.axis];
	if (!error)
		error = quantizer_weight_params(quantizer, node, &layer.grain, &layer.params);
	if (!error)
		error = layer_take_bias(&layer);
	if (!error && quantizer->options.widen)
		error = layer_widen(&layer);
	if (!error)
		error = quantize_weight(&layer);
	if (!error)
		error = layer_quantize_bias(&layer);
	if (!error)
		error = check_sums(&layer);
	if (!error)
		error = emit(&layer, made);
	if (error)
		qmac_fail_more(quantizer->to->context, error,
			       "layer %.80s: ", net_node_name(quantizer->from, node));
	release(&layer);
	return error;
}
