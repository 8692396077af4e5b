// SPDX-License-Identifier: MIT
/* Decisions of a quantized network: which nodes, which activations, which scales. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <qmac/type.h>

#include "context.h"
#include "network/encodings.h"
#include "network/quantize.h"

static int check_types(const struct qmac_network *from,
		       const struct qmac_network_quantize_options *options)
{
	uint8_t activation = options->activation_type, weight = options->weight_type;

	if (activation != QMAC_TYPE_U8 && activation != QMAC_TYPE_S8 &&
	    activation != QMAC_TYPE_U16 && activation != QMAC_TYPE_S16)
		return qmac_fail(from->context, -EINVAL,
				 "activations as %s: use u8, s8, u16 or s16",
				 qmac_type_name(activation));
	if (weight != QMAC_TYPE_S8 && weight != QMAC_TYPE_S16 && weight != QMAC_TYPE_S4)
		return qmac_fail(from->context, -EINVAL, "weights as %s: use s8, s16 or s4",
				 qmac_type_name(weight));
	if (options->bias_bits != 8 && options->bias_bits != 32)
		return qmac_fail(from->context, -EINVAL, "biases of %u bits: use 8 or 32",
				 options->bias_bits);
	if (options->block && (weight != QMAC_TYPE_S4 || options->per_channel))
		return qmac_fail(from->context, -EINVAL,
				 "blocks of %zu: they are for s4 weights, instead of a scale per "
				 "channel",
				 options->block);
	return 0;
}

int quantizer_init(struct quantizer *quantizer, const struct qmac_network *from,
		   const struct qmac_network_quantize_options *options)
{
	struct qmac_network_quantize_options *filled = &quantizer->options;
	size_t i;

	*quantizer = (struct quantizer){ .from = from };
	if (options)
		*filled = *options;
	if (!filled->activation_type)
		filled->activation_type = QMAC_TYPE_U8;
	if (!filled->weight_type)
		filled->weight_type = QMAC_TYPE_S8;
	if (!filled->bias_bits)
		filled->bias_bits = 32;
	quantizer->activations = calloc(from->tensor_count + 1, sizeof(*quantizer->activations));
	quantizer->map = calloc(from->tensor_count + 1, sizeof(*quantizer->map));
	quantizer->stays_float = calloc(from->node_count + 1, sizeof(*quantizer->stays_float));
	if (!quantizer->activations || !quantizer->map || !quantizer->stays_float)
		return qmac_fail_nomem(from->context, "a network");
	for (i = 0; i < from->tensor_count; i++)
		quantizer->map[i] = NET_NONE;
	return check_types(from, filled);
}

void quantizer_release(struct quantizer *quantizer)
{
	free(quantizer->activations);
	free(quantizer->map);
	free(quantizer->stays_float);
}

struct qmac_quant_spec quantizer_activation_spec(const struct quantizer *quantizer)
{
	return (struct qmac_quant_spec){
		.type = quantizer->options.activation_type,
		.scheme = quantizer->options.symmetric ? QMAC_SCHEME_SYMMETRIC
						       : QMAC_SCHEME_ASYMMETRIC,
	};
}

bool quantizer_keeps_values(enum net_op op)
{
	return op == NET_MAX_POOL || op == NET_FLATTEN || op == NET_RESHAPE ||
	       op == NET_TRANSPOSE || op == NET_IDENTITY;
}

static bool computes(enum net_op op)
{
	return op == NET_CONV || op == NET_GEMM || op == NET_MATMUL || op == NET_ADD ||
	       op == NET_MUL;
}

/* Does it only go into a Relu or Clip that will be part of its producer? */
static bool goes_into_clamp(const struct qmac_network *from, size_t number)
{
	const struct net_tensor *tensor = &from->tensors[number];
	enum net_op user;

	if (tensor->users != 1 || tensor->is_output || tensor->producer == NET_NONE ||
	    !computes(from->nodes[tensor->producer].op))
		return false;
	user = from->nodes[tensor->last_user].op;
	return user == NET_RELU || user == NET_CLIP;
}

/* Do all activations that a node reads come from nodes that stay float? */
static bool follows_float(const struct quantizer *quantizer, const struct net_node *node)
{
	bool follows = false;
	size_t i;

	for (i = 0; i < node->input_count; i++) {
		const struct net_tensor *tensor = net_input(quantizer->from, node, i);

		if (!tensor || tensor->data)
			continue;
		if (tensor->producer == NET_NONE || !quantizer->stays_float[tensor->producer])
			return false;
		follows = true;
	}
	return follows;
}

/* Layers that are to stay float, and what follows them up to the next layer. */
static void mark_float(struct quantizer *quantizer)
{
	const struct qmac_network *from = quantizer->from;
	const bool *keep = quantizer->options.keep_float;
	size_t i;

	for (i = 0; keep && i < from->layer_count; i++)
		quantizer->stays_float[from->layers[i]] = keep[i];
	for (i = 0; keep && i < from->node_count; i++)
		if (net_layer_of(from, i) == NET_NONE && follows_float(quantizer, &from->nodes[i]))
			quantizer->stays_float[i] = true;
}

/*
 * An activation is quantized when a quantized node reads it. From the last node to
 * the first, so that all readers of a result have been decided on: what lies
 * before a float layer, back to the last layer, is float, too. A float layer
 * between DequantizeLinear and QuantizeLinear would be quantized by ONNX Runtime
 * of its own accord.
 */
static void mark_wanted(struct quantizer *quantizer)
{
	const struct qmac_network *from = quantizer->from;
	size_t i, j;

	for (i = from->node_count; i-- > 0;) {
		const struct net_node *node = &from->nodes[i];

		if (quantizer->options.keep_float && net_layer_of(from, i) == NET_NONE &&
		    from->tensors[node->output].users &&
		    !quantizer->activations[node->output].wanted)
			quantizer->stays_float[i] = true;
		for (j = 0; j < node->input_count; j++)
			if (!node->folded && !quantizer->stays_float[i] &&
			    node->inputs[j] != NET_NONE)
				quantizer->activations[node->inputs[j]].wanted = true;
	}
	for (i = 0; i < from->tensor_count; i++) {
		const struct net_tensor *tensor = &from->tensors[i];

		if (tensor->data || tensor->type != NET_F32 || goes_into_clamp(from, i))
			quantizer->activations[i].wanted = false;
	}
}

static int choose(struct quantizer *quantizer, size_t number,
		  const struct qmac_network_range *range)
{
	struct quantized *activation = &quantizer->activations[number];
	const struct qmac_quant_spec spec = quantizer_activation_spec(quantizer);
	const struct qmac_network *from = quantizer->from;
	struct qmac_quant_params params = {
		.channels = 1,
		.scale = &activation->scale,
		.zero_point = &activation->zero,
	};
	int error;

	if (isnan(range->lo) || isnan(range->hi))
		return qmac_fail(from->context, -EDOM,
				 "tensor '%.80s' has no range: calibrate, or add it to the table",
				 from->tensors[number].name);
	error = qmac_quant_choose(from->context, &spec, &range->lo, &range->hi, &params);
	if (error)
		return qmac_fail_more(from->context, error,
				      "tensor '%.80s': ", from->tensors[number].name);
	activation->source = number;
	if (quantizer->options.encodings)
		net_encoding_adopt(
			net_encoding_of_activation(from, quantizer->options.encodings, number),
			&params);
	return 0;
}

/* Decides on one activation; its node's input has been decided on. */
static int plan_activation(struct quantizer *quantizer, size_t number,
			   const struct qmac_network_range *ranges)
{
	const struct qmac_network *from = quantizer->from;
	const struct net_tensor *tensor = &from->tensors[number];
	struct quantized *activation = &quantizer->activations[number];

	if (!activation->wanted)
		return 0;
	if (tensor->producer != NET_NONE &&
	    quantizer_keeps_values(from->nodes[tensor->producer].op)) {
		size_t source = from->nodes[tensor->producer].inputs[0];

		if (quantizer->activations[source].wanted) {
			*activation = quantizer->activations[source];
			return 0;
		}
	}
	return choose(quantizer, number, &ranges[number]);
}

int quantizer_plan(struct quantizer *quantizer, const struct qmac_network_range *ranges)
{
	const struct qmac_network *from = quantizer->from;
	int error = net_check_float(from);
	size_t i;

	if (error)
		return error;
	mark_float(quantizer);
	mark_wanted(quantizer);
	for (i = 0; !error && i < from->input_count; i++)
		error = plan_activation(quantizer, from->inputs[i], ranges);
	for (i = 0; !error && i < from->node_count; i++)
		if (!from->nodes[i].folded)
			error = plan_activation(quantizer, from->nodes[i].output, ranges);
	return error;
}
