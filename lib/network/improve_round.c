// SPDX-License-Identifier: MIT
/* Weights of all layers onto the grid of their codes. */
#include "network/improve_round.h"

#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include "context.h"
#include "network/improve_samples.h"
#include "quant/exact.h"

static int check(struct qmac_context *context, const struct qmac_network_round_options *options)
{
	unsigned int bits = options->widths.weight_bits;
	bool gptq = options->method == QMAC_NETWORK_GPTQ;

	if (options->method > QMAC_NETWORK_GPTQ)
		return qmac_fail(context, -EINVAL, "method %u is none of QMAC_NETWORK_NEAREST, ...",
				 options->method);
	if (bits < 2 || bits > 16)
		return qmac_fail(context, -EINVAL, "%u bits for weights: use 2 to 16", bits);
	if (gptq && !options->widths.per_channel)
		return qmac_fail(context, -EINVAL,
				 "GPTQ with one scale per tensor: it has one per output channel or "
				 "group, ask for those");
	if (!gptq && (options->group || options->damping != 0 || options->by_activity))
		return qmac_fail(context, -EINVAL, "group, damping and by_activity are of GPTQ");
	return 0;
}

static double error_of(const struct rounding *rounding, const float *v)
{
	const struct improve_layer *layer = rounding->layer;
	size_t each = layer->outputs * layer->inputs, group;
	double sum = 0;

	if (!rounding->moments)
		return NAN;
	for (group = 0; group < layer->groups; group++)
		sum += qmac_rounding_error(&rounding->moments[group], rounding->w + group * each,
					   v + group * each, layer->outputs);
	return sum;
}

static void fill_report(const struct rounding *rounding, struct qmac_network_rounded *report)
{
	size_t i;

	report->before = error_of(rounding, rounding->nearest);
	report->after = error_of(rounding, rounding->v);
	for (i = 0; i < report->weights; i++)
		report->changed += rounding->v[i] != rounding->nearest[i];
	if (!rounding->moments)
		report->skipped = "more inputs than moments are summed of: rounded to nearest";
}

static int round_weights(struct qmac_network *network, const struct improve_layer *layer,
			 const struct qmac_network_round_options *options,
			 const struct qmac_moments *moments, struct qmac_network_rounded *report)
{
	size_t count = improve_weights(layer);
	float *w = malloc((count + 1) * 4 * sizeof(*w));
	struct rounding rounding = {
		.context = network->context,
		.options = options,
		.layer = layer,
		.moments = moments,
		.w = w,
	};
	int error;

	if (!w)
		return qmac_fail_nomem(network->context, "the weights of a layer");
	rounding.v = w + count;
	rounding.nearest = rounding.v + count;
	rounding.q = rounding.nearest + count;
	improve_read(network, layer, w);
	error = improve_round_layer(&rounding);
	if (!error) {
		improve_write(network, layer, rounding.v);
		if (report)
			fill_report(&rounding, report);
	}
	qmac_quant_params_release(&rounding.params);
	free(w);
	return error;
}

static int round_layer(struct qmac_network *network, const struct improve_layer *layer, size_t rows,
		       const float *x, const struct qmac_network_round_options *options,
		       struct qmac_network_rounded *report)
{
	struct qmac_moments *moments = NULL;
	size_t i;
	int error = 0;

	if (layer->inputs <= QMAC_MOMENTS_MAX) {
		moments = calloc(layer->groups, sizeof(*moments));
		if (!moments)
			return qmac_fail_nomem(network->context, "moments");
		error = improve_moments(network, layer, rows, x, moments);
		if (error) {
			free(moments);
			return error;
		}
	}
	error = round_weights(network, layer, options, moments, report);
	for (i = 0; moments && i < layer->groups; i++)
		qmac_moments_release(&moments[i]);
	free(moments);
	return error;
}

static int round_all(struct qmac_network *network, size_t rows, const float *x,
		     const struct qmac_network_round_options *options,
		     const struct qmac_network_range *ranges, struct qmac_network_rounded *report)
{
	const struct qmac_network_widths activations = {
		.activation_bits = options->widths.activation_bits,
	};
	int error = 0;
	size_t i;

	for (i = 0; !error && i < network->layer_count; i++) {
		struct improve_layer layer;
		const char *reason = improve_layer_of(network, i, &layer);
		bool stays = options->keep_float && options->keep_float[i];

		if (stays)
			reason = "it stays float";
		if (report)
			report[i] = (struct qmac_network_rounded){
				.layer = i,
				.weights = reason ? 0 : improve_weights(&layer),
				.skipped = reason,
			};
		if (activations.activation_bits && !stays)
			error = qmac_network_fake_layer(network, i, &activations, ranges);
		if (!error && !reason)
			error = round_layer(network, &layer, rows, x, options,
					    report ? &report[i] : NULL);
		if (error)
			qmac_fail_more(network->context, error, "layer %.80s: ",
				       net_node_name(network, &network->nodes[network->layers[i]]));
	}
	return error;
}

static EXACT int round_network(struct qmac_network *network, size_t rows, const float *x,
			       const struct qmac_network_round_options *options,
			       struct qmac_network_rounded *report)
{
	struct qmac_network_range *made = NULL;
	int error = check(network->context, options);

	if (!error)
		error = improve_begin(network);
	if (!error && options->widths.activation_bits)
		error = improve_ranges(network, rows, x, options->ranges, &made);
	if (!error)
		error = round_all(network, rows, x, options, made ? made : options->ranges, report);
	qmac_network_clear_fakes(network);
	free(made);
	return error;
}

int qmac_network_round(struct qmac_network *network, size_t rows, const float *x,
		       const struct qmac_network_round_options *options,
		       struct qmac_network_rounded *report)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = round_network(network, rows, x, options, report);
	exact_leave(&saved);
	return error;
}
