// SPDX-License-Identifier: MIT
/* Weights of small magnitude become 0; shapes stay. */
#include <fenv.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/network_improve.h>

#include "context.h"
#include "network/improve_layer.h"
#include "quant/exact.h"

static struct net_tensor *weight_of(const struct qmac_network *network, size_t layer)
{
	return net_input(network, &network->nodes[network->layers[layer]], 1);
}

static size_t count_all(const struct qmac_network *network)
{
	size_t count = 0, i;

	for (i = 0; i < network->layer_count; i++)
		count += net_shape_count(&weight_of(network, i)->shape);
	return count;
}

/* One mask for the weights of all layers, one after the other. */
static int mask_overall(struct qmac_network *network, const struct qmac_prune_options *options,
			uint8_t *mask, size_t count)
{
	float *all = malloc((count + 1) * sizeof(*all));
	size_t at = 0, i;
	int error;

	if (!all)
		return qmac_fail_nomem(network->context, "the weights of all layers");
	for (i = 0; i < network->layer_count; i++) {
		const struct net_tensor *weight = weight_of(network, i);
		size_t some = net_shape_count(&weight->shape);

		memcpy(all + at, weight->data, some * sizeof(*all));
		at += some;
	}
	error = qmac_prune_mask(network->context, options, all, count, mask, NULL);
	free(all);
	return error;
}

static int mask_each(struct qmac_network *network, const struct qmac_prune_options *options,
		     uint8_t *mask)
{
	int error = 0;
	size_t i;

	for (i = 0; !error && i < network->layer_count; i++) {
		const struct net_tensor *weight = weight_of(network, i);
		size_t some = net_shape_count(&weight->shape);

		error = qmac_prune_mask(network->context, options, weight->data, some, mask, NULL);
		if (error)
			qmac_fail_more(network->context, error, "weights '%.80s': ", weight->name);
		mask += some;
	}
	return error;
}

static void apply(struct qmac_network *network, const uint8_t *mask,
		  struct qmac_network_pruned *report)
{
	size_t i, j;

	for (i = 0; i < network->layer_count; i++) {
		struct net_tensor *weight = weight_of(network, i);
		size_t some = net_shape_count(&weight->shape);

		qmac_mask_apply(weight->data, mask, some);
		if (report) {
			report[i] = (struct qmac_network_pruned){ .layer = i, .weights = some };
			for (j = 0; j < some; j++)
				report[i].pruned += !mask[j];
		}
		mask += some;
	}
}

static EXACT int prune(struct qmac_network *network,
		       const struct qmac_network_prune_options *options,
		       struct qmac_network_pruned *report)
{
	int error = improve_begin(network);
	size_t count;
	uint8_t *mask;

	if (error)
		return error;
	count = count_all(network);
	mask = malloc(count + 1);
	if (!mask)
		return qmac_fail_nomem(network->context, "masks");
	error = options->overall ? mask_overall(network, &options->prune, mask, count)
				 : mask_each(network, &options->prune, mask);
	if (!error)
		apply(network, mask, report);
	free(mask);
	return error;
}

int qmac_network_prune(struct qmac_network *network,
		       const struct qmac_network_prune_options *options,
		       struct qmac_network_pruned *report)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = prune(network, options, report);
	exact_leave(&saved);
	return error;
}
