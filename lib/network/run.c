// SPDX-License-Identifier: MIT
/* Runs of a network. */
#include "network/run.h"

#include <errno.h>
#include <fenv.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/fake.h"
#include "network/ops.h"
#include "network/plan.h"
#include "quant/exact.h"

const void *net_values(const struct qmac_network *network, const struct net_tensor *tensor)
{
	if (tensor->faked)
		return tensor->faked;
	return tensor->data ? tensor->data : network->arena + tensor->offset;
}

void net_execute(const struct qmac_network *network, const struct net_node *node, void *out)
{
	struct net_call call = {
		.network = network, .node = node, .out = out, .scratch = network->scratch
	};
	fenv_t saved;
	size_t i;

	for (i = 0; i < sizeof(call.in) / sizeof(call.in[0]); i++) {
		const struct net_tensor *tensor = net_input(network, node, i);

		call.in[i] = tensor ? net_values(network, tensor) : NULL;
	}
	exact_enter(&saved);
	net_ops[node->op].run(&call);
	exact_leave(&saved);
}

/* What happens to an activation before others read it. */
static int conclude(struct qmac_network *network, size_t number)
{
	struct net_tensor *tensor = &network->tensors[number];
	float *values;
	fenv_t saved;

	if (tensor->type != NET_F32)
		return 0;
	values = (float *)(network->arena + tensor->offset);
	if (tensor->fake) {
		exact_enter(&saved);
		net_fake_apply(&tensor->fake->fake, &tensor->shape, values, values);
		exact_leave(&saved);
	}
	if (!network->observer)
		return 0;
	return network->observer(network->observer_user, number, values,
				 net_shape_count(&tensor->shape));
}

static int take_inputs(struct qmac_network *network, const float *const *inputs)
{
	size_t i;

	for (i = 0; i < network->input_count; i++) {
		struct net_tensor *tensor = &network->tensors[network->inputs[i]];
		int error;

		memcpy(network->arena + tensor->offset, inputs[i],
		       net_shape_count(&tensor->shape) * sizeof(float));
		error = conclude(network, network->inputs[i]);
		if (error)
			return error;
	}
	return 0;
}

static int run_nodes(struct qmac_network *network)
{
	size_t i;

	for (i = 0; i < network->node_count; i++) {
		const struct net_node *node = &network->nodes[i];
		int error;

		if (node->folded)
			continue;
		net_execute(network, node, network->arena + network->tensors[node->output].offset);
		error = conclude(network, node->output);
		if (error)
			return error;
	}
	return 0;
}

static int check(struct qmac_network *network, size_t batch)
{
	size_t fixed = network->tensors[network->inputs[0]].shape.dim[0], i;

	if (!batch || (!network->batch_is_free && batch != fixed))
		return qmac_fail(network->context, -EINVAL,
				 "%zu samples: this network runs %s%zu at a time", batch,
				 network->batch_is_free ? "any number from " : "exactly ",
				 network->batch_is_free ? 1 : fixed);
	for (i = 0; i < network->output_count; i++) {
		const struct net_tensor *tensor = &network->tensors[network->outputs[i]];

		if (tensor->type != NET_F32)
			return qmac_fail(network->context, -EINVAL,
					 "output '%.100s' is %s: only float32 outputs can be run",
					 tensor->name, net_type_name(tensor->type));
	}
	return 0;
}

int qmac_network_run(struct qmac_network *network, size_t batch, const float *const *inputs,
		     float *const *outputs)
{
	int error = check(network, batch);
	size_t i;

	if (!error)
		error = net_plan(network, batch);
	if (!error)
		error = take_inputs(network, inputs);
	if (!error)
		error = run_nodes(network);
	for (i = 0; !error && outputs && i < network->output_count; i++) {
		const struct net_tensor *tensor = &network->tensors[network->outputs[i]];

		memcpy(outputs[i], net_values(network, tensor),
		       net_shape_count(&tensor->shape) * sizeof(float));
	}
	return error;
}

/* One batch of qmac_network_run_rows(); not full: through copies. */
static int run_some(struct qmac_network *network, size_t batch, size_t rows, const float *x,
		    size_t x_row, float *y, size_t y_row)
{
	float *padded = NULL, *all = NULL, *outputs[1];
	size_t i;
	int error;

	if (rows < batch) {
		padded = malloc(batch * x_row * sizeof(*padded));
		for (i = 0; padded && i < batch; i++)
			memcpy(padded + i * x_row, x + (i < rows ? i : rows - 1) * x_row,
			       x_row * sizeof(*padded));
	}
	if (y)
		all = malloc(batch * y_row * sizeof(*all));
	outputs[0] = all;
	if ((y && !all) || (rows < batch && !padded))
		error = qmac_fail_nomem(network->context, "a batch");
	else
		error = qmac_network_run(network, batch, (const float *[]){ padded ? padded : x },
					 y ? outputs : NULL);
	if (!error && y)
		memcpy(y, all, rows * y_row * sizeof(*y));
	free(padded);
	free(all);
	return error;
}

int qmac_network_run_rows(struct qmac_network *network, size_t rows, const float *x, float *y)
{
	const struct net_tensor *in, *out;
	size_t batch, fixed, at, x_row, y_row;
	int error = 0;

	if (network->input_count != 1 || (y && network->output_count != 1))
		return qmac_fail(network->context, -EINVAL,
				 "%zu inputs and %zu outputs: this needs a network with one of "
				 "each",
				 network->input_count, network->output_count);
	in = &network->tensors[network->inputs[0]];
	out = &network->tensors[network->outputs[0]];
	fixed = in->shape.dim[0];
	batch = net_rows_at_a_time(network);
	x_row = net_shape_count(&in->shape) / fixed;
	if (y && (!out->shape.rank || net_shape_count(&out->shape) % fixed ||
		  (network->batch_is_free && out->data)))
		return qmac_fail(network->context, -EINVAL,
				 "output '%.100s' does not hold one result per sample", out->name);
	y_row = net_shape_count(&out->shape) / fixed;
	for (at = 0; !error && at < rows; at += batch) {
		size_t some = rows - at < batch ? rows - at : batch;

		error = run_some(network, network->batch_is_free ? some : batch, some,
				 x + at * x_row, x_row, y ? y + at * y_row : NULL, y_row);
	}
	return error;
}

void qmac_network_observe(struct qmac_network *network, qmac_network_observer observer, void *user)
{
	network->observer = observer;
	network->observer_user = user;
}
