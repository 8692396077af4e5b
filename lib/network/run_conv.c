// SPDX-License-Identifier: MIT
/* Convolution: blocks of windows laid out as columns, then a product. */
#include <string.h>

#include "network/ops.h"
#include "network/product.h"

/* Windows per block: the columns of one stay in the cache. */
#define BLOCK 128

/* One group of one sample; 1-D is 2-D with a height of 1. */
struct conv {
	const struct net_window *window;
	size_t channels, outputs; /* of the group */
	size_t in_h, in_w, out_h, out_w;
	size_t k; /* channels * kernel */
};

static struct conv describe(const struct qmac_network *network, const struct net_node *node)
{
	const struct net_window *window = &node->attributes.window;
	const struct net_shape *x = &net_input(network, node, 0)->shape;
	const struct net_shape *y = &network->tensors[node->output].shape;
	struct conv conv = {
		.window = window,
		.channels = x->dim[1] / window->groups,
		.outputs = y->dim[1] / window->groups,
		.in_h = window->spatial == 2 ? x->dim[2] : 1,
		.in_w = x->dim[1 + window->spatial],
		.out_h = window->spatial == 2 ? y->dim[2] : 1,
		.out_w = y->dim[1 + window->spatial],
	};

	conv.k = conv.channels * window->kernel[0] * window->kernel[1];
	return conv;
}

size_t net_scratch_conv(const struct qmac_network *network, const struct net_node *node)
{
	struct conv conv = describe(network, node);

	return conv.k * BLOCK;
}

/* The first window of a row whose element at @offset of the padded input is at @at or later. */
static size_t first_at(size_t at, size_t offset, size_t stride)
{
	return at > offset ? (at - offset + stride - 1) / stride : 0;
}

/* Elements (kh, kw) of windows @from to @to of the row of windows @oh. */
static void window_row(const struct conv *conv, const float *x, size_t kh, size_t kw, size_t oh,
		       size_t from, size_t to, float *out)
{
	const struct net_window *window = conv->window;
	/* Wraps below 0, and is then beyond every height. */
	size_t h = oh * window->stride[0] + kh * window->dilation[0] - window->before[0];
	size_t offset = kw * window->dilation[1], stride = window->stride[1], lo, hi, ow;
	const float *row = x + (h < conv->in_h ? h : 0) * conv->in_w;

	lo = first_at(window->before[1], offset, stride);
	hi = first_at(window->before[1] + conv->in_w, offset, stride);
	if (h >= conv->in_h)
		lo = hi = to;
	lo = lo < from ? from : lo > to ? to : lo;
	hi = hi < lo ? lo : hi > to ? to : hi;
	memset(out, 0, (lo - from) * sizeof(*out));
	if (stride == 1 && hi > lo)
		memcpy(out + lo - from, row + lo + offset - window->before[1],
		       (hi - lo) * sizeof(*out));
	else
		for (ow = lo; ow < hi; ow++)
			out[ow - from] = row[ow * stride + offset - window->before[1]];
	memset(out + hi - from, 0, (to - hi) * sizeof(*out));
}

/* Row (c, kh, kw) of the columns of windows @first to @first + @count. */
static void column_row(const struct conv *conv, const float *x, size_t kh, size_t kw, size_t first,
		       size_t count, float *out)
{
	size_t oh = first / conv->out_w, from = first % conv->out_w, some;

	for (; count; count -= some, out += some, oh++, from = 0) {
		some = conv->out_w - from < count ? conv->out_w - from : count;
		window_row(conv, x, kh, kw, oh, from, from + some, out);
	}
}

static void columns(const struct conv *conv, const float *x, size_t first, size_t count, float *to)
{
	const struct net_window *window = conv->window;
	size_t c, kh, kw;

	for (c = 0; c < conv->channels; c++)
		for (kh = 0; kh < window->kernel[0]; kh++)
			for (kw = 0; kw < window->kernel[1]; kw++, to += BLOCK)
				column_row(conv, x + c * conv->in_h * conv->in_w, kh, kw, first,
					   count, to);
}

static void group(const struct conv *conv, const float *x, const float *weight, float *y,
		  float *scratch)
{
	size_t pixels = conv->out_h * conv->out_w, first, count;

	for (first = 0; first < pixels; first += BLOCK) {
		count = pixels - first < BLOCK ? pixels - first : BLOCK;
		columns(conv, x, first, count, scratch);
		net_product(conv->outputs, count, conv->k, weight, conv->k, scratch, BLOCK,
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
	struct conv conv = describe(call->network, call->node);
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
