// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "network_report.h"
#include "network_samples.h"
#include "lib/formats/whole_file.h"
#include "progress.h"
#include "report_aside.h"
#include "sensitivity_svg.h"

static const char help[] =
	"usage: qmac sensitivity MODEL.onnx --data X.npy [OPTION]...\n"
	"\n"
	"Quantizes one layer at a time, its weights and its input, and tells what that does to\n"
	"the network's results. The layer that hurts most comes first: keep it at more bits.\n"
	"\n"
	"  --data X.npy           samples, float32, one per row\n"
	"  --labels Y.npy         the right output of each sample, for the accuracy\n"
	"  --calib C.npy          samples that ranges of activations are taken from (default: X)\n"
	"  --bits N               bits of weights and activations (default: 8)\n"
	"  --weight-bits N        bits of weights alone; 0 leaves them float\n"
	"  --activation-bits N    bits of activations alone; 0 leaves them float\n"
	"  --per-channel          a scale per output channel of the weights\n" NETWORK_RANGES_HELP
	"  --svg FILE             draw the SQNR of each layer\n"
	"  --json                 print a JSON object\n";

struct results {
	struct qmac_network_sensitivity *layers;
	struct qmac_network_loss baseline;
};

static void print_text(const struct network_options *options, const struct network_samples *loaded,
		       const struct results *results)
{
	printf("%zu samples; one layer at a time at %u-bit weights, %u-bit activations, ranges by "
	       "%s\n\n",
	       loaded->samples.rows, options->weight_bits, options->activation_bits,
	       network_ranges_way(&loaded->source));
	printf("%-28s %-7s", "layer", "kind");
	network_report_heading(options->labels);
	for (size_t i = 0; i < loaded->info.layers; i++) {
		struct qmac_network_layer layer;

		qmac_network_layer(loaded->network, results->layers[i].layer, &layer);
		printf("%-28s %-7s", layer.name, layer.operation);
		network_report_loss(&results->layers[i].loss, &results->baseline);
	}
	printf("%-36s", "none (float)");
	network_report_loss(&results->baseline, NULL);
}

static void print_json(const struct network_options *options, const struct network_samples *loaded,
		       const struct results *results)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array();
	struct json_object *baseline = json_object_new_object();

	network_report_add_text(object, "model", options->model);
	network_report_add_count(object, "samples", loaded->samples.rows);
	network_report_add_count(object, "weight_bits", options->weight_bits);
	network_report_add_count(object, "activation_bits", options->activation_bits);
	network_report_add_text(object, "calibration", network_ranges_way(&loaded->source));
	json_object_object_add(object, "per_channel",
			       json_object_new_boolean(options->per_channel));
	network_report_add_loss(baseline, &results->baseline);
	json_object_object_add(object, "float", baseline);
	for (size_t i = 0; i < loaded->info.layers; i++) {
		struct json_object *entry = json_object_new_object();
		struct qmac_network_layer layer;

		qmac_network_layer(loaded->network, results->layers[i].layer, &layer);
		network_report_add_text(entry, "layer", layer.name);
		network_report_add_text(entry, "operation", layer.operation);
		network_report_add_count(entry, "rank", i + 1);
		network_report_add_count(entry, "macs", layer.macs);
		network_report_add_loss(entry, &results->layers[i].loss);
		json_object_array_add(list, entry);
	}
	json_object_object_add(object, "layers", list);
	network_report_print(object);
}

static int draw(const struct network_options *options, const struct network_samples *loaded,
		const struct results *results)
{
	struct whole_file file;
	char title[160];
	int ret = whole_file_open(&file, options->svg);

	snprintf(title, sizeof(title),
		 "SQNR with one layer at %u-bit weights, %u-bit activations, %zu samples",
		 options->weight_bits, options->activation_bits, loaded->samples.rows);
	if (!ret) {
		sensitivity_print_svg(title, loaded->network, results->layers, loaded->info.layers,
				      file.out);
		ret = whole_file_commit(&file);
	}
	if (ret)
		fprintf(stderr, "qmac sensitivity: %s: cannot write: %s\n", options->svg,
			strerror(-ret));
	return ret;
}

static void report(const struct network_options *options, const struct network_samples *loaded,
		   const struct results *results)
{
	report_aside(options->svg);
	if (options->json)
		print_json(options, loaded, results);
	else
		print_text(options, loaded, results);
}

static int run(struct qmac_context *context, const struct network_options *options,
	       struct network_samples *loaded)
{
	const struct qmac_network_widths widths = {
		.weight_bits = options->weight_bits,
		.activation_bits = options->activation_bits,
		.per_channel = options->per_channel,
	};
	struct results results = { .layers = calloc(loaded->info.layers + 1,
						    sizeof(*results.layers)) };
	struct progress progress;
	int ret = -ENOMEM;

	progress_begin(&progress, "sensitivity", "layer by layer",
		       (loaded->info.layers + 1) * loaded->samples.rows);
	progress_watch(&progress, loaded->network);
	if (results.layers)
		ret = qmac_network_sensitivity(loaded->network, &loaded->samples, &widths,
					       results.layers, &results.baseline);
	progress_end(&progress);
	if (ret)
		fprintf(stderr, "qmac sensitivity: %s\n",
			results.layers ? qmac_context_message(context) : "no memory");
	if (!ret && options->svg)
		ret = draw(options, loaded, &results);
	if (!ret)
		report(options, loaded, &results);
	free(results.layers);
	return ret;
}

int command_sensitivity(int argc, char **argv)
{
	struct network_options options;
	struct network_samples loaded;
	struct qmac_context *context;
	int ret = network_options_parse(
		argc, argv, NETWORK_TAKES_BITS | NETWORK_TAKES_LABELS | NETWORK_TAKES_PICTURE, help,
		&options);

	if (ret >= 0) {
		network_options_release(&options);
		return ret;
	}
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac sensitivity: no memory\n");
		return STATUS_FAILED;
	}
	ret = network_samples_load(context, &options, false, &loaded);
	if (!ret)
		ret = network_samples_choose(context, &loaded, options.activation_bits,
					     QMAC_SCHEME_ASYMMETRIC);
	if (!ret)
		ret = run(context, &options, &loaded);
	network_samples_release(&loaded);
	network_options_release(&options);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
