// SPDX-License-Identifier: MIT
#include "network/graph.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/names.h"
#include "network/ops.h"

struct qmac_network *net_create(struct qmac_context *context)
{
	struct qmac_network *network = calloc(1, sizeof(*network));

	if (network)
		network->context = context;
	return network;
}

void net_fake_release(struct net_fake *fake)
{
	if (!fake)
		return;
	free(fake->scale);
	free(fake->zero_point);
	free(fake);
}

void qmac_network_destroy(struct qmac_network *network)
{
	size_t i;

	if (!network)
		return;
	for (i = 0; i < network->tensor_count; i++) {
		free(network->tensors[i].name);
		free(network->tensors[i].data);
		free(network->tensors[i].faked);
		net_fake_release(network->tensors[i].fake);
	}
	for (i = 0; i < network->node_count; i++) {
		free(network->nodes[i].name);
		free(network->nodes[i].inputs);
	}
	free(network->tensors);
	free(network->nodes);
	free(network->names.slots);
	free(network->inputs);
	free(network->outputs);
	free(network->layers);
	free(network->arena);
	free(network->scratch);
	free(network);
}

/* Room for one more element of an array that doubles. */
static int make_room(void **array, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 16;
	void *grown;

	if (count < *room)
		return 0;
	grown = realloc(*array, more * size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = more;
	return 0;
}

int net_add_tensor(struct qmac_network *network, const char *name, enum net_type type,
		   const struct net_shape *shape, void *data, size_t *out)
{
	struct net_tensor *tensor;
	int error = 0;

	if (net_find(network, name) != NET_NONE)
		error = qmac_fail(network->context, -EINVAL,
				  "tensor '%.100s' is made twice: a name stands for one tensor",
				  name);
	else if (network->tensor_count == NET_MAX_TENSORS)
		error = qmac_fail(network->context, -EFBIG, "more than %d tensors",
				  NET_MAX_TENSORS);
	else if (make_room((void **)&network->tensors, network->tensor_count, &network->tensor_room,
			   sizeof(*tensor)))
		error = qmac_fail_nomem(network->context, "tensors");
	if (error) {
		free(data);
		return error;
	}
	tensor = &network->tensors[network->tensor_count];
	*tensor = (struct net_tensor){
		.name = strdup(name), .type = type, .data = data, .producer = NET_NONE
	};
	if (shape)
		tensor->shape = *shape;
	if (!tensor->name || net_names_add(network, network->tensor_count)) {
		free(tensor->name);
		free(data);
		return qmac_fail_nomem(network->context, "a tensor");
	}
	*out = network->tensor_count++;
	return 0;
}

int net_add_node(struct qmac_network *network, enum net_op op, const char *name, size_t count,
		 size_t output, struct net_node **out)
{
	struct net_node *node;
	size_t i;

	if (network->node_count == NET_MAX_NODES)
		return qmac_fail(network->context, -EFBIG, "more than %d nodes", NET_MAX_NODES);
	if (make_room((void **)&network->nodes, network->node_count, &network->node_room,
		      sizeof(*node)))
		return qmac_fail_nomem(network->context, "nodes");
	node = &network->nodes[network->node_count];
	*node = (struct net_node){ .op = op, .input_count = count, .output = output };
	node->name = strdup(name);
	node->inputs = calloc(count ? count : 1, sizeof(*node->inputs));
	if (!node->name || !node->inputs) {
		free(node->name);
		free(node->inputs);
		return qmac_fail_nomem(network->context, "a node");
	}
	for (i = 0; i < count; i++)
		node->inputs[i] = NET_NONE;
	network->tensors[output].producer = network->node_count++;
	*out = node;
	return 0;
}

static void drop_dead(struct qmac_network *network)
{
	size_t i, kept = 0;

	for (i = 0; i < network->node_count; i++) {
		if (network->nodes[i].dead) {
			free(network->nodes[i].name);
			free(network->nodes[i].inputs);
		} else {
			network->nodes[kept++] = network->nodes[i];
		}
	}
	network->node_count = kept;
}

static void count_users(struct qmac_network *network)
{
	size_t i, j;

	for (i = 0; i < network->tensor_count; i++) {
		network->tensors[i].producer = NET_NONE;
		network->tensors[i].last_user = 0;
		network->tensors[i].users = 0;
		network->tensors[i].is_output = false;
	}
	for (i = 0; i < network->node_count; i++) {
		struct net_node *node = &network->nodes[i];

		network->tensors[node->output].producer = i;
		network->tensors[node->output].last_user = i;
		for (j = 0; j < node->input_count; j++) {
			struct net_tensor *tensor = net_input(network, node, j);

			if (tensor) {
				tensor->last_user = i;
				tensor->users++;
			}
		}
	}
	for (i = 0; i < network->output_count; i++) {
		network->tensors[network->outputs[i]].is_output = true;
		network->tensors[network->outputs[i]].last_user = network->node_count;
	}
}

/* A layer's weights are constant fp32, its input is not. */
static bool is_layer(const struct qmac_network *network, const struct net_node *node)
{
	const struct net_tensor *a, *b;

	if (node->op != NET_CONV && node->op != NET_GEMM && node->op != NET_MATMUL)
		return false;
	a = net_input(network, node, 0);
	b = net_input(network, node, 1);
	return !a->data && b->data && b->shape.rank >= 2;
}

int net_index(struct qmac_network *network)
{
	size_t *layers = calloc(network->node_count + 1, sizeof(*layers)), i;

	if (!layers)
		return qmac_fail_nomem(network->context, "layers");
	drop_dead(network);
	count_users(network);
	free(network->layers);
	network->layers = layers;
	network->layer_count = 0;
	for (i = 0; i < network->node_count; i++)
		if (is_layer(network, &network->nodes[i]))
			network->layers[network->layer_count++] = i;
	return 0;
}

int net_check_float(const struct qmac_network *network)
{
	size_t i;

	for (i = 0; i < network->node_count; i++)
		if (network->nodes[i].op == NET_QUANTIZE || network->nodes[i].op == NET_DEQUANTIZE)
			return net_fail(network, &network->nodes[i], -EINVAL,
					"the network is quantized already; start from the float "
					"one");
	return 0;
}

size_t net_layer_of(const struct qmac_network *network, size_t node)
{
	size_t i;

	for (i = 0; i < network->layer_count; i++)
		if (network->layers[i] == node)
			return i;
	return NET_NONE;
}

const char *net_node_name(const struct qmac_network *network, const struct net_node *node)
{
	return *node->name ? node->name : network->tensors[node->output].name;
}

int net_fail(const struct qmac_network *network, const struct net_node *node, int error,
	     const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return qmac_fail(network->context, error, "%s %.80s: %s", net_ops[node->op].name,
			 net_node_name(network, node), text);
}
