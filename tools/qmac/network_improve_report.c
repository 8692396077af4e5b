// SPDX-License-Identifier: MIT
/* What improved a network, layer by layer: as text and as JSON. */
#include <math.h>
#include <stdio.h>

#include "json_text.h"
#include "network_improve.h"
#include "network_report.h"

static const char *const names[NETWORK_STEPS] = {
	[NETWORK_STEP_PRUNE] = "prune",	      [NETWORK_STEP_EQUALIZE] = "equalize",
	[NETWORK_STEP_SMOOTH] = "smooth",     [NETWORK_STEP_ROUND] = "round",
	[NETWORK_STEP_BIAS] = "correct-bias",
};

static const char *layer_name(const struct qmac_network *network, size_t layer)
{
	struct qmac_network_layer told;

	return qmac_network_layer(network, layer, &told) ? "?" : told.name;
}

static void print_pruned(const struct qmac_network_pruned *pruned)
{
	printf("%zu of %zu weights are 0\n", pruned->pruned, pruned->weights);
}

static void print_pair(const struct qmac_network_pair *pair, const struct qmac_network *network,
		       bool first)
{
	if (pair->skipped) {
		printf("skipped: %s", pair->skipped);
		printf(pair->where ? ": %s\n" : "\n", pair->where);
		return;
	}
	printf("%s %s: %zu of %zu channels, factors %g to %g\n", first ? "and" : "behind",
	       layer_name(network, first ? pair->second : pair->first), pair->changed,
	       pair->channels, pair->least, pair->greatest);
}

static void print_rounded(const struct qmac_network_rounded *rounded)
{
	if (rounded->skipped)
		printf("skipped: %s\n", rounded->skipped);
	else
		printf("%zu of %zu codes changed, error %.4g of %.4g\n", rounded->changed,
		       rounded->weights, rounded->after, rounded->before);
}

static void print_corrected(const struct qmac_network_corrected *corrected)
{
	if (corrected->skipped)
		printf("skipped: %s\n", corrected->skipped);
	else
		printf("by %.4g, at most %.4g%s\n", sqrt(corrected->mean_square),
		       corrected->greatest, corrected->added ? ", a new bias" : "");
}

static void print_layer(const struct network_improved *improved, unsigned int step, size_t layer,
			const struct qmac_network *network)
{
	printf("  %-20s ", layer_name(network, layer));
	switch (step) {
	case NETWORK_STEP_PRUNE:
		print_pruned(&improved->pruned[layer]);
		break;
	case NETWORK_STEP_EQUALIZE:
		print_pair(&improved->equalized[layer], network, true);
		break;
	case NETWORK_STEP_SMOOTH:
		print_pair(&improved->smoothed[layer], network, false);
		break;
	case NETWORK_STEP_ROUND:
		print_rounded(&improved->rounded[layer]);
		break;
	default:
		print_corrected(&improved->corrected[layer]);
		break;
	}
}

void network_improve_print(const struct network_improved *improved,
			   const struct qmac_network *network, bool judged)
{
	for (unsigned int step = 0; step < NETWORK_STEPS; step++) {
		if (!improved->taken[step])
			continue;
		printf("\n%-10s", names[step]);
		if (judged) {
			printf(" in float: ");
			network_report_loss(&improved->loss[step], NULL);
		} else {
			printf("\n");
		}
		for (size_t i = 0; i < improved->layers; i++)
			print_layer(improved, step, i, network);
	}
}

static void add_number(struct json_object *object, const char *key, double value)
{
	json_object_object_add(object, key, isfinite(value) ? json_object_new_double(value) : NULL);
}

static void add_skipped(struct json_object *object, const char *reason)
{
	json_object_object_add(object, "skipped", json_text(reason));
}

static void add_pair(struct json_object *object, const struct qmac_network_pair *pair,
		     const struct qmac_network *network, bool first)
{
	add_skipped(object, pair->skipped);
	if (pair->where)
		network_report_add_text(object, "where", pair->where);
	if (pair->skipped)
		return;
	network_report_add_text(object, first ? "second" : "first",
				layer_name(network, first ? pair->second : pair->first));
	network_report_add_count(object, "channels", pair->channels);
	network_report_add_count(object, "changed", pair->changed);
	add_number(object, "least", pair->least);
	add_number(object, "greatest", pair->greatest);
}

static void add_rounded(struct json_object *object, const struct qmac_network_rounded *rounded)
{
	add_skipped(object, rounded->skipped);
	network_report_add_count(object, "weights", rounded->weights);
	network_report_add_count(object, "changed", rounded->changed);
	add_number(object, "error_nearest", rounded->before);
	add_number(object, "error", rounded->after);
}

static void add_corrected(struct json_object *object,
			  const struct qmac_network_corrected *corrected)
{
	add_skipped(object, corrected->skipped);
	add_number(object, "rms", sqrt(corrected->mean_square));
	add_number(object, "greatest", corrected->greatest);
	json_object_object_add(object, "added", json_object_new_boolean(corrected->added));
}

static struct json_object *layer_json(const struct network_improved *improved, unsigned int step,
				      size_t layer, const struct qmac_network *network)
{
	struct json_object *object = json_object_new_object();

	network_report_add_text(object, "layer", layer_name(network, layer));
	switch (step) {
	case NETWORK_STEP_PRUNE:
		network_report_add_count(object, "weights", improved->pruned[layer].weights);
		network_report_add_count(object, "pruned", improved->pruned[layer].pruned);
		break;
	case NETWORK_STEP_EQUALIZE:
		add_pair(object, &improved->equalized[layer], network, true);
		break;
	case NETWORK_STEP_SMOOTH:
		add_pair(object, &improved->smoothed[layer], network, false);
		break;
	case NETWORK_STEP_ROUND:
		add_rounded(object, &improved->rounded[layer]);
		break;
	default:
		add_corrected(object, &improved->corrected[layer]);
		break;
	}
	return object;
}

struct json_object *network_improve_json(const struct network_improved *improved,
					 const struct qmac_network *network, bool judged)
{
	struct json_object *steps = json_object_new_array(), *object, *layers, *loss;

	for (unsigned int step = 0; step < NETWORK_STEPS; step++) {
		if (!improved->taken[step])
			continue;
		object = json_object_new_object();
		layers = json_object_new_array();
		network_report_add_text(object, "step", names[step]);
		for (size_t i = 0; i < improved->layers; i++)
			json_object_array_add(layers, layer_json(improved, step, i, network));
		json_object_object_add(object, "layers", layers);
		if (judged) {
			loss = json_object_new_object();
			network_report_add_loss(loss, &improved->loss[step]);
			json_object_object_add(object, "float", loss);
		}
		json_object_array_add(steps, object);
	}
	return steps;
}
