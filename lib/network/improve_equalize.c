// SPDX-License-Identifier: MIT
/* Cross-layer equalization: Nagel et al. 2019, with powers of two. */
#include <fenv.h>
#include <stdlib.h>

#include "context.h"
#include "network/improve_pair.h"
#include "quant/exact.h"

#define MOST_PASSES 50

/* A pair, its factors of this pass and of all passes. */
struct pair {
	const struct improve_link *link;
	float *first, *second, *scale, *total;
};

/* A factor that only turns a ratio around would come back in the next pass. */
static bool brings_closer(float first, float second, float scale)
{
	float lo = first < second ? first : second, hi = first < second ? second : first;
	float new_first = first / scale, new_second = second * scale;
	float new_lo = new_first < new_second ? new_first : new_second;
	float new_hi = new_first < new_second ? new_second : new_first;

	return new_hi / new_lo < hi / lo;
}

/* Return: 1 when a factor was not 1, 0, or -errno. */
static int equalize_pair(struct qmac_network *network, struct pair *pair)
{
	size_t channels = improve_pair_channels(pair->link), c;
	int error, changed = 0;

	improve_pair_ranges(network, pair->link, pair->first, pair->second);
	error = qmac_equalize_scales(network->context, pair->first, pair->second, channels,
				     pair->scale);
	if (error)
		return error;
	for (c = 0; c < channels; c++)
		if (pair->scale[c] != 1 &&
		    !brings_closer(pair->first[c], pair->second[c], pair->scale[c]))
			pair->scale[c] = 1;
	improve_pair_apply(network, pair->link, pair->scale);
	for (c = 0; c < channels; c++) {
		changed |= pair->scale[c] != 1;
		pair->total[c] *= pair->scale[c];
	}
	return changed;
}

static int make_pair(struct qmac_network *network, const struct improve_link *link,
		     struct pair *pair)
{
	size_t channels = improve_pair_channels(link), c;

	*pair = (struct pair){ .link = link, .first = calloc(channels, 4 * sizeof(float)) };
	if (!pair->first)
		return qmac_fail_nomem(network->context, "factors");
	pair->second = pair->first + channels;
	pair->scale = pair->second + channels;
	pair->total = pair->scale + channels;
	for (c = 0; c < channels; c++)
		pair->total[c] = 1;
	return 0;
}

static int equalize_all(struct qmac_network *network, const struct improve_link *links,
			struct pair *pairs)
{
	unsigned int pass;
	int changed = 1, error = 0;
	size_t i;

	for (i = 0; !error && i < network->layer_count; i++)
		if (!links[i].reason)
			error = make_pair(network, &links[i], &pairs[i]);
	for (pass = 0; !error && changed && pass < MOST_PASSES; pass++) {
		changed = 0;
		for (i = 0; !error && i < network->layer_count; i++) {
			int ret = pairs[i].link ? equalize_pair(network, &pairs[i]) : 0;

			error = ret < 0 ? ret : 0;
			changed |= ret > 0;
		}
	}
	return error;
}

static EXACT int equalize(struct qmac_network *network, struct qmac_network_pair *report)
{
	struct improve_link *links = NULL;
	struct pair *pairs;
	int error = improve_begin(network);
	size_t i;

	if (!error)
		error = improve_trace_all(network, &links);
	if (error)
		return error;
	pairs = calloc(network->layer_count + 1, sizeof(*pairs));
	if (!pairs)
		error = qmac_fail_nomem(network->context, "factors");
	else
		error = equalize_all(network, links, pairs);
	for (i = 0; pairs && i < network->layer_count; i++) {
		if (!error && report)
			improve_pair_report(&links[i], pairs[i].total, &report[i]);
		free(pairs[i].first);
	}
	free(pairs);
	improve_trace_release(links, network->layer_count);
	return error;
}

int qmac_network_equalize(struct qmac_network *network, struct qmac_network_pair *report)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = equalize(network, report);
	exact_leave(&saved);
	return error;
}
