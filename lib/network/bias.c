// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "context.h"
#include "network/fold.h"

int net_add_bias(struct qmac_network *network, struct net_node *layer, size_t channels)
{
	const struct net_shape shape = { .rank = 1, .dim = { channels } };
	char *name = net_fresh_name(network, net_node_name(network, layer), ".bias");
	void *zeros = calloc(channels, sizeof(float));
	size_t *inputs, number;
	int error;

	if (!name || !zeros) {
		free(name);
		free(zeros);
		return qmac_fail_nomem(network->context, "a bias");
	}
	error = net_add_tensor(network, name, NET_F32, &shape, zeros, &number);
	free(name);
	if (error)
		return error;
	inputs = realloc(layer->inputs, 3 * sizeof(*inputs));
	if (!inputs)
		return qmac_fail_nomem(network->context, "a node");
	layer->inputs = inputs;
	layer->input_count = 3;
	inputs[2] = number;
	network->tensors[number].users = 1;
	return 0;
}
