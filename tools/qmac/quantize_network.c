// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "json_text.h"
#include "network_report.h"
#include "network_samples.h"
#include "report_aside.h"
#include "told.h"

static const char help[] =
	"usage: qmac quantize MODEL.onnx --calib C.npy -o INT8.onnx [OPTION]...\n"
	"\n"
	"Writes a network of integers, QuantizeLinear and DequantizeLinear around its layers,\n"
	"that ONNX Runtime loads; and tells how far its results are from the float network's.\n"
	"\n"
	"  --calib C.npy          samples that ranges of activations are taken from: float32,\n"
	"                         one per row\n"
	"  -o, --output FILE      where to write\n" NETWORK_CODES_HELP
		NETWORK_RANGES_HELP NETWORK_IMPROVE_HELP
	"  --opset N              opset to write, 14 to 22 (default: the least that has it all)\n"
	"  --data X.npy           samples to measure with (default: those of --calib)\n"
	"  --labels Y.npy         the right output of each sample, for the accuracy\n"
	"  --json                 print a JSON object\n";

struct results {
	struct qmac_network_loss baseline, loss;
};

/* "s8 weights, u8 activations, s32 biases" */
static void print_codes(const struct network_codes *codes)
{
	printf("%s weights%s, %s%s activations, s%u biases", qmac_type_name(codes->weight_type),
	       codes->per_channel ? " per channel" : "", codes->symmetric ? "symmetric " : "",
	       qmac_type_name(codes->activation_type), codes->bias_bits);
	if (codes->excluded_count)
		printf(", %zu layers float", codes->excluded_count);
	printf("\n");
}

static void print_text(const struct network_options *options, const struct network_samples *loaded,
		       const struct results *results)
{
	bool given = options->ranges.table && !options->calibration;

	printf("%s: %zu layers, %llu parameters; %zu samples, ranges %s %s\n", options->output,
	       loaded->info.layers, (unsigned long long)loaded->info.parameters,
	       loaded->samples.rows, given ? "of" : "by",
	       given ? options->ranges.table : network_ranges_way(&loaded->source));
	if (options->ranges.table)
		printf("%s: ranges of %zu entries\n", options->ranges.table,
		       loaded->source.table.count);
	print_codes(&options->codes);
	network_improve_print(&loaded->improved, loaded->network, loaded->samples.rows);
	if (!loaded->samples.rows)
		return;
	printf("\n%-10s", "");
	network_report_heading(options->labels);
	printf("%-10s", "float");
	network_report_loss(&results->baseline, NULL);
	printf("%-10s", "quantized");
	network_report_loss(&results->loss, &results->baseline);
}

static void add_codes(struct json_object *object, const struct network_codes *codes)
{
	struct json_object *excluded = json_object_new_array();

	network_report_add_text(object, "weights", qmac_type_name(codes->weight_type));
	network_report_add_text(object, "activations", qmac_type_name(codes->activation_type));
	network_report_add_count(object, "bias_bits", codes->bias_bits);
	json_object_object_add(object, "symmetric", json_object_new_boolean(codes->symmetric));
	json_object_object_add(object, "per_channel", json_object_new_boolean(codes->per_channel));
	if (codes->block)
		network_report_add_count(object, "block", codes->block);
	for (size_t i = 0; i < codes->excluded_count; i++)
		json_object_array_add(excluded, json_text(codes->excluded[i]));
	json_object_object_add(object, "excluded", excluded);
}

static void print_json(const struct network_options *options, const struct network_samples *loaded,
		       const struct results *results)
{
	struct json_object *object = json_object_new_object(), *loss;

	network_report_add_text(object, "model", options->model);
	network_report_add_text(object, "output", options->output);
	network_report_add_text(object, "calibration", network_ranges_way(&loaded->source));
	if (options->ranges.table)
		network_report_add_text(object, "ranges", options->ranges.table);
	add_codes(object, &options->codes);
	network_report_add_count(object, "layers", loaded->info.layers);
	network_report_add_count(object, "parameters", loaded->info.parameters);
	network_report_add_count(object, "samples", loaded->samples.rows);
	if (loaded->improved.original)
		json_object_object_add(object, "steps",
				       network_improve_json(&loaded->improved, loaded->network,
							    loaded->samples.rows));
	if (loaded->samples.rows) {
		loss = json_object_new_object();
		network_report_add_loss(loss, &results->baseline);
		json_object_object_add(object, "float", loss);
		loss = json_object_new_object();
		network_report_add_loss(loss, &results->loss);
		json_object_object_add(object, "quantized", loss);
	}
	network_report_print(object);
}

static int measure(const struct network_samples *loaded, struct qmac_network *quantized,
		   struct results *results)
{
	const struct qmac_network_samples *samples = &loaded->samples;
	struct qmac_network *original =
		loaded->improved.original ? loaded->improved.original : loaded->network;
	float *want = calloc(samples->rows, loaded->outputs * sizeof(*want));
	float *got = calloc(samples->rows, loaded->outputs * sizeof(*got));
	int ret = want && got ? 0 : -ENOMEM;

	if (!ret)
		ret = qmac_network_run_rows(original, samples->rows, samples->x, want);
	if (!ret)
		ret = qmac_network_run_rows(quantized, samples->rows, samples->x, got);
	if (!ret) {
		qmac_network_compare(want, want, samples->rows, loaded->outputs, samples->labels,
				     &results->baseline);
		qmac_network_compare(want, got, samples->rows, loaded->outputs, samples->labels,
				     &results->loss);
	}
	free(want);
	free(got);
	return ret;
}

static int save(const struct network_options *options, const struct qmac_network *quantized)
{
	return options->opset ? qmac_network_save_opset(quantized, options->output, options->opset)
			      : qmac_network_save(quantized, options->output);
}

/* Quantizes with chosen ranges, measures, writes. */
static int convert(struct qmac_context *context, const struct network_options *options,
		   const struct network_samples *loaded, struct qmac_network_quantize_options *how,
		   struct results *results)
{
	struct qmac_network *quantized = NULL;
	int ret;

	how->encodings = loaded->source.table.count ? &loaded->source.table : NULL;
	ret = qmac_network_quantize(loaded->network, loaded->ranges, how, &quantized);
	if (!ret && loaded->samples.rows)
		ret = measure(loaded, quantized, results);
	if (!ret)
		ret = save(options, quantized);
	qmac_network_destroy(quantized);
	return ret ? told_of_network("quantize", context, ret) : 0;
}

static int run(struct qmac_context *context, const struct network_options *options,
	       struct network_samples *loaded)
{
	const struct network_codes *codes = &options->codes;
	bool *keep_float = calloc(loaded->info.layers + 1, sizeof(*keep_float));
	struct qmac_network_quantize_options how;
	struct results results;
	int ret;

	if (!keep_float)
		return told_of_network("quantize", context, -ENOMEM);
	ret = network_codes_options("quantize", codes, loaded->network, keep_float, &how);
	if (!ret)
		ret = network_samples_choose(context, loaded,
					     qmac_type_bits(codes->activation_type),
					     network_codes_scheme(codes));
	if (!ret)
		ret = convert(context, options, loaded, &how, &results);
	free(keep_float);
	if (ret)
		return ret;
	report_aside(options->output);
	if (options->json)
		print_json(options, loaded, &results);
	else
		print_text(options, loaded, &results);
	return 0;
}

int command_quantize_network(int argc, char **argv)
{
	struct network_options options;
	struct network_samples loaded;
	struct qmac_context *context;
	int ret = network_options_parse(argc, argv,
					NETWORK_TAKES_OUTPUT | NETWORK_TAKES_OPSET |
						NETWORK_TAKES_LABELS | NETWORK_TAKES_STEPS,
					help, &options);

	if (ret >= 0) {
		network_options_release(&options);
		return ret;
	}
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac quantize: no memory\n");
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
