// SPDX-License-Identifier: MIT
/*
 * BatchNormalization into the weights before it: with f = scale / sqrt(variance
 * + epsilon) the weights become w f and the bias (b - mean) f + beta, in double,
 * rounded to fp32 once. Source: ONNX operator BatchNormalization.
 */
#include "network/fold.h"

#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include "context.h"
#include "quant/exact.h"

/* Dequantized weights keep their integers. */
static bool is_dequantized(const struct qmac_network *network, const struct net_tensor *tensor)
{
	while (tensor->producer != NET_NONE) {
		const struct net_node *node = &network->nodes[tensor->producer];

		if (node->op == NET_DEQUANTIZE)
			return true;
		if (node->op == NET_ADD || node->op == NET_MUL || node->op == NET_CONCAT)
			return false; /* no integers any more */
		tensor = net_input(network, node, 0);
	}
	return false;
}

/* The layer whose weights can take the normalization, or NULL. */
static struct net_node *layer_before(struct qmac_network *network, const struct net_node *norm)
{
	const struct net_tensor *x = net_input(network, norm, 0), *weight, *bias;
	struct net_node *layer;

	if (x->producer == NET_NONE || x->users != 1 || x->is_output)
		return NULL;
	layer = &network->nodes[x->producer];
	if (layer->op != NET_CONV && layer->op != NET_GEMM)
		return NULL;
	weight = net_input(network, layer, 1);
	bias = net_input(network, layer, 2);
	if (!weight->data || is_dequantized(network, weight))
		return NULL;
	if (bias && (!bias->data || is_dequantized(network, bias) || bias->shape.rank != 1 ||
		     bias->shape.dim[0] != x->shape.dim[1]))
		return NULL;
	if (layer->op == NET_GEMM && (layer->attributes.alpha != 1 || layer->attributes.beta != 1))
		return NULL;
	return layer;
}

static EXACT void apply(const struct qmac_network *network, const struct net_node *layer,
			const struct net_node *norm, size_t channels)
{
	const struct net_tensor *weight = net_input(network, layer, 1);
	const float *scale = net_input(network, norm, 1)->data;
	const float *beta = net_input(network, norm, 2)->data;
	const float *mean = net_input(network, norm, 3)->data;
	const float *variance = net_input(network, norm, 4)->data;
	float *w = weight->data, *b = net_input(network, layer, 2)->data;
	size_t count = net_shape_count(&weight->shape), i;
	/* Channels are outermost, but innermost in an untransposed Gemm. */
	bool inner = layer->op == NET_GEMM && !layer->attributes.transpose_b;

	for (i = 0; i < count; i++) {
		size_t c = inner ? i % channels : i / (count / channels);

		w[i] = (float)(w[i] *
			       (scale[c] / sqrt((double)variance[c] + norm->attributes.epsilon)));
	}
	for (i = 0; i < channels; i++)
		b[i] = (float)(((double)b[i] - mean[i]) *
				       (scale[i] /
					sqrt((double)variance[i] + norm->attributes.epsilon)) +
			       beta[i]);
}

static int fold(struct qmac_network *network, struct net_node *layer, struct net_node *norm)
{
	size_t channels = net_shape_count(&net_input(network, norm, 1)->shape);
	fenv_t saved;
	int error = net_own_constant(network, layer, 1);

	if (!error)
		error = net_input(network, layer, 2) ? net_own_constant(network, layer, 2)
						     : net_add_bias(network, layer, channels);
	if (error)
		return error;
	exact_enter(&saved);
	apply(network, layer, norm, channels);
	exact_leave(&saved);
	layer->output = norm->output; /* the tensor between is left without a node */
	norm->dead = true;
	return 0;
}

int net_fold_norm(struct qmac_network *network)
{
	int error = 0;
	size_t i;

	for (i = 0; !error && i < network->node_count; i++) {
		struct net_node *norm = &network->nodes[i], *layer;

		if (norm->op != NET_BATCH_NORM || norm->dead)
			continue;
		layer = layer_before(network, norm);
		if (layer)
			error = fold(network, layer, norm);
	}
	return error;
}
