// SPDX-License-Identifier: MIT
/*
 * Channels are followed by letting each element of a tensor carry the number of
 * its channel through the operators that pass positive factors on.
 */
#include "network/improve_trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/improve_samples.h"
#include "network/ops.h"
#include "network/plan.h"

#define MIXED "an input of it belongs to several output channels"

/* Most channels whose numbers fp32 holds exactly. */
#define MOST_CHANNELS ((size_t)1 << 24)

/* Element by element, the number of the channel. */
static void number_channels(const struct net_tensor *tensor, bool convolution, float *id)
{
	size_t count = net_shape_count(&tensor->shape), channels, inner, i;

	improve_channels(tensor, convolution, &channels, &inner);
	for (i = 0; i < count; i++)
		id[i] = (float)(i / inner % channels);
}

/* The one number that @length elements have, or NaN. */
static float common(const float *id, size_t length)
{
	size_t i;

	for (i = 1; i < length; i++)
		if (id[i] != id[0])
			return NAN;
	return id[0];
}

/* Pooling of planes that are of one channel each; NaN marks others. */
static void pool(const struct qmac_network *network, const struct net_node *node, const float *in,
		 float *out)
{
	const struct net_shape *x = &net_input(network, node, 0)->shape;
	const struct net_shape *y = &network->tensors[node->output].shape;
	size_t planes = x->dim[0] * x->dim[1], i, j;
	size_t in_plane = net_shape_count(x) / planes, out_plane = net_shape_count(y) / planes;

	for (i = 0; i < planes; i++)
		for (j = 0; j < out_plane; j++)
			out[i * out_plane + j] = common(in + i * in_plane, in_plane);
}

/* Through one operator. Returns false when it does not pass factors on. */
static bool pass(const struct qmac_network *network, const struct net_node *node, const float *in,
		 float *out)
{
	const struct net_call call = { .network = network, .node = node, .in = { in }, .out = out };
	const struct net_attributes *attributes = &node->attributes;

	switch (node->op) {
	case NET_CLIP:
		if (attributes->hi != INFINITY ||
		    (attributes->lo != 0 && attributes->lo != -INFINITY))
			return false;
		/* fallthrough */
	case NET_RELU:
	case NET_IDENTITY:
	case NET_FLATTEN:
	case NET_RESHAPE:
		memcpy(out, in,
		       net_shape_count(&network->tensors[node->output].shape) * sizeof(*out));
		return true;
	case NET_TRANSPOSE:
		net_run_transpose(&call);
		return true;
	case NET_MAX_POOL:
	case NET_AVERAGE_POOL:
	case NET_GLOBAL_AVERAGE_POOL:
		pool(network, node, in, out);
		return true;
	default:
		return false;
	}
}

/*
 * The channel of each input of the second layer. Returns why that is not possible;
 * without memory no channels either.
 */
static const char *match(const struct qmac_network *network, const float *id,
			 struct improve_link *link)
{
	const struct net_node *node = improve_node(network, &link->second);
	const struct net_tensor *tensor = net_input(network, node, 0);
	size_t count = net_shape_count(&tensor->shape), channels, inner, i;

	improve_channels(tensor, node->op == NET_CONV, &channels, &inner);
	for (i = 0; i < count; i++) {
		size_t c = i / inner % channels;

		if (!(id[i] == id[c * inner]))
			return MIXED;
	}
	link->channel = calloc(channels, sizeof(*link->channel));
	for (i = 0; link->channel && i < channels; i++)
		link->channel[i] = (size_t)id[i * inner];
	return NULL;
}

static const char *why_alone(const struct net_tensor *tensor)
{
	if (tensor->is_output)
		return "its results are an output of the network";
	return tensor->users ? "its results are read more than once" : "nothing reads its results";
}

/* From tensor to tensor to the next layer. @id and @next hold the largest of them. */
static const char *follow(const struct qmac_network *network, struct improve_link *link, float *id,
			  float *next)
{
	size_t number = improve_node(network, &link->first)->output;

	while (true) {
		const struct net_tensor *tensor = &network->tensors[number];
		const struct net_node *node = &network->nodes[tensor->last_user];
		const char *reason;
		float *swap;
		size_t layer;

		if (tensor->is_output || tensor->users != 1)
			return why_alone(tensor);
		layer = net_layer_of(network, tensor->last_user);
		if (layer != NET_NONE && node->inputs[0] == number) {
			reason = improve_layer_of(network, layer, &link->second);
			link->where = net_node_name(network, node);
			return reason ? reason : match(network, id, link);
		}
		if (!pass(network, node, id, next)) {
			link->where = net_node_name(network, node);
			return node->op == NET_CLIP ? "a Clip with bounds other than 0 lies between"
						    : "an operator that does not pass factors on "
						      "lies between";
		}
		number = node->output;
		swap = id;
		id = next;
		next = swap;
	}
}

static void trace(const struct qmac_network *network, size_t layer, float *id, float *next,
		  struct improve_link *link)
{
	const struct net_node *node;

	link->reason = improve_layer_of(network, layer, &link->first);
	if (link->reason)
		return;
	node = improve_node(network, &link->first);
	if (net_input(network, node, 2) && !improve_bias_is_plain(network, &link->first)) {
		link->reason = "its bias is not one constant per output channel";
		return;
	}
	if (link->first.groups * link->first.outputs > MOST_CHANNELS) {
		link->reason = "it has too many output channels to follow";
		return;
	}
	number_channels(&network->tensors[node->output], node->op == NET_CONV, id);
	link->reason = follow(network, link, id, next);
	if (!link->reason)
		link->where = NULL;
}

/* Elements of the largest activation. */
static size_t largest(const struct qmac_network *network)
{
	size_t most = 1, i;

	for (i = 0; i < network->tensor_count; i++) {
		size_t count = net_shape_count(&network->tensors[i].shape);

		most = !network->tensors[i].data && count > most ? count : most;
	}
	return most;
}

void improve_trace_release(struct improve_link *links, size_t count)
{
	size_t i;

	for (i = 0; links && i < count; i++)
		free(links[i].channel);
	free(links);
}

int improve_trace_all(struct qmac_network *network, struct improve_link **out)
{
	struct improve_link *links = calloc(network->layer_count + 1, sizeof(*links));
	size_t batch =
		network->batch_is_free ? 1 : network->tensors[network->inputs[0]].shape.dim[0];
	int error = net_plan(network, batch);
	size_t count, i;
	float *id;

	count = largest(network);
	id = malloc(2 * count * sizeof(*id));
	if (!error && (!links || !id))
		error = qmac_fail_nomem(network->context, "the channels of activations");
	for (i = 0; !error && i < network->layer_count; i++) {
		trace(network, i, id, id + count, &links[i]);
		if (!links[i].reason && !links[i].channel)
			error = qmac_fail_nomem(network->context, "the channels of activations");
	}
	free(id);
	if (error)
		improve_trace_release(links, network->layer_count);
	else
		*out = links;
	return error;
}
