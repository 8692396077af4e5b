/* SPDX-License-Identifier: MIT */
/* The pieces of a quantized network. */
#ifndef QMAC_NETWORK_QUANTIZE_H
#define QMAC_NETWORK_QUANTIZE_H

#include "network/graph.h"

/* Scale and zero point of an activation. */
struct quantized {
	bool wanted;
	float scale;
	int32_t zero;
	size_t dequantized; /* tensor of the new network that its readers read */
};

/**
 * struct quantizer - a network on its way from float to integers
 * @from: Float network.
 * @to: The network in the making; activations keep their names.
 * @options: As given, defaults filled in.
 * @activations: One entry per tensor of @from.
 * @map: Tensor of @to for every tensor of @from, or NET_NONE.
 */
struct quantizer {
	const struct qmac_network *from;
	struct qmac_network *to;
	struct qmac_network_quantize_options options;
	struct quantized *activations;
	size_t *map;
};

/**
 * quantizer_constant() - integers, and DequantizeLinear behind them
 * @quantizer: Quantizer.
 * @base: Name that the new tensors' names begin with.
 * @shape: Shape of the integers.
 * @params: Scales and zero points; the latter are stored as the integers' type.
 * @axis: Channel axis when there is more than one scale.
 * @type: Type of the integers.
 * @integers: Taken over, also on failure.
 * @out: Receives the dequantized tensor.
 *
 * Return: 0 or -errno with a message.
 */
struct qmac_quant_params;
int quantizer_constant(struct quantizer *quantizer, const char *base, const struct net_shape *shape,
		       const struct qmac_quant_params *params, size_t axis, enum net_type type,
		       void *integers, size_t *out);

/* QuantizeLinear and DequantizeLinear behind an activation of @to. */
int quantizer_activation(struct quantizer *quantizer, size_t tensor, struct quantized *how);

/* Weights and bias of a layer of @from: inputs 1 and 2 of @node of @to. */
int quantizer_layer(struct quantizer *quantizer, const struct net_node *layer,
		    struct net_node *node);

/* A constant operand of Add or Mul. */
int quantizer_operand(struct quantizer *quantizer, size_t tensor, size_t *out);

#endif /* QMAC_NETWORK_QUANTIZE_H */
