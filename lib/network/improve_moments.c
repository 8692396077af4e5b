// SPDX-License-Identifier: MIT
/* Moments of a layer's inputs; a convolution's are the windows of each group. */
#include <stdlib.h>

#include <qmac/improve.h>

#include "context.h"
#include "network/blame.h"
#include "network/columns.h"
#include "network/improve_layer.h"
#include "network/improve_samples.h"
#include "network/product.h"

/* @scratch holds a block of columns, @windows the same as rows. */
struct gather {
	struct qmac_network *network;
	const struct improve_layer *layer;
	struct qmac_moments *moments;
	float *scratch, *windows;
};

/* The columns of a block are NET_COLUMNS long however few there are. */
static void to_rows(const float *columns, size_t k, size_t count, float *rows)
{
	size_t i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < k; j++)
			rows[i * k + j] = columns[j * NET_COLUMNS + i];
}

static int add_windows(struct gather *gather, const struct net_conv *conv, const float *x,
		       struct qmac_moments *moments)
{
	size_t pixels = conv->out_h * conv->out_w, first, count;
	int error = 0;

	for (first = 0; !error && first < pixels; first += count) {
		count = pixels - first < NET_COLUMNS ? pixels - first : NET_COLUMNS;
		net_columns(conv, x, first, count, gather->scratch);
		to_rows(gather->scratch, conv->k, count, gather->windows);
		error = qmac_moments_update(gather->network->context, moments, gather->windows,
					    count);
	}
	return error;
}

static int add_convolution(struct gather *gather, const struct net_node *node, const float *values,
			   size_t count)
{
	const struct net_conv conv = net_conv_of(gather->network, node);
	size_t each = conv.channels * conv.in_h * conv.in_w, i;
	int error = 0;

	for (i = 0; !error && i < count / each; i++)
		error = add_windows(gather, &conv, values + i * each,
				    &gather->moments[i % gather->layer->groups]);
	return error;
}

static int see(void *user, size_t tensor, const float *values, size_t count)
{
	struct gather *gather = user;
	struct qmac_network *network = gather->network;
	const struct net_node *node = improve_node(network, gather->layer);
	int error;

	if (tensor != node->inputs[0])
		return 0;
	if (node->op == NET_CONV)
		error = add_convolution(gather, node, values, count);
	else
		error = qmac_moments_update(network->context, gather->moments, values,
					    count / gather->layer->inputs);
	return error ? net_blame(network, tensor, error) : 0;
}

int improve_moments(struct qmac_network *network, const struct improve_layer *layer, size_t rows,
		    const float *x, struct qmac_moments *moments)
{
	struct gather gather = { .network = network, .layer = layer, .moments = moments };
	size_t made = 0;
	int error = 0;

	while (!error && made < layer->groups) {
		error = qmac_moments_init(network->context, &moments[made], layer->inputs);
		made += !error;
	}
	gather.scratch = malloc(2 * layer->inputs * NET_COLUMNS * sizeof(*gather.scratch));
	if (!error && !gather.scratch)
		error = qmac_fail_nomem(network->context, "the inputs of a layer");
	if (!error) {
		gather.windows = gather.scratch + layer->inputs * NET_COLUMNS;
		error = improve_run(network, rows, x, improve_node(network, layer)->inputs[0], see,
				    &gather);
	}
	free(gather.scratch);
	while (error && made)
		qmac_moments_release(&moments[--made]);
	return error;
}
