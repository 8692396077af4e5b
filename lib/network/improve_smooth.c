// SPDX-License-Identifier: MIT
/* Range from activations to weights: SmoothQuant, Xiao et al. 2022. */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include "context.h"
#include "network/improve_pair.h"
#include "network/improve_samples.h"
#include "quant/exact.h"

/* Greatest |x| by channel of the first layer of each pair; NULL without a pair. */
struct survey {
	struct qmac_network *network;
	const struct improve_link *links;
	float **most;
};

static int survey_link(struct survey *survey, const struct improve_link *link, float *most,
		       const float *values, size_t count)
{
	const struct net_node *node = improve_node(survey->network, &link->second);
	const struct net_tensor *tensor = net_input(survey->network, node, 0);
	size_t channels, inner, i;

	improve_channels(tensor, node->op == NET_CONV, &channels, &inner);
	for (i = 0; i < count; i++) {
		size_t c = link->channel[i / inner % channels];

		if (!isfinite(values[i]))
			return qmac_fail(survey->network->context, -EDOM,
					 "tensor '%.80s': element %zu is %g: check the samples",
					 tensor->name, i, values[i]);
		most[c] = fabsf(values[i]) > most[c] ? fabsf(values[i]) : most[c];
	}
	return 0;
}

static int see(void *user, size_t tensor, const float *values, size_t count)
{
	struct survey *survey = user;
	int error = 0;
	size_t i;

	for (i = 0; !error && i < survey->network->layer_count; i++)
		if (survey->most[i] &&
		    improve_node(survey->network, &survey->links[i].second)->inputs[0] == tensor)
			error = survey_link(survey, &survey->links[i], survey->most[i], values,
					    count);
	return error;
}

static int smooth_pair(struct qmac_network *network, const struct improve_link *link,
		       const float *most, float alpha, struct qmac_network_pair *report)
{
	size_t channels = improve_pair_channels(link);
	float *first = calloc(channels, 3 * sizeof(*first)), *second, *scale;
	int error;

	if (!first)
		return qmac_fail_nomem(network->context, "factors");
	second = first + channels;
	scale = second + channels;
	improve_pair_ranges(network, link, first, second);
	error = qmac_smooth_scales(network->context, most, second, channels, alpha, scale);
	if (!error) {
		improve_pair_apply(network, link, scale);
		if (report)
			improve_pair_report(link, scale, &report[link->second.number]);
	}
	free(first);
	return error;
}

static void report_alone(const struct qmac_network *network, struct qmac_network_pair *report)
{
	size_t i;

	for (i = 0; report && i < network->layer_count; i++)
		report[i] = (struct qmac_network_pair){
			.first = QMAC_NETWORK_NONE,
			.second = i,
			.least = 1,
			.greatest = 1,
			.skipped = "no layer before it can take the factors",
		};
}

static int smooth_all(struct survey *survey, size_t rows, const float *x, float alpha,
		      struct qmac_network_pair *report)
{
	struct qmac_network *network = survey->network;
	int error = 0;
	size_t i;

	for (i = 0; !error && i < network->layer_count; i++) {
		if (survey->links[i].reason)
			continue;
		survey->most[i] =
			calloc(improve_pair_channels(&survey->links[i]), sizeof(**survey->most));
		if (!survey->most[i])
			error = qmac_fail_nomem(network->context, "ranges");
	}
	if (!error)
		error = improve_run(network, rows, x, NET_NONE, see, survey);
	if (!error)
		report_alone(network, report);
	for (i = 0; !error && i < network->layer_count; i++)
		if (survey->most[i])
			error = smooth_pair(network, &survey->links[i], survey->most[i], alpha,
					    report);
	return error;
}

static EXACT int smooth(struct qmac_network *network, size_t rows, const float *x, float alpha,
			struct qmac_network_pair *report)
{
	struct survey survey = { .network = network };
	struct improve_link *links = NULL;
	int error;
	size_t i;

	if (!(alpha >= 0 && alpha <= 1))
		return qmac_fail(network->context, -EINVAL, "alpha %g: use 0 to 1", alpha);
	error = improve_begin(network);
	if (!error)
		error = improve_trace_all(network, &links);
	if (error)
		return error;
	survey.links = links;
	survey.most = calloc(network->layer_count + 1, sizeof(*survey.most));
	if (!survey.most)
		error = qmac_fail_nomem(network->context, "ranges");
	else
		error = smooth_all(&survey, rows, x, alpha, report);
	for (i = 0; survey.most && i < network->layer_count; i++)
		free(survey.most[i]);
	free(survey.most);
	improve_trace_release(links, network->layer_count);
	return error;
}

int qmac_network_smooth(struct qmac_network *network, size_t rows, const float *x, float alpha,
			struct qmac_network_pair *report)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = smooth(network, rows, x, alpha, report);
	exact_leave(&saved);
	return error;
}
