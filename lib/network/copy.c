// SPDX-License-Identifier: MIT
/* Copies of networks. */
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/graph.h"

static int copy_tensors(const struct qmac_network *from, struct qmac_network *to)
{
	size_t i, number;
	int error = 0;

	for (i = 0; !error && i < from->tensor_count; i++) {
		const struct net_tensor *tensor = &from->tensors[i];
		void *data = NULL;

		if (tensor->data) {
			size_t bytes =
				net_shape_count(&tensor->shape) * net_type_size(tensor->type);

			data = malloc(bytes);
			if (!data)
				return qmac_fail_nomem(to->context, "constants");
			memcpy(data, tensor->data, bytes);
		}
		error = net_add_tensor(to, tensor->name, tensor->type, &tensor->shape, data,
				       &number);
	}
	return error;
}

static int copy_nodes(const struct qmac_network *from, struct qmac_network *to)
{
	struct net_node *made;
	size_t i;
	int error = 0;

	for (i = 0; !error && i < from->node_count; i++) {
		const struct net_node *node = &from->nodes[i];

		error = net_add_node(to, node->op, node->name, node->input_count, node->output,
				     &made);
		if (error)
			break;
		memcpy(made->inputs, node->inputs, node->input_count * sizeof(*made->inputs));
		made->attributes = node->attributes;
		made->folded = node->folded;
	}
	return error;
}

static size_t *copy_numbers(const size_t *numbers, size_t count)
{
	size_t *copy = calloc(count + 1, sizeof(*copy));

	if (copy)
		memcpy(copy, numbers, count * sizeof(*copy));
	return copy;
}

int qmac_network_copy(const struct qmac_network *network, struct qmac_network **out)
{
	struct qmac_network *to = net_create(network->context);
	int error = 0;

	if (!to)
		return qmac_fail_nomem(network->context, "a network");
	to->inputs = copy_numbers(network->inputs, network->input_count);
	to->outputs = copy_numbers(network->outputs, network->output_count);
	to->input_count = network->input_count;
	to->output_count = network->output_count;
	to->batch_is_free = network->batch_is_free;
	if (!to->inputs || !to->outputs)
		error = qmac_fail_nomem(network->context, "a network");
	if (!error)
		error = copy_tensors(network, to);
	if (!error)
		error = copy_nodes(network, to);
	if (!error)
		error = net_finish(to, false);
	if (error)
		qmac_network_destroy(to);
	else
		*out = to;
	return error;
}
