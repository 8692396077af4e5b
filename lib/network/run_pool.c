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

/*
 * Elements of a window along one axis: those from @first up to @last are in the input,
 * the first @padded are in the input or its padding; others are beyond, by ceil_mode.
 */
struct cover {
	size_t first, last, padded;
};

/* Multiples of @step, from 0, that are below @length. */
static size_t steps_below(size_t length, size_t step)
{
	return length ? (length - 1) / step + 1 : 0;
}

static size_t less(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* By arithmetic: a window may be mostly padding, and large. */
static struct cover cover_of(const struct plane *plane, unsigned int axis, size_t at)
{
	const struct net_window *window = plane->window;
	size_t start = at * window->stride[axis], kernel = window->kernel[axis];
	size_t step = window->dilation[axis], from = window->before[axis];
	size_t to = from + plane->in[axis], end = to + window->after[axis];

	return (struct cover){
		.first = less(kernel, steps_below(start < from ? from - start : 0, step)),
		.last = less(kernel, steps_below(start < to ? to - start : 0, step)),
		.padded = less(kernel, steps_below(start < end ? end - start : 0, step)),
	};
}

struct gathered {
	float greatest, sum;
	size_t inside, padded; /* elements; with the padding */
};

/* Everything about the window at (oh, ow); @rows are those of oh. */
static struct gathered gather(const struct plane *plane, const float *x, size_t oh, size_t ow,
			      const struct cover *rows)
{
	const struct net_window *window = plane->window;
	const struct cover columns = cover_of(plane, 1, ow);
	struct gathered g = { .greatest = -INFINITY, .padded = rows->padded * columns.padded };
	size_t kh, kw;

	for (kh = rows->first; kh < rows->last; kh++) {
		size_t h = oh * window->stride[0] + kh * window->dilation[0] - window->before[0];

		for (kw = columns.first; kw < columns.last; kw++) {
			size_t w = ow * window->stride[1] + kw * window->dilation[1] -
				   window->before[1];
			float value = x[h * plane->in[1] + w];

			g.inside++;
			g.sum += value;
			g.greatest = value > g.greatest || isnan(value) ? value : g.greatest;
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
		for (oh = 0; oh < plane.out[0]; oh++) {
			const struct cover rows = cover_of(&plane, 0, oh);

			for (ow = 0; ow < plane.out[1]; ow++) {
				struct gathered g = gather(&plane, x, oh, ow, &rows);

				*y++ = max ? g.greatest : average(&plane, &g);
			}
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
