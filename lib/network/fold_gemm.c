// SPDX-License-Identifier: MIT
#include "network/fold.h"

#include <fenv.h>
#include <stdlib.h>

#include "context.h"
#include "quant/exact.h"

static EXACT void scale_all(float *values, size_t count, float factor)
{
	size_t i;

	for (i = 0; i < count; i++)
		values[i] *= factor;
}

/* Multiplies a constant operand by a factor, which then is 1. */
static int fold_factor(struct qmac_network *network, struct net_node *node, size_t input,
		       float *factor)
{
	struct net_tensor *tensor = net_input(network, node, input);
	fenv_t saved;
	int error;

	if (!tensor || !tensor->data || *factor == 1)
		return 0;
	error = net_own_constant(network, node, input);
	if (error)
		return error;
	tensor = net_input(network, node, input);
	exact_enter(&saved);
	scale_all(tensor->data, net_shape_count(&tensor->shape), *factor);
	exact_leave(&saved);
	*factor = 1;
	return 0;
}

/* The other operand of an Add that is a row of constants as wide as the product. */
static size_t bias_of(const struct qmac_network *network, const struct net_node *add,
		      size_t product, size_t n)
{
	size_t other = add->inputs[add->inputs[0] == product];
	const struct net_tensor *tensor = &network->tensors[other];

	if (other == product || !tensor->data || tensor->type != NET_F32 ||
	    net_shape_count(&tensor->shape) != n || tensor->shape.rank < 1 ||
	    tensor->shape.rank > 2 || tensor->shape.dim[tensor->shape.rank - 1] != n)
		return NET_NONE;
	return other;
}

/* MatMul of two dimensions by constant weights, then Add: a linear layer. */
static int fold_add(struct qmac_network *network, struct net_node *add)
{
	size_t i, product, bias, producer;
	struct net_node *matmul;
	size_t *inputs;

	for (i = 0; i < 2; i++) {
		product = add->inputs[i];
		producer = network->tensors[product].producer;
		if (producer == NET_NONE || network->tensors[product].users != 1 ||
		    network->tensors[product].is_output ||
		    network->nodes[producer].op != NET_MATMUL)
			continue;
		matmul = &network->nodes[producer];
		if (net_input(network, matmul, 0)->shape.rank != 2 ||
		    net_input(network, matmul, 1)->shape.rank != 2 ||
		    !net_input(network, matmul, 1)->data)
			continue;
		bias = bias_of(network, add, product, net_input(network, matmul, 1)->shape.dim[1]);
		if (bias == NET_NONE)
			continue;
		inputs = realloc(add->inputs, 3 * sizeof(*inputs));
		if (!inputs)
			return qmac_fail_nomem(network->context, "a node");
		inputs[0] = matmul->inputs[0];
		inputs[1] = matmul->inputs[1];
		inputs[2] = bias;
		add->inputs = inputs;
		add->input_count = 3;
		add->op = NET_GEMM;
		add->attributes = (struct net_attributes){ .alpha = 1, .beta = 1 };
		matmul->dead = true;
		return 0;
	}
	return 0;
}

int net_fold_gemm(struct qmac_network *network)
{
	int error = 0;
	size_t i;

	for (i = 0; !error && i < network->node_count; i++) {
		struct net_node *node = &network->nodes[i];

		if (node->op == NET_ADD)
			error = fold_add(network, node);
		if (!error && node->op == NET_GEMM)
			error = fold_factor(network, node, 1, &node->attributes.alpha);
		if (!error && node->op == NET_GEMM && node->input_count > 2)
			error = fold_factor(network, node, 2, &node->attributes.beta);
	}
	return error;
}
