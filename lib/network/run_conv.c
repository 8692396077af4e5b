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

/* Do the inputs lie as columns would: one pixel to a window, in the same order? */
static bool is_pointwise(const struct net_conv *conv)
{
	const struct net_window *window = conv->window;
	size_t i;

	for (i = 0; i < 2; i++)
		if (window->kernel[i] != 1 || window->stride[i] != 1 || window->before[i] ||
		    window->after[i])
			return false;
	return true;
}

static void group(const struct net_call *call, const struct net_conv *conv, const float *x,
		  const float *weight, float *y)
{
	size_t pixels = conv->out_h * conv->out_w, first;
	struct simd_product product = {
		.m = conv->outputs,
		.n = pixels,
		.k = conv->k,
		.a = weight,
		.a_stride = conv->k,
		.b = x,
		.b_stride = pixels,
		.c = y,
		.c_stride = pixels,
	};

	if (is_pointwise(conv)) {
		net_product(call->network, &product);
		return;
	}
	product.b = call->scratch;
	product.b_stride = NET_COLUMNS;
	for (first = 0; first < pixels; first += NET_COLUMNS) {
		product.n = pixels - first < NET_COLUMNS ? pixels - first : NET_COLUMNS;
		product.c = y + first;
		net_columns(conv, x, first, product.n, call->scratch);
		net_product(call->network, &product);
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
		group(call, &conv, x + i * conv.channels * conv.in_h * conv.in_w,
		      weight + i % groups * conv.outputs * conv.k, y + i * conv.outputs * pixels);
	if (call->in[2])
		add_bias(y, samples, groups * conv.outputs, pixels, call->in[2]);
}
