// SPDX-License-Identifier: MIT
/* Pooling. */
#include <math.h>

#include "network/ops.h"

/* A plane of one channel of one sample; 1-D is 2-D with a height of 1. */
struct plane {
	const struct net_window *window;
	size_t in[2], out[2];
};

static struct plane describe(const struct net_call *call, size_t *planes)
{
	const struct net_window *window = &call->node->attributes.window;
	const struct net_shape *x = &net_input(call->network, call->node, 0)->shape;
	const struct net_shape *y = &call->network->tensors[call->node->output].shape;

	*planes = x->dim[0] * x->dim[1];
	return (struct plane){
		.window = window,
		.in = { window->spatial == 2 ? x->dim[2] : 1, x->dim[1 + window->spatial] },
		.out = { window->spatial == 2 ? y->dim[2] : 1, y->dim[1 + window->spatial] },
	};
}

struct gathered {
	float greatest, sum;
	size_t inside, padded; /* elements; with the padding */
};

/* Everything about the window at (oh, ow). */
static struct gathered gather(const struct plane *plane, const float *x, size_t oh, size_t ow)
{
	const struct net_window *window = plane->window;
	struct gathered g = { .greatest = -INFINITY };
	size_t kh, kw;

	for (kh = 0; kh < window->kernel[0]; kh++) {
		/* Wraps below 0, and is then beyond every height. */
		size_t h = oh * window->stride[0] + kh * window->dilation[0];

		if (h >= plane->in[0] + window->before[0] + window->after[0])
			break; /* ceil_mode: beyond the padding, too */
		h -= window->before[0];
		for (kw = 0; kw < window->kernel[1]; kw++) {
			size_t w = ow * window->stride[1] + kw * window->dilation[1];

			if (w >= plane->in[1] + window->before[1] + window->after[1])
				break;
			w -= window->before[1];
			g.padded++;
			if (h < plane->in[0] && w < plane->in[1]) {
				float value = x[h * plane->in[1] + w];

				g.inside++;
				g.sum += value;
				g.greatest =
					value > g.greatest || isnan(value) ? value : g.greatest;
			}
		}
	}
	return g;
}

static float average(const struct plane *plane, const struct gathered *g)
{
	const struct net_window *window = plane->window;
	size_t count = window->include_pad ? g->padded : g->inside;

	if (window->include_pad && window->count_all)
		count = window->kernel[0] * window->kernel[1];

	return count ? g->sum / (float)count : 0;
}

static void pool(const struct net_call *call, bool max)
{
	size_t planes, i, oh, ow;
	struct plane plane = describe(call, &planes);
	const float *x = call->in[0];
	float *y = call->out;

	for (i = 0; i < planes; i++, x += plane.in[0] * plane.in[1])
		for (oh = 0; oh < plane.out[0]; oh++)
			for (ow = 0; ow < plane.out[1]; ow++) {
				struct gathered g = gather(&plane, x, oh, ow);

				*y++ = max ? g.greatest : average(&plane, &g);
			}
}

void net_run_max_pool(const struct net_call *call)
{
	pool(call, true);
}

void net_run_average_pool(const struct net_call *call)
{
	pool(call, false);
}

void net_run_global_pool(const struct net_call *call)
{
	const struct net_shape *shape = &net_input(call->network, call->node, 0)->shape;
	size_t planes = shape->dim[0] * shape->dim[1], pixels = net_shape_count(shape) / planes;
	const float *x = call->in[0];
	float *y = call->out;
	size_t i, j;

	for (i = 0; i < planes; i++) {
		float sum = 0;

		for (j = 0; j < pixels; j++)
			sum += *x++;
		y[i] = sum / (float)pixels;
	}
}
