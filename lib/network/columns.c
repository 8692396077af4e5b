// SPDX-License-Identifier: MIT
#include "network/columns.h"

#include <string.h>

struct net_conv net_conv_of(const struct qmac_network *network, const struct net_node *node)
{
	const struct net_window *window = &node->attributes.window;
	const struct net_shape *x = &net_input(network, node, 0)->shape;
	const struct net_shape *y = &network->tensors[node->output].shape;
	struct net_conv conv = {
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

/* The first window of a row whose element at @offset of the padded input is at @at or later. */
static size_t first_at(size_t at, size_t offset, size_t stride)
{
	return at > offset ? (at - offset + stride - 1) / stride : 0;
}

/* Elements (kh, kw) of windows @from to @to of the row of windows @oh. */
static void window_row(const struct net_conv *conv, const float *x, size_t kh, size_t kw, size_t oh,
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
static void column_row(const struct net_conv *conv, const float *x, size_t kh, size_t kw,
		       size_t first, size_t count, float *out)
{
	size_t oh = first / conv->out_w, from = first % conv->out_w, some;

	for (; count; count -= some, out += some, oh++, from = 0) {
		some = conv->out_w - from < count ? conv->out_w - from : count;
		window_row(conv, x, kh, kw, oh, from, from + some, out);
	}
}

void net_columns(const struct net_conv *conv, const float *x, size_t first, size_t count, float *to)
{
	const struct net_window *window = conv->window;
	size_t c, kh, kw;

	for (c = 0; c < conv->channels; c++)
		for (kh = 0; kh < window->kernel[0]; kh++)
			for (kw = 0; kw < window->kernel[1]; kw++, to += NET_COLUMNS)
				column_row(conv, x + c * conv->in_h * conv->in_w, kh, kw, first,
					   count, to);
}
