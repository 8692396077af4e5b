/* SPDX-License-Identifier: MIT */
/* The pieces of a quantized network. */
#ifndef QMAC_NETWORK_QUANTIZE_H
#define QMAC_NETWORK_QUANTIZE_H

#include <qmac/group.h>
#include <qmac/quant.h>

#include "network/graph.h"

/* Scale and zero point of an activation. */
struct quantized {
	bool wanted;
	float scale;
	int32_t zero;
	size_t source;	    /* tensor whose parameters these are: itself, mostly */
	size_t dequantized; /* tensor of the new network that its readers read */
};

/**
 * struct quantizer - a network on its way from float to integers
 * @from: Float network.
 * @to: The network in the making; activations keep their names.
 * @options: As given, defaults filled in.
 * @activations: One entry per tensor of @from.
 * @stays_float: One entry per node of @from.
 * @map: Tensor of @to for every tensor of @from, or NET_NONE.
 */
struct quantizer {
	const struct qmac_network *from;
	struct qmac_network *to;
	struct qmac_network_quantize_options options;
	struct quantized *activations;
	bool *stays_float;
	size_t *map;
};

/* Checks options and fills in defaults; allocates what planning needs. */
int quantizer_init(struct quantizer *quantizer, const struct qmac_network *from,
		   const struct qmac_network_quantize_options *options);

void quantizer_release(struct quantizer *quantizer);

/* Decides which nodes stay float, which activations are quantized, and how. */
int quantizer_plan(struct quantizer *quantizer, const struct qmac_network_range *ranges);

/* Is input @i of @node the weight or the bias of a layer that is quantized? */
bool quantizer_is_weight(const struct quantizer *quantizer, const struct net_node *node, size_t i);

/* Are an operator's results values of its input? They keep its parameters. */
bool quantizer_keeps_values(enum net_op op);

/* What activations, and weights, are quantized to. */
struct qmac_quant_spec quantizer_activation_spec(const struct quantizer *quantizer);
struct qmac_quant_spec quantizer_weight_spec(const struct quantizer *quantizer);

/* Type of a network's tensor for QMAC_TYPE_*. */
enum net_type quantizer_type(uint8_t type);

/* How weights share scales. */
int quantizer_weight_grain(const struct quantizer *quantizer, const struct net_node *layer,
			   struct qmac_granularity *grain);

/* Scales of a layer's weights; @params is initialized here. */
int quantizer_weight_params(const struct quantizer *quantizer, const struct net_node *layer,
			    const struct qmac_granularity *grain, struct qmac_quant_params *params);

/* Axis of a layer's weights that counts output channels. */
size_t quantizer_channel_axis(const struct net_node *layer, const struct net_tensor *weight);

/* Axis of a layer's weights that is cut into blocks: its inputs. */
size_t quantizer_block_axis(const struct net_node *layer, const struct net_tensor *weight);

/**
 * struct quantizer_codes - integers and their parameters, on the way into a network
 * @shape: Shape of the integers.
 * @params: Scales and zero points; the latter are stored as the integers' type.
 * @axis: Channel or block axis when there is more than one scale.
 * @block: Integers along @axis that share a scale; 0 for channels.
 * @type: Type of the integers.
 * @integers: Taken over by quantizer_constant(), also on failure.
 */
struct quantizer_codes {
	const struct net_shape *shape;
	const struct qmac_quant_params *params;
	size_t axis, block;
	enum net_type type;
	void *integers;
};

/**
 * quantizer_constant() - integers, and DequantizeLinear behind them
 * @quantizer: Quantizer.
 * @base: Name that the new tensors' names begin with.
 * @codes: The integers.
 * @out: Receives the dequantized tensor.
 *
 * Return: 0 or -errno with a message.
 */
int quantizer_constant(struct quantizer *quantizer, const char *base,
		       const struct quantizer_codes *codes, size_t *out);

/* QuantizeLinear and DequantizeLinear behind an activation of @to. */
int quantizer_activation(struct quantizer *quantizer, size_t tensor, struct quantized *how);

/* Weights and bias of a layer of @from: inputs 1 and 2 of @node of @to. */
int quantizer_layer(struct quantizer *quantizer, const struct net_node *layer,
		    struct net_node *node);

/* A constant operand of Add or Mul. */
int quantizer_operand(struct quantizer *quantizer, size_t tensor, size_t *out);

#endif /* QMAC_NETWORK_QUANTIZE_H */
