// SPDX-License-Identifier: MIT
#include "network/blame.h"

#include <errno.h>
#include <math.h>

#include "context.h"

/* The first element of a constant that is not finite; false if it is none, or all are. */
static bool find_strange(const struct net_tensor *tensor, size_t *element)
{
	const float *values = tensor->data;
	size_t count = net_shape_count(&tensor->shape), i;

	if (!values || tensor->type != NET_F32)
		return false;
	for (i = 0; i < count; i++) {
		if (!isfinite(values[i])) {
			*element = i;
			return true;
		}
	}
	return false;
}

/* A constant that the node of @tensor reads; NET_NONE if all are finite. */
static size_t strange_input(const struct qmac_network *network, size_t tensor, size_t *element)
{
	size_t producer = network->tensors[tensor].producer, i;
	const struct net_node *node;

	if (producer == NET_NONE)
		return NET_NONE;
	node = &network->nodes[producer];
	for (i = 0; i < node->input_count; i++)
		if (node->inputs[i] != NET_NONE &&
		    find_strange(&network->tensors[node->inputs[i]], element))
			return node->inputs[i];
	return NET_NONE;
}

/* A constant may be the result of others: it is the one of the file that is looked for. */
int net_blame(const struct qmac_network *network, size_t tensor, int error)
{
	size_t found = NET_NONE, element = 0, next = tensor;

	while (error == -EDOM) {
		size_t at;

		next = strange_input(network, next, &at);
		if (next == NET_NONE)
			break;
		found = next;
		element = at;
	}
	if (found == NET_NONE)
		return qmac_fail_more(network->context, error,
				      "tensor '%.80s': ", network->tensors[tensor].name);
	return qmac_fail(
		network->context, error,
		"initializer '%.80s': element %zu is %s: clean the weights of the network",
		network->tensors[found].name, element,
		isnan(((const float *)network->tensors[found].data)[element]) ? "NaN" : "infinite");
}
