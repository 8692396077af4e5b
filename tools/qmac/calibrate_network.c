// SPDX-License-Identifier: MIT
/* qmac calibrate MODEL.onnx: ranges of all activations of a network. */
#include "calibrate_network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes_options.h"
#include "command.h"
#include "histogram.h"
#include "network_report.h"
#include "network_samples.h"
#include "lib/formats/whole_file.h"
#include "report_aside.h"
#include "told.h"

#define SVG_COLUMNS 180

static const char help[] =
	"usage: qmac calibrate MODEL.onnx --calib C.npy [OPTION]...\n"
	"\n"
	"Chooses ranges for all activations of a network. The table can be edited and given to\n"
	"qmac quantize --ranges.\n"
	"\n"
	"  --calib C.npy          samples, float32, one per row\n"
	"  -o, --output FILE      write a table (.json ours, .table ncnn, .cache TensorRT,\n"
	"                         .encodings AIMET) or, for .state, what was seen\n"
	"  --format FORMAT        qmac, ncnn, tensorrt, ort, aimet, aimet-1.0.0, aimet-2.0.0\n"
	"                         or state\n"
	"  --resume FILE.state    go on from there; without --calib, choose again\n"
	"  --svg FILE             draw the histograms with the chosen "
	"ranges\n" NETWORK_CODES_HELP NETWORK_RANGES_HELP
	"  --json                 print a JSON object\n";

void calibrate_network_help(void)
{
	fputs(help, stdout);
}

/* Draws what was seen of each activation that is watched. */
static int draw(const struct network_options *options, const struct network_samples *loaded)
{
	struct histogram_view *views = calloc(loaded->info.tensors + 1, sizeof(*views));
	struct whole_file file;
	size_t count = 0;
	int ret = views ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < loaded->info.tensors; i++) {
		const struct qmac_calibration *seen =
			qmac_network_calibration_tensor(loaded->source.calibration, i);
		const struct qmac_calibration_range range = { .lo = loaded->ranges[i].lo,
							      .hi = loaded->ranges[i].hi };
		struct qmac_network_tensor told;

		if (!seen)
			continue;
		qmac_network_tensor(loaded->network, i, &told);
		ret = histogram_view_make(&views[count++], told.name, seen, &range, SVG_COLUMNS);
	}
	if (!ret)
		ret = whole_file_open(&file, options->svg);
	if (!ret) {
		histogram_print_svg(views, count, file.out);
		ret = whole_file_commit(&file);
	}
	if (ret)
		fprintf(stderr, "qmac calibrate: %s: cannot write: %s\n", options->svg,
			strerror(-ret));
	for (size_t i = 0; views && i < count; i++)
		histogram_view_free(&views[i]);
	free(views);
	return ret;
}

static int save(struct qmac_context *context, const struct network_options *options,
		const struct network_samples *loaded, const struct qmac_table *table)
{
	int ret = 0;

	if (options->output && options->table.state)
		ret = qmac_network_calibration_save(loaded->source.calibration, options->output);
	else if (options->output)
		ret = qmac_table_save(context, options->output, options->table.format, table);
	if (ret)
		return told("calibrate", "", context, ret);
	return options->svg ? draw(options, loaded) : 0;
}

static void print_text(const struct network_options *options, const struct network_samples *loaded,
		       const struct qmac_table *table)
{
	printf("%s: ranges by %s\n\n%-32s %12s %12s %14s %6s\n", options->model,
	       network_ranges_way(&loaded->source), "tensor", "lo", "hi", "scale", "zero");
	for (size_t i = 0; i < table->count; i++) {
		const struct qmac_table_entry *entry = &table->entries[i];

		if (entry->channels > 1)
			printf("%-32s %zu scales, axis %d\n", entry->name, entry->channels,
			       entry->axis);
		else
			printf("%-32s %12.6g %12.6g %14.9g %6d\n", entry->name, entry->lo[0],
			       entry->hi[0], entry->scale[0], entry->zero_point[0]);
	}
	if (options->calibration)
		printf("\n%zu samples\n", loaded->samples.rows);
}

static void print_json(const struct network_options *options, const struct network_samples *loaded,
		       const struct qmac_table *table)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array();

	network_report_add_text(object, "model", options->model);
	network_report_add_text(object, "calibration", network_ranges_way(&loaded->source));
	network_report_add_count(object, "samples", loaded->samples.rows);
	for (size_t i = 0; i < table->count; i++) {
		const struct qmac_table_entry *entry = &table->entries[i];
		struct json_object *told = json_object_new_object();

		network_report_add_text(told, "name", entry->name);
		json_object_object_add(told, "parameter",
				       json_object_new_boolean(entry->parameter));
		network_report_add_count(told, "scales", entry->channels);
		json_object_object_add(told, "lo", json_object_new_double(entry->lo[0]));
		json_object_object_add(told, "hi", json_object_new_double(entry->hi[0]));
		json_object_object_add(told, "scale", json_object_new_double(entry->scale[0]));
		json_object_object_add(told, "zero_point",
				       json_object_new_int(entry->zero_point[0]));
		json_object_array_add(list, told);
	}
	json_object_object_add(object, "tensors", list);
	network_report_print(object);
}

/* The encodings with the ranges chosen, as a file of their format has them. */
static int make_table(struct qmac_context *context, const struct network_options *options,
		      struct network_samples *loaded, struct qmac_table *table)
{
	const struct network_codes *codes = &options->codes;
	const unsigned int format = options->table.format;
	bool forced = format == QMAC_TABLE_NCNN || format == QMAC_TABLE_TENSORRT;
	bool *keep_float = calloc(loaded->info.layers + 1, sizeof(*keep_float));
	struct qmac_network_quantize_options how;
	int ret;

	if (!keep_float)
		return told("calibrate", "", context, -ENOMEM);
	ret = network_codes_options("calibrate", codes, loaded->network, keep_float, &how);
	if (!ret)
		ret = network_samples_choose(
			context, loaded, forced ? 8 : qmac_type_bits(codes->activation_type),
			forced ? QMAC_SCHEME_SYMMETRIC : network_codes_scheme(codes));
	how.encodings = loaded->source.table.count ? &loaded->source.table : NULL;
	if (!ret) {
		ret = qmac_network_table(loaded->network, loaded->ranges, &how, format, table);
		if (ret)
			told("calibrate", "", context, ret);
	}
	free(keep_float);
	return ret;
}

static int run(struct qmac_context *context, const struct network_options *options,
	       struct network_samples *loaded)
{
	struct qmac_table table = { 0 };
	int ret = network_samples_load(context, options, options->svg || options->table.state,
				       loaded);

	if (!ret)
		ret = make_table(context, options, loaded, &table);
	if (!ret)
		ret = save(context, options, loaded, &table);
	if (!ret) {
		report_aside(options->output);
		report_aside(options->svg);
	}
	if (!ret && options->json)
		print_json(options, loaded, &table);
	else if (!ret)
		print_text(options, loaded, &table);
	qmac_table_release(&table);
	return ret;
}

int calibrate_network(int argc, char **argv)
{
	struct network_samples loaded = { 0 };
	struct network_options options;
	struct qmac_context *context;
	int ret = network_options_parse(
		argc, argv, NETWORK_TAKES_OUTPUT | NETWORK_TAKES_STATE | NETWORK_TAKES_PICTURE,
		help, &options);

	if (ret >= 0) {
		network_options_release(&options);
		return ret;
	}
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac calibrate: no memory\n");
		return STATUS_FAILED;
	}
	ret = run(context, &options, &loaded);
	network_samples_release(&loaded);
	network_options_release(&options);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
