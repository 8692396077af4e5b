// SPDX-License-Identifier: MIT
/* What can be asked about a network. */
#include <errno.h>

#include "context.h"
#include "network/ops.h"

static uint64_t macs_of(const struct qmac_network *network, const struct net_node *node)
{
	const struct net_shape *x = &net_input(network, node, 0)->shape;
	const struct net_shape *w = &net_input(network, node, 1)->shape;
	const struct net_shape *y = &network->tensors[node->output].shape;
	uint64_t results = net_shape_count(y), k;
	size_t batch = network->tensors[network->inputs[0]].shape.dim[0];

	if (node->op == NET_CONV)
		k = net_shape_count(w) / w->dim[0];
	else if (node->op == NET_GEMM)
		k = x->dim[!node->attributes.transpose_a];
	else
		k = x->dim[x->rank - 1];
	return results * k / batch;
}

int qmac_network_layer(const struct qmac_network *network, size_t layer,
		       struct qmac_network_layer *out)
{
	const struct net_node *node;
	const struct net_shape *w;
	size_t axis = 0;

	if (layer >= network->layer_count)
		return qmac_fail(network->context, -EINVAL, "layer %zu of %zu", layer,
				 network->layer_count);
	node = &network->nodes[network->layers[layer]];
	w = &net_input(network, node, 1)->shape;
	if (node->op == NET_GEMM)
		axis = !node->attributes.transpose_b;
	else if (node->op == NET_MATMUL)
		axis = w->rank - 1;
	*out = (struct qmac_network_layer){
		.name = net_node_name(network, node),
		.operation = net_ops[node->op].name,
		.input = node->inputs[0],
		.weight = node->inputs[1],
		.bias = node->input_count > 2 ? node->inputs[2] : QMAC_NETWORK_NONE,
		.output = node->output,
		.axis = (int)axis,
		.channels = w->dim[axis],
		.macs = macs_of(network, node),
	};
	return 0;
}

void qmac_network_info(const struct qmac_network *network, struct qmac_network_info *info)
{
	struct qmac_network_layer layer;
	size_t i;

	*info = (struct qmac_network_info){
		.inputs = network->input_count,
		.outputs = network->output_count,
		.tensors = network->tensor_count,
		.nodes = network->node_count,
		.layers = network->layer_count,
		.fixed_batch = network->batch_is_free
				       ? 0
				       : network->tensors[network->inputs[0]].shape.dim[0],
	};
	for (i = 0; i < network->layer_count; i++) {
		qmac_network_layer(network, i, &layer);
		info->macs += layer.macs;
		info->parameters += net_shape_count(&network->tensors[layer.weight].shape);
		if (layer.bias != QMAC_NETWORK_NONE && network->tensors[layer.bias].data)
			info->parameters += net_shape_count(&network->tensors[layer.bias].shape);
	}
}

int qmac_network_tensor(const struct qmac_network *network, size_t tensor,
			struct qmac_network_tensor *out)
{
	const struct net_tensor *from;
	unsigned int i;

	if (tensor >= network->tensor_count)
		return qmac_fail(network->context, -EINVAL, "tensor %zu of %zu", tensor,
				 network->tensor_count);
	from = &network->tensors[tensor];
	*out = (struct qmac_network_tensor){
		.name = from->name,
		.constant = from->data,
		.is_float = from->type == NET_F32,
		.rank = from->shape.rank,
		.count = net_shape_count(&from->shape),
	};
	for (i = 0; i < from->shape.rank; i++)
		out->dims[i] = from->shape.dim[i];
	return 0;
}

size_t qmac_network_find(const struct qmac_network *network, const char *name)
{
	return net_find(network, name);
}

size_t qmac_network_input(const struct qmac_network *network, size_t i)
{
	return i < network->input_count ? network->inputs[i] : QMAC_NETWORK_NONE;
}

size_t qmac_network_output(const struct qmac_network *network, size_t i)
{
	return i < network->output_count ? network->outputs[i] : QMAC_NETWORK_NONE;
}
