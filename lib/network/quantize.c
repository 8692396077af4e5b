// SPDX-License-Identifier: MIT
/* A float network as a quantized one: QuantizeLinear and DequantizeLinear put in. */
#include "network/quantize.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/ops.h"

bool quantizer_is_weight(const struct quantizer *quantizer, const struct net_node *node, size_t i)
{
	const struct qmac_network *from = quantizer->from;
	size_t number = (size_t)(node - from->nodes);

	if (quantizer->stays_float[number] || net_layer_of(from, number) == NET_NONE)
		return false;
	return i == 1 || (i == 2 && net_input(from, node, 2)->data);
}

/* A constant that is read as it is. */
static int copy_constant(struct quantizer *quantizer, size_t number, size_t *out)
{
	const struct net_tensor *tensor = &quantizer->from->tensors[number];
	size_t bytes = net_shape_count(&tensor->shape) * net_type_size(tensor->type);
	int error = 0;
	void *copy;

	if (quantizer->map[number] == NET_NONE) {
		copy = malloc(bytes);
		if (!copy)
			return qmac_fail_nomem(quantizer->to->context, "constants");
		memcpy(copy, tensor->data, bytes);
		error = net_add_tensor(quantizer->to, tensor->name, tensor->type, &tensor->shape,
				       copy, &quantizer->map[number]);
	}
	*out = quantizer->map[number];
	return error;
}

/* First the names that stay, so that new ones keep clear of them. */
static int copy_tensors(struct quantizer *quantizer)
{
	const struct qmac_network *from = quantizer->from;
	size_t i, j, ignored;
	int error = 0;

	for (i = 0; !error && i < from->input_count; i++) {
		const struct net_tensor *tensor = &from->tensors[from->inputs[i]];

		error = net_add_tensor(quantizer->to, tensor->name, tensor->type, &tensor->shape,
				       NULL, &quantizer->map[from->inputs[i]]);
		quantizer->to->inputs[i] = quantizer->map[from->inputs[i]];
	}
	for (i = 0; !error && i < from->node_count; i++) {
		const struct net_node *node = &from->nodes[i];

		if (node->folded)
			continue;
		error = net_add_tensor(quantizer->to, from->tensors[node->output].name, NET_F32,
				       NULL, NULL, &quantizer->map[node->output]);
	}
	for (i = 0; !error && i < from->node_count; i++)
		for (j = 0; !error && j < from->nodes[i].input_count; j++) {
			const struct net_tensor *tensor = net_input(from, &from->nodes[i], j);

			/* Biases may stay float; what is not read is not written. */
			if (!from->nodes[i].folded && tensor && tensor->data &&
			    (j != 1 || !quantizer_is_weight(quantizer, &from->nodes[i], j)))
				error = copy_constant(quantizer, from->nodes[i].inputs[j],
						      &ignored);
		}
	for (i = 0; !error && i < from->output_count; i++)
		if (from->tensors[from->outputs[i]].data)
			error = copy_constant(quantizer, from->outputs[i], &ignored);
	return error;
}

/* Inputs of a node that are no weights of a layer. */
static int connect(struct quantizer *quantizer, const struct net_node *node, struct net_node *made)
{
	const struct qmac_network *from = quantizer->from;
	int error = 0;
	size_t i;

	for (i = 0; !error && i < node->input_count; i++) {
		size_t number = node->inputs[i];

		if (number == NET_NONE || quantizer_is_weight(quantizer, node, i))
			continue;
		if (!from->tensors[number].data)
			made->inputs[i] =
				quantizer->activations[number].wanted &&
						!quantizer->stays_float[node - from->nodes]
					? quantizer->activations[number].dequantized
					: quantizer->map[number];
		else if ((node->op == NET_ADD || node->op == NET_MUL) &&
			 !quantizer->stays_float[node - from->nodes])
			error = quantizer_operand(quantizer, number, &made->inputs[i]);
		else
			made->inputs[i] = quantizer->map[number];
	}
	return error;
}

/*
 * One node. What it reads comes before it: hence a stand-in that is filled in
 * first and becomes the node when all that is in the network.
 */
static int copy_node(struct quantizer *quantizer, const struct net_node *node)
{
	size_t output = quantizer->map[node->output];
	struct net_node stand_in = { .op = node->op }, *made;
	size_t i;
	int error;

	stand_in.inputs = calloc(node->input_count + 1, sizeof(*stand_in.inputs));
	if (!stand_in.inputs)
		return qmac_fail_nomem(quantizer->to->context, "a node");
	for (i = 0; i < node->input_count; i++)
		stand_in.inputs[i] = NET_NONE;
	error = connect(quantizer, node, &stand_in);
	if (!error && node->input_count > 1 && quantizer_is_weight(quantizer, node, 1)) {
		error = quantizer_layer(quantizer, node, &stand_in);
		if (!error && node->input_count > 2 && node->inputs[2] != NET_NONE &&
		    stand_in.inputs[2] == NET_NONE) /* a bias that stays float */
			error = copy_constant(quantizer, node->inputs[2], &stand_in.inputs[2]);
	}
	if (!error)
		error = net_add_node(quantizer->to, node->op, node->name, node->input_count, output,
				     &made);
	if (!error) {
		memcpy(made->inputs, stand_in.inputs, node->input_count * sizeof(*made->inputs));
		made->attributes = node->attributes;
		if (quantizer->activations[node->output].wanted)
			error = quantizer_activation(quantizer, output,
						     &quantizer->activations[node->output]);
	}
	free(stand_in.inputs);
	return error;
}

static int build(struct quantizer *quantizer)
{
	const struct qmac_network *from = quantizer->from;
	struct qmac_network *to = quantizer->to;
	int error = copy_tensors(quantizer);
	size_t i;

	for (i = 0; !error && i < from->input_count; i++)
		if (quantizer->activations[from->inputs[i]].wanted)
			error = quantizer_activation(quantizer, to->inputs[i],
						     &quantizer->activations[from->inputs[i]]);
	for (i = 0; !error && i < from->node_count; i++)
		if (!from->nodes[i].folded)
			error = copy_node(quantizer, &from->nodes[i]);
	for (i = 0; !error && i < from->output_count; i++)
		to->outputs[i] = quantizer->map[from->outputs[i]];
	if (error)
		return error;
	to->batch_is_free = from->batch_is_free;
	return net_finish(to, false);
}

static int allocate(struct quantizer *quantizer)
{
	const struct qmac_network *from = quantizer->from;
	struct qmac_network *to = net_create(from->context);

	quantizer->to = to;
	if (to) {
		to->inputs = calloc(from->input_count, sizeof(*to->inputs));
		to->outputs = calloc(from->output_count, sizeof(*to->outputs));
	}
	if (!to || !to->inputs || !to->outputs)
		return qmac_fail_nomem(from->context, "a network");
	to->input_count = from->input_count;
	to->output_count = from->output_count;
	return 0;
}

int qmac_network_quantize(const struct qmac_network *network,
			  const struct qmac_network_range *ranges,
			  const struct qmac_network_quantize_options *options,
			  struct qmac_network **out)
{
	struct quantizer quantizer;
	int error = quantizer_init(&quantizer, network, options);

	if (!error)
		error = quantizer_plan(&quantizer, ranges);
	if (!error)
		error = allocate(&quantizer);
	if (!error)
		error = build(&quantizer);
	quantizer_release(&quantizer);
	if (error)
		qmac_network_destroy(quantizer.to);
	else
		*out = quantizer.to;
	return error;
}
