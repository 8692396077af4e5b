// SPDX-License-Identifier: MIT
/* Convolution: blocks of windows laid out as columns, then a product. */
#include "network/columns.h"
#include "network/ops.h"
#include "network/product.h"

size_t net_scratch_conv(const struct qmac_network *network, const struct net_node *node)
{
	struct net_conv conv = net_conv_of(network, node);

	return conv.k * NET_COLUMNS;
}

static void group(const struct net_conv *conv, const float *x, const float *weight, float *y,
		  float *scratch)
{
	size_t pixels = conv->out_h * conv->out_w, first, count;

	for (first = 0; first < pixels; first += NET_COLUMNS) {
		count = pixels - first < NET_COLUMNS ? pixels - first : NET_COLUMNS;
		net_columns(conv, x, first, count, scratch);
		net_product(conv->outputs, count, conv->k, weight, conv->k, scratch, NET_COLUMNS,
			    y + first, pixels);
	}
}

static void add_bias(float *y, size_t samples, size_t outputs, size_t pixels, const float *bias)
{
	size_t i, j;

	for (i = 0; i < samples * outputs; i++, y += pixels)
		for (j = 0; j < pixels; j++)
			y[j] += bias[i % outputs];
}

void net_run_conv(const struct net_call *call)
{
	struct net_conv conv = net_conv_of(call->network, call->node);
	const size_t groups = conv.window->groups, pixels = conv.out_h * conv.out_w;
	const size_t samples = net_input(call->network, call->node, 0)->shape.dim[0];
	const float *x = call->in[0], *weight = call->in[1];
	float *y = call->out;
	size_t i;

	for (i = 0; i < samples * groups; i++)
		group(&conv, x + i * conv.channels * conv.in_h * conv.in_w,
		      weight + i % groups * conv.outputs * conv.k, y + i * conv.outputs * pixels,
		      call->scratch);
	if (call->in[2])
		add_bias(y, samples, groups * conv.outputs, pixels, call->in[2]);
}
