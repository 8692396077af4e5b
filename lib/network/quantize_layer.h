/* SPDX-License-Identifier: MIT */
/* A layer on its way from float to integers. */
#ifndef QMAC_NETWORK_QUANTIZE_LAYER_H
#define QMAC_NETWORK_QUANTIZE_LAYER_H

#include "network/quantize.h"

/**
 * struct layer - a layer of the float network and what becomes of it
 * @quantizer: Quantizer.
 * @node: The layer.
 * @weight: Its weights.
 * @bias: Its bias; NULL when there is none or it stays float.
 * @input: How its input is quantized.
 * @axis: Axis of @weight that counts output channels.
 * @channels: Output channels.
 * @grain: Which weights share a scale.
 * @params: Scales of the weights.
 * @w: Weights as integers, in the container of their type.
 * @addend: What is added to the sums: the bias, or what its 8-bit codes stand for.
 * @narrow_params: Scale of the 8-bit bias; no channels when it has 32 bits.
 * @narrow: The 8-bit bias.
 * @b: Bias in units of the sums; zeros without one.
 */
struct layer {
	struct quantizer *quantizer;
	const struct net_node *node;
	const struct net_tensor *weight, *bias;
	const struct quantized *input;
	size_t axis, channels;
	struct qmac_granularity grain;
	struct qmac_quant_params params;
	void *w;
	float *addend;
	struct qmac_quant_params narrow_params;
	int8_t *narrow;
	int32_t *b;
};

/* Can it run on integers with sums of 32 bits: 8-bit activations and weights? */
bool layer_is_integer(const struct layer *layer);

/* quantize_bias.c: @bias, @addend, @narrow. */
int layer_take_bias(struct layer *layer);

/* Raises weight scales until every bias fits. */
int layer_widen(struct layer *layer);

/* @b, when the layer needs it. */
int layer_quantize_bias(struct layer *layer);

/* The bias into the new network, as input 2 of @node. */
int layer_emit_bias(struct layer *layer, struct net_node *node);

#endif /* QMAC_NETWORK_QUANTIZE_LAYER_H */
