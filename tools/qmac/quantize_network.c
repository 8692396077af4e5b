// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "network_report.h"
#include "network_samples.h"

static const char help[] =
	"usage: qmac quantize MODEL.onnx --calib C.npy -o INT8.onnx [OPTION]...\n"
	"\n"
	"Writes an 8-bit network, QuantizeLinear and DequantizeLinear around its layers, that\n"
	"ONNX Runtime loads; and tells how far its results are from the float network's.\n"
	"\n"
	"  --calib C.npy          samples that ranges of activations are taken from: float32,\n"
	"                         one per row\n"
	"  -o, --output FILE      where to write\n"
	"  --per-channel          a scale per output channel of the weights\n"
	"  --activations u8|s8    type of activations (default: u8)\n"
	"  --widen                raise scales of weights whose bias would not fit 32 bits\n"
	"  --data X.npy           samples to measure with (default: those of --calib)\n"
	"  --labels Y.npy         the right output of each sample, for the accuracy\n"
	"  --json                 print a JSON object\n";

struct results {
	struct qmac_network_loss baseline, loss;
};

static void print_text(const struct network_options *options, const struct network_samples *loaded,
		       const struct results *results)
{
	printf("%s: %zu layers, %llu parameters; %zu samples\n\n%-6s", options->output,
	       loaded->info.layers, (unsigned long long)loaded->info.parameters,
	       loaded->samples.rows, "");
	network_report_heading(options->labels);
	printf("%-6s", "float");
	network_report_loss(&results->baseline, NULL);
	printf("%-6s", "int8");
	network_report_loss(&results->loss, &results->baseline);
}

static void print_json(const struct network_options *options, const struct network_samples *loaded,
		       const struct results *results)
{
	struct json_object *object = json_object_new_object();
	struct json_object *baseline = json_object_new_object(), *loss = json_object_new_object();

	network_report_add_text(object, "model", options->model);
	network_report_add_text(object, "output", options->output);
	network_report_add_text(object, "activations", qmac_type_name(options->activation_type));
	json_object_object_add(object, "per_channel",
			       json_object_new_boolean(options->per_channel));
	network_report_add_count(object, "layers", loaded->info.layers);
	network_report_add_count(object, "parameters", loaded->info.parameters);
	network_report_add_count(object, "samples", loaded->samples.rows);
	network_report_add_loss(baseline, &results->baseline);
	network_report_add_loss(loss, &results->loss);
	json_object_object_add(object, "float", baseline);
	json_object_object_add(object, "int8", loss);
	network_report_print(object);
}

static int measure(const struct network_samples *loaded, struct qmac_network *quantized,
		   struct results *results)
{
	const struct qmac_network_samples *samples = &loaded->samples;
	float *want = calloc(samples->rows, loaded->outputs * sizeof(*want));
	float *got = calloc(samples->rows, loaded->outputs * sizeof(*got));
	int ret = want && got ? 0 : -ENOMEM;

	if (!ret)
		ret = qmac_network_run_rows(loaded->network, samples->rows, samples->x, want);
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

static int run(struct qmac_context *context, const struct network_options *options,
	       const struct network_samples *loaded)
{
	const struct qmac_network_quantize_options how = {
		.activation_type = options->activation_type,
		.per_channel = options->per_channel,
		.widen = options->widen,
	};
	struct qmac_network *quantized = NULL;
	struct results results;
	int ret = qmac_network_quantize(loaded->network, loaded->ranges, &how, &quantized);

	if (!ret)
		ret = measure(loaded, quantized, &results);
	if (!ret)
		ret = qmac_network_save(quantized, options->output);
	if (ret)
		fprintf(stderr, "qmac quantize: %s\n",
			ret == -ENOMEM ? "no memory" : qmac_context_message(context));
	else if (options->json)
		print_json(options, loaded, &results);
	else
		print_text(options, loaded, &results);
	qmac_network_destroy(quantized);
	return ret;
}

int command_quantize_network(int argc, char **argv)
{
	struct network_options options;
	struct network_samples loaded;
	struct qmac_context *context;
	int ret = network_options_parse(argc, argv, NETWORK_TAKES_OUTPUT, help, &options);

	if (ret >= 0)
		return ret;
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac quantize: no memory\n");
		return STATUS_FAILED;
	}
	ret = network_samples_load(context, &options, &loaded);
	if (!ret)
		ret = run(context, &options, &loaded);
	network_samples_release(&loaded);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
