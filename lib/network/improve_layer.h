/* SPDX-License-Identifier: MIT */
/* Layers as the steps of network_improve.h see them. */
#ifndef QMAC_NETWORK_IMPROVE_LAYER_H
#define QMAC_NETWORK_IMPROVE_LAYER_H

#include "network/graph.h"

/**
 * struct improve_layer - a layer whose weights are a matrix, or one per group
 * @number: Layer number.
 * @node: Node number.
 * @groups: Groups of a convolution, else 1.
 * @outputs: Output channels of a group.
 * @inputs: Weights of an output channel: k.
 * @channels: Input channels of a group; @inputs / @channels belong to each.
 * @k_first: The weights are stored [k, n], else [n, k].
 */
struct improve_layer {
	size_t number, node;
	size_t groups, outputs, inputs, channels;
	bool k_first;
};

/* Describes a layer. Returns NULL, or why its weights are no such matrix. */
const char *improve_layer_of(const struct qmac_network *network, size_t number,
			     struct improve_layer *out);

static inline struct net_node *improve_node(const struct qmac_network *network,
					    const struct improve_layer *layer)
{
	return &network->nodes[layer->node];
}

static inline size_t improve_weights(const struct improve_layer *layer)
{
	return layer->groups * layer->outputs * layer->inputs;
}

/* Output channel of weight @i in the order in which they are stored. */
static inline size_t improve_output_of(const struct improve_layer *layer, size_t i)
{
	return layer->k_first ? i % layer->outputs : i / layer->inputs;
}

/* Input channel, over all groups, of weight @i. */
static inline size_t improve_input_of(const struct improve_layer *layer, size_t i)
{
	size_t row = i / layer->inputs;

	if (layer->k_first)
		return i / layer->outputs;
	return row / layer->outputs * layer->channels +
	       i % layer->inputs / (layer->inputs / layer->channels);
}

/* Weights as [groups * outputs, inputs], whatever order they are stored in. */
void improve_read(const struct qmac_network *network, const struct improve_layer *layer, float *to);
void improve_write(struct qmac_network *network, const struct improve_layer *layer,
		   const float *from);

/* Has its bias one value for each output channel, added as it is? */
bool improve_bias_is_plain(const struct qmac_network *network, const struct improve_layer *layer);

/**
 * improve_begin() - what all steps do first
 * @network: Becomes free of fakes; weights and biases of layers become their own.
 *
 * Return: 0, -EINVAL (quantized already), -EDOM (a weight or bias is not finite), -ENOMEM.
 */
int improve_begin(struct qmac_network *network);

#endif /* QMAC_NETWORK_IMPROVE_LAYER_H */
