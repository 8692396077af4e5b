// SPDX-License-Identifier: MIT
#include "network/improve_layer.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "context.h"
#include "network/fold.h"
#include "network/product.h"

const char *improve_layer_of(const struct qmac_network *network, size_t number,
			     struct improve_layer *out)
{
	const struct net_node *node = &network->nodes[network->layers[number]];
	const struct net_shape *w = &net_input(network, node, 1)->shape;
	struct improve_layer layer = { .number = number,
				       .node = network->layers[number],
				       .groups = 1 };

	if (node->op == NET_CONV) {
		layer.groups = node->attributes.window.groups;
		layer.outputs = w->dim[0] / layer.groups;
		layer.inputs = net_shape_count(w) / w->dim[0];
		layer.channels = w->dim[1];
	} else {
		layer.k_first = node->op == NET_MATMUL || !node->attributes.transpose_b;
		layer.outputs = w->dim[layer.k_first];
		layer.inputs = layer.channels = w->dim[!layer.k_first];
	}
	*out = layer;
	if (node->op == NET_MATMUL && w->rank > 2)
		return "its weights have more than two dimensions";
	if (node->op == NET_GEMM && node->attributes.transpose_a)
		return "it transposes its input";
	return NULL;
}

void improve_read(const struct qmac_network *network, const struct improve_layer *layer, float *to)
{
	const float *w = net_input(network, improve_node(network, layer), 1)->data;

	if (layer->k_first)
		net_transpose(layer->inputs, layer->outputs, w, to);
	else
		memcpy(to, w, improve_weights(layer) * sizeof(*to));
}

void improve_write(struct qmac_network *network, const struct improve_layer *layer,
		   const float *from)
{
	float *w = net_input(network, improve_node(network, layer), 1)->data;

	if (layer->k_first)
		net_transpose(layer->outputs, layer->inputs, from, w);
	else
		memcpy(w, from, improve_weights(layer) * sizeof(*w));
}

bool improve_bias_is_plain(const struct qmac_network *network, const struct improve_layer *layer)
{
	const struct net_node *node = improve_node(network, layer);
	const struct net_tensor *bias = net_input(network, node, 2);
	size_t channels = layer->groups * layer->outputs;

	return bias && bias->data && net_shape_count(&bias->shape) == channels &&
	       bias->shape.rank && bias->shape.dim[bias->shape.rank - 1] == channels &&
	       (node->op != NET_GEMM || node->attributes.beta == 1);
}

static int check_finite(const struct qmac_network *network, const struct net_node *node, size_t i)
{
	const struct net_tensor *tensor = net_input(network, node, i);
	size_t count, at;
	const float *values;

	if (!tensor || !tensor->data)
		return 0;
	values = tensor->data;
	count = net_shape_count(&tensor->shape);
	for (at = 0; at < count; at++)
		if (!isfinite(values[at]))
			return net_fail(network, node, -EDOM,
					"value %zu of '%.80s' is %g: clean the weights", at,
					tensor->name, values[at]);
	return 0;
}

int improve_begin(struct qmac_network *network)
{
	int error = net_check_float(network);
	size_t i;

	for (i = 0; !error && i < network->layer_count; i++) {
		const struct net_node *node = &network->nodes[network->layers[i]];

		error = check_finite(network, node, 1);
		if (!error)
			error = check_finite(network, node, 2);
	}
	if (error)
		return error;
	qmac_network_clear_fakes(network);
	for (i = 0; !error && i < network->layer_count; i++) {
		struct net_node *node = &network->nodes[network->layers[i]];

		error = net_own_constant(network, node, 1);
		if (!error && net_input(network, node, 2) && net_input(network, node, 2)->data)
			error = net_own_constant(network, node, 2);
	}
	return error ? error : net_index(network);
}
