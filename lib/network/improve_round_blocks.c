// SPDX-License-Identifier: MIT
/*
 * Convolutions in blocks. Blocks of a quantized convolution are of input channels at
 * one position of the kernel, but its weights are stored position by position for
 * each channel. So they are put in the order of the blocks, with zeros that fill up
 * the last block of each position, and back.
 */
#include <stdlib.h>

#include "context.h"
#include "network/improve_round.h"

/* @width channels for every position, @channels of which are there. */
struct order {
	size_t channels, positions, width;
};

/* Where input @j of the new order was, or NET_NONE. */
static size_t was_at(const struct order *order, size_t j)
{
	size_t c = j % order->width;

	return c < order->channels ? c * order->positions + j / order->width : NET_NONE;
}

static void reorder_moments(const struct order *order, const struct qmac_moments *from,
			    struct qmac_moments *to)
{
	size_t i, j, a, b;

	for (i = 0; i < to->k; i++) {
		a = was_at(order, i);
		if (a == NET_NONE)
			continue;
		to->sum[i] = from->sum[a];
		for (j = 0; j < to->k; j++) {
			b = was_at(order, j);
			if (b != NET_NONE)
				to->square[i * to->k + j] = from->square[a * from->k + b];
		}
	}
}

static void to_blocks(const struct order *order, const float *stored, float *row, size_t k)
{
	size_t j, at;

	for (j = 0; j < k; j++) {
		at = was_at(order, j);
		if (at != NET_NONE)
			row[j] = stored[at];
	}
}

static void from_blocks(const struct order *order, const float *row, float *stored, size_t k)
{
	size_t j, at;

	for (j = 0; j < k; j++) {
		at = was_at(order, j);
		if (at != NET_NONE)
			stored[at] = row[j];
	}
}

/* @to is the problem in the new order, but for its weights: @w. */
static int solve_reordered(const struct rounding *from, const struct order *order,
			   struct rounding *to, float *w, int (*solve)(struct rounding *rounding))
{
	const size_t k = from->layer->inputs, wide = to->layer->inputs;
	size_t row;
	int error;

	for (row = 0; row < from->layer->outputs; row++)
		to_blocks(order, from->w + row * k, w + row * wide, wide);
	error = solve(to);
	for (row = 0; !error && row < from->layer->outputs; row++)
		from_blocks(order, to->v + row * wide, from->v + row * k, wide);
	return error;
}

int improve_round_in_blocks(struct rounding *rounding, int (*solve)(struct rounding *rounding))
{
	const size_t channels = rounding->layer->channels;
	struct qmac_network_round_options options = *rounding->options;
	struct improve_layer layer = *rounding->layer;
	struct order order = { channels, layer.inputs / channels, 0 };
	struct rounding sub = *rounding;
	struct qmac_moments moments = { .rows = rounding->moments->rows };
	size_t count;
	float *w;
	int error;

	options.group = options.group < channels ? options.group : channels;
	order.width = (channels + options.group - 1) / options.group * options.group;
	layer.inputs = moments.k = order.positions * order.width;
	count = layer.outputs * layer.inputs;
	w = calloc(count, 3 * sizeof(*w));
	moments.sum = calloc(moments.k, sizeof(*moments.sum));
	moments.square = calloc(moments.k, moments.k * sizeof(*moments.square));
	sub.options = &options;
	sub.layer = &layer;
	sub.moments = &moments;
	if (!w || !moments.sum || !moments.square) {
		error = qmac_fail_nomem(rounding->context, "the weights of a layer in blocks");
	} else {
		sub.w = w;
		sub.v = w + count;
		sub.q = w + 2 * count;
		reorder_moments(&order, rounding->moments, &moments);
		error = solve_reordered(rounding, &order, &sub, w, solve);
	}
	free(w);
	free(moments.sum);
	free(moments.square);
	return error;
}
