// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "command.h"
#include "network_report.h"
#include "network_samples.h"
#include "progress.h"
#include "told.h"

static const char help[] =
	"usage: qmac sweep MODEL.onnx --data X.npy [OPTION]...\n"
	"\n"
	"Quantizes all layers at each of several widths and tells what that does to the\n"
	"network's results. 1 bit is the sign of a weight times the mean magnitude.\n"
	"\n"
	"  --data X.npy           samples, float32, one per row\n"
	"  --labels Y.npy         the right output of each sample, for the accuracy\n"
	"  --calib C.npy          samples that ranges of activations are taken from (default: X)\n"
	"  --bits LIST            widths (default: 16,8,6,4,2,1)\n"
	"  --weights-only         leave activations float\n"
	"  --per-channel          a scale per output channel of the weights\n" NETWORK_RANGES_HELP
	"  --json                 print a JSON object\n";

struct results {
	struct qmac_network_loss losses[NETWORK_WIDTHS], baseline;
};

static void print_text(const struct network_options *options, const struct network_samples *loaded,
		       const struct results *results)
{
	printf("%zu samples; all %zu layers, %s, a scale per %s, ranges by %s\n\n",
	       loaded->samples.rows, loaded->info.layers,
	       options->weights_only ? "weights alone" : "weights and activations",
	       options->per_channel ? "channel" : "tensor", network_ranges_way(&loaded->source));
	printf("%-6s", "bits");
	network_report_heading(options->labels);
	printf("%-6s", "float");
	network_report_loss(&results->baseline, NULL);
	for (unsigned int i = 0; i < options->width_count; i++) {
		printf("%-6u", options->widths[i]);
		network_report_loss(&results->losses[i], &results->baseline);
	}
}

static void print_json(const struct network_options *options, const struct network_samples *loaded,
		       const struct results *results)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array();
	struct json_object *baseline = json_object_new_object();

	network_report_add_text(object, "model", options->model);
	network_report_add_count(object, "samples", loaded->samples.rows);
	network_report_add_count(object, "layers", loaded->info.layers);
	network_report_add_text(object, "calibration", network_ranges_way(&loaded->source));
	json_object_object_add(object, "weights_only",
			       json_object_new_boolean(options->weights_only));
	json_object_object_add(object, "per_channel",
			       json_object_new_boolean(options->per_channel));
	network_report_add_loss(baseline, &results->baseline);
	json_object_object_add(object, "float", baseline);
	for (unsigned int i = 0; i < options->width_count; i++) {
		struct json_object *entry = json_object_new_object();

		network_report_add_count(entry, "bits", options->widths[i]);
		network_report_add_loss(entry, &results->losses[i]);
		json_object_array_add(list, entry);
	}
	json_object_object_add(object, "widths", list);
	network_report_print(object);
}

/* One width; a search for ranges depends on it. */
static int try_width(struct qmac_context *context, const struct network_options *options,
		     struct network_samples *loaded, unsigned int i, struct results *results)
{
	const unsigned int bits = options->widths[i];
	const struct qmac_network_widths widths = {
		.weight_bits = bits,
		.activation_bits = options->weights_only ? 0 : bits,
		.per_channel = options->per_channel,
	};
	int ret = network_samples_choose(context, loaded, bits, QMAC_SCHEME_ASYMMETRIC);

	if (ret)
		return ret;
	ret = qmac_network_sweep(loaded->network, &loaded->samples, &widths, 1, &results->losses[i],
				 &results->baseline);
	if (ret)
		told_of_network("sweep", context, ret);
	return ret;
}

static int run(struct qmac_context *context, const struct network_options *options,
	       struct network_samples *loaded)
{
	struct progress progress;
	struct results results;
	int ret = 0;

	/* The float network runs beside each width. */
	progress_begin(&progress, "sweep", "widths",
		       2 * options->width_count * loaded->samples.rows);
	progress_watch(&progress, loaded->network);
	for (unsigned int i = 0; !ret && i < options->width_count; i++)
		ret = try_width(context, options, loaded, i, &results);
	progress_end(&progress);
	if (ret)
		return ret;
	if (options->json)
		print_json(options, loaded, &results);
	else
		print_text(options, loaded, &results);
	return 0;
}

int command_sweep(int argc, char **argv)
{
	struct network_options options;
	struct network_samples loaded;
	struct qmac_context *context;
	int ret = network_options_parse(argc, argv, NETWORK_TAKES_WIDTHS | NETWORK_TAKES_LABELS,
					help, &options);

	if (ret >= 0) {
		network_options_release(&options);
		return ret;
	}
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac sweep: no memory\n");
		return STATUS_FAILED;
	}
	ret = network_samples_load(context, &options, false, &loaded);
	if (!ret)
		ret = run(context, &options, &loaded);
	network_samples_release(&loaded);
	network_options_release(&options);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
