// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate_network.h"
#include "calibrate_options.h"
#include "calibrate_report.h"
#include "calibrate_tensor.h"
#include "command.h"
#include "histogram.h"
#include "network_name.h"
#include "lib/formats/whole_file.h"
#include "report_aside.h"
#include "told.h"

#define TEXT_COLUMNS 32
#define SVG_COLUMNS  180

/* Scales of all ranges; a tool that has its own scale for s8 is taken at its word. */
static int fill_table(struct qmac_context *context, const struct calibrate_options *options,
		      const struct calibrate_tensors *tensors, struct qmac_table *table)
{
	for (size_t i = 0; i < tensors->count; i++) {
		const struct calibrate_tensor *tensor = &tensors->all[i];
		struct qmac_table_entry *entry;
		int ret = qmac_table_add_range(context, table, tensor->name, false, &options->codes,
					       QMAC_PER_TENSOR, 1, &tensor->range.lo,
					       &tensor->range.hi);

		if (ret)
			return told("calibrate", "", context, ret);
		entry = &table->entries[i];
		if (tensor->range.scale > 0 && entry->is_signed && entry->symmetric &&
		    entry->bits == 8)
			entry->scale[0] = tensor->range.scale;
	}
	return 0;
}

/* Whose histogram to draw: the calibrator's own, if it keeps one. */
static const struct qmac_calibration *drawn(const struct calibrate_tensor *tensor)
{
	struct qmac_calibration_stats stats;

	qmac_calibration_stats(tensor->calibration, &stats);
	return stats.bins || !tensor->picture ? tensor->calibration : tensor->picture;
}

static int print_histograms(const struct calibrate_tensors *tensors)
{
	for (size_t i = 0; i < tensors->count; i++) {
		const struct calibrate_tensor *tensor = &tensors->all[i];
		struct histogram_view view;
		int ret = histogram_view_make(&view, tensor->name, drawn(tensor), &tensor->range,
					      TEXT_COLUMNS);

		if (!ret)
			histogram_print_text(&view, stdout);
		histogram_view_free(&view);
		if (ret)
			return ret;
	}
	return 0;
}

static int save_svg(const char *path, const struct histogram_view *views, size_t count)
{
	struct whole_file file;
	int ret = whole_file_open(&file, path);

	if (!ret) {
		histogram_print_svg(views, count, file.out);
		ret = whole_file_commit(&file);
	}
	if (ret)
		fprintf(stderr, "qmac calibrate: %s: cannot write: %s\n", path, strerror(-ret));
	return ret;
}

static int draw(const struct calibrate_options *options, const struct calibrate_tensors *tensors)
{
	struct histogram_view *views = calloc(tensors->count, sizeof(*views));
	int ret = views ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < tensors->count; i++)
		ret = histogram_view_make(&views[i], tensors->all[i].name, drawn(&tensors->all[i]),
					  &tensors->all[i].range, SVG_COLUMNS);
	if (!ret)
		ret = save_svg(options->svg, views, tensors->count);
	for (size_t i = 0; views && i < tensors->count; i++)
		histogram_view_free(&views[i]);
	free(views);
	return ret;
}

static int save_state(struct qmac_context *context, const struct calibrate_options *options,
		      const struct calibrate_tensors *tensors)
{
	int ret;

	if (tensors->count > 1) {
		fprintf(stderr,
			"qmac calibrate: %s: a state is of one tensor, not of %s and %s: write a "
			"table, or calibrate one at a time\n",
			options->output, tensors->all[0].name, tensors->all[1].name);
		return -EINVAL;
	}
	ret = qmac_calibration_save(tensors->all[0].calibration, options->output);
	return ret ? told("calibrate", "", context, ret) : 0;
}

static int save(struct qmac_context *context, const struct calibrate_options *options,
		const struct calibrate_tensors *tensors, const struct qmac_table *table)
{
	int ret;

	if (!options->output)
		return 0;
	if (options->table.state)
		return save_state(context, options, tensors);
	ret = qmac_table_save(context, options->output, options->table.format, table);
	return ret ? told("calibrate", "", context, ret) : 0;
}

static int run(struct qmac_context *context, const struct calibrate_options *options,
	       struct calibrate_tensors *tensors, struct qmac_table *table)
{
	int ret = calibrate_tensors_read(context, options, tensors);

	if (!ret)
		ret = calibrate_tensors_choose(context, options, tensors);
	if (!ret)
		ret = fill_table(context, options, tensors, table);
	if (!ret)
		ret = save(context, options, tensors, table);
	if (!ret && options->svg)
		ret = draw(options, tensors);
	if (ret)
		return ret;
	report_aside(options->output);
	report_aside(options->svg);
	if (options->json)
		calibrate_report_print_json(options, tensors, table);
	else
		calibrate_report_print(options, tensors, table);
	return options->histogram ? print_histograms(tensors) : 0;
}

int command_calibrate(int argc, char **argv)
{
	struct calibrate_tensors tensors = { 0 };
	struct qmac_table table = { 0 };
	struct calibrate_options options;
	struct qmac_context *context;
	int ret;

	if (network_named(argc, argv))
		return calibrate_network(argc, argv);
	ret = network_option_misplaced(argc, argv);
	if (ret < 0)
		ret = calibrate_options_parse(argc, argv, &options);
	if (ret >= 0)
		return ret;
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac calibrate: no memory\n");
		return STATUS_FAILED;
	}
	ret = run(context, &options, &tensors, &table);
	qmac_table_release(&table);
	calibrate_tensors_free(&tensors);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
