// SPDX-License-Identifier: MIT
/* Values of constants, read and replaced. */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/fake.h"
#include "network/run.h"
#include "quant/exact.h"

const float *qmac_network_constant(const struct qmac_network *network, size_t tensor)
{
	if (tensor >= network->tensor_count || network->tensors[tensor].type != NET_F32)
		return NULL;
	return network->tensors[tensor].data;
}

static int check(const struct qmac_network *network, size_t number, const float *values)
{
	const struct net_tensor *tensor;
	size_t count, i;

	if (number >= network->tensor_count)
		return qmac_fail(network->context, -EINVAL, "tensor %zu of %zu", number,
				 network->tensor_count);
	tensor = &network->tensors[number];
	if (!tensor->data || tensor->type != NET_F32)
		return qmac_fail(network->context, -EINVAL,
				 "tensor '%.100s' is no float32 constant: only those can be set",
				 tensor->name);
	count = net_shape_count(&tensor->shape);
	for (i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return qmac_fail(network->context, -EDOM,
					 "value %zu for '%.100s' is %g: use finite numbers", i,
					 tensor->name, values[i]);
	return 0;
}

/* Results of folded nodes that read what has changed, in the order of execution. */
static void compute_results(struct qmac_network *network, bool *changed)
{
	size_t i, j;

	for (i = 0; i < network->node_count; i++) {
		const struct net_node *node = &network->nodes[i];

		for (j = 0; node->folded && j < node->input_count; j++)
			if (node->inputs[j] != NET_NONE && changed[node->inputs[j]])
				break;
		if (!node->folded || j == node->input_count)
			continue;
		net_execute(network, node, network->tensors[node->output].data);
		changed[node->output] = true;
	}
}

static void apply_fakes(struct qmac_network *network, const bool *changed)
{
	size_t i;

	for (i = 0; i < network->tensor_count; i++) {
		struct net_tensor *tensor = &network->tensors[i];

		if (changed[i] && tensor->faked)
			net_fake_apply(&tensor->fake->fake, &tensor->shape, tensor->data,
				       tensor->faked);
	}
}

int qmac_network_set_constant(struct qmac_network *network, size_t tensor, const float *values)
{
	bool *changed = NULL;
	fenv_t saved;
	int error = check(network, tensor, values);

	if (error)
		return error;
	changed = calloc(network->tensor_count, sizeof(*changed));
	if (!changed)
		return qmac_fail_nomem(network->context, "a constant");
	if (network->tensors[tensor].producer != NET_NONE) {
		struct net_node *producer = &network->nodes[network->tensors[tensor].producer];

		producer->dead = true;
		error = net_index(network);
		if (error)
			producer->dead = false;
	}
	if (!error) {
		struct net_tensor *target = &network->tensors[tensor];

		memcpy(target->data, values, net_shape_count(&target->shape) * sizeof(*values));
		changed[tensor] = true;
		compute_results(network, changed);
		exact_enter(&saved);
		apply_fakes(network, changed);
		exact_leave(&saved);
		network->batch = 0; /* what operators demand of constants is checked again */
	}
	free(changed);
	return error;
}
