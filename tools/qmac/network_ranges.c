// SPDX-License-Identifier: MIT
#include "network_ranges.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "told.h"

static int failed(struct qmac_context *context, const struct network_ranges *ranges, int error)
{
	return told_of_network(ranges->options->command, context, error);
}

/* A batch ends a step of a moving average where one is wanted. */
static int update(const struct network_ranges *ranges, size_t rows, const float *x)
{
	const struct network_ranges_options *how = &ranges->options->ranges;
	int ret = qmac_network_calibration_update(ranges->calibration, rows, x);

	if (!ret && network_ranges_averages(how))
		ret = qmac_network_calibration_step(ranges->calibration, how->constant);
	return ret;
}

/* All samples once, in batches. */
static int pass(const struct network_ranges *ranges, size_t rows, const float *x)
{
	struct qmac_network_tensor input;
	struct qmac_network_info info;
	size_t batch = ranges->options->ranges.batch, row;
	struct progress progress;
	int ret = 0;

	qmac_network_info(ranges->network, &info);
	qmac_network_tensor(ranges->network, qmac_network_input(ranges->network, 0), &input);
	row = input.count / input.dims[0];
	if (info.fixed_batch) /* whole runs; the last batch tells when some do not fill one */
		batch = (batch + info.fixed_batch - 1) / info.fixed_batch * info.fixed_batch;
	progress_begin(&progress, ranges->options->command, "calibrating", rows);
	for (size_t at = 0; !ret && at < rows; at += batch) {
		size_t some = rows - at < batch ? rows - at : batch;

		ret = update(ranges, some, x + at * row);
		progress_add(&progress, some);
	}
	progress_end(&progress);
	return ret;
}

/* -EALREADY: has been told. */
static int refuse_more(const struct network_ranges *ranges)
{
	fprintf(stderr,
		"qmac %s: --resume %s: this calibrator needs all samples twice: calibrate them "
		"together\n",
		ranges->options->command, ranges->options->resume);
	return -EALREADY;
}

static int calibrate(struct network_ranges *ranges, size_t rows, const float *x)
{
	const struct network_ranges_options *how = &ranges->options->ranges;
	const char *resume = ranges->options->resume;
	int ret;

	if (resume)
		ret = qmac_network_calibration_load(ranges->network, resume, &ranges->calibration);
	else
		ret = qmac_network_calibration_create(ranges->network, &how->spec,
						      &ranges->calibration);
	if (!ret && resume && rows && qmac_network_calibration_passes(ranges->calibration) > 1)
		return refuse_more(ranges);
	if (!ret && rows)
		ret = pass(ranges, rows, x);
	if (!ret && rows && qmac_network_calibration_passes(ranges->calibration) > 1) {
		ret = qmac_network_calibration_next_pass(ranges->calibration);
		if (!ret)
			ret = pass(ranges, rows, x);
	}
	if (!ret && how->spec.calibrator == QMAC_CALIBRATOR_ORT_AVERAGE)
		ret = qmac_network_calibration_step(ranges->calibration, how->constant);
	return ret;
}

/* Nothing is known of them until a table tells. */
static void fill_unknown(const struct network_ranges *ranges, size_t tensors)
{
	struct qmac_network_tensor told;

	for (size_t i = 0; i < tensors; i++) {
		qmac_network_tensor(ranges->network, i, &told);
		if (!told.constant && told.is_float)
			ranges->minmax[i].lo = ranges->minmax[i].hi = NAN;
	}
}

/* A typing error in a name must not pass for a range that was taken. */
static int read_table(struct qmac_context *context, struct network_ranges *ranges)
{
	const char *path = ranges->options->ranges.table;
	int ret = qmac_table_load(context, path, QMAC_TABLE_DETECT, NULL, &ranges->table);
	size_t named = 0;
	bool *matched;

	if (ret)
		return failed(context, ranges, ret);
	matched = calloc(ranges->table.count + 1, sizeof(*matched));
	if (!matched)
		return failed(context, ranges, -ENOMEM);
	ret = qmac_network_table_ranges(ranges->network, &ranges->table, ranges->minmax, matched);
	for (size_t i = 0; !ret && i < ranges->table.count; i++) {
		named += matched[i];
		if (!matched[i])
			fprintf(stderr, "qmac %s: %s: '%s' names nothing in %s\n",
				ranges->options->command, path, ranges->table.entries[i].name,
				ranges->options->model);
	}
	if (ret) {
		failed(context, ranges, ret);
	} else if (!named) {
		fprintf(stderr, "qmac %s: %s: no entry of %s: is it of another network?\n",
			ranges->options->command, path, ranges->options->model);
		ret = -EINVAL;
	}
	free(matched);
	return ret;
}

int network_ranges_see(struct qmac_context *context, const struct network_options *options,
		       struct qmac_network *network, size_t rows, const float *x, bool detailed,
		       struct network_ranges *ranges)
{
	const struct network_ranges_options *how = &options->ranges;
	bool plain = how->spec.calibrator == QMAC_CALIBRATOR_OWN &&
		     how->method.method == QMAC_METHOD_MINMAX && !detailed && !options->resume;
	struct qmac_network_info info;
	int ret = 0;

	*ranges = (struct network_ranges){ .network = network, .options = options };
	qmac_network_info(network, &info);
	ranges->minmax = calloc(info.tensors + 1, sizeof(*ranges->minmax));
	if (!ranges->minmax)
		return failed(context, ranges, -ENOMEM);
	if (rows && plain)
		ret = qmac_network_minmax(network, rows, x, ranges->minmax);
	else if (rows || options->resume)
		ret = calibrate(ranges, rows, x);
	else
		fill_unknown(ranges, info.tensors);
	if (ret)
		return ret == -EALREADY ? -EINVAL : failed(context, ranges, ret);
	return how->table ? read_table(context, ranges) : 0;
}

int network_ranges_choose(struct qmac_context *context, const struct network_ranges *ranges,
			  unsigned int bits, uint8_t scheme, struct qmac_network_range *out)
{
	struct qmac_calibration_method method = ranges->options->ranges.method;
	struct qmac_network_info info;
	int ret = 0;

	qmac_network_info(ranges->network, &info);
	if (!ranges->calibration) {
		memcpy(out, ranges->minmax, info.tensors * sizeof(*out));
		return 0;
	}
	method.bits = (uint8_t)(bits < 2 ? 2 : bits);
	method.scheme = scheme;
	ret = qmac_network_calibration_choose(ranges->calibration, &method, out);
	if (!ret && ranges->table.count)
		ret = qmac_network_table_ranges(ranges->network, &ranges->table, out, NULL);
	return ret ? failed(context, ranges, ret) : 0;
}

const char *network_ranges_way(const struct network_ranges *ranges)
{
	const struct network_ranges_options *how = &ranges->options->ranges;
	struct qmac_calibration_stats stats = { .calibrator = how->spec.calibrator };
	struct qmac_network_info info;

	qmac_network_info(ranges->network, &info);
	for (size_t i = 0; ranges->calibration && i < info.tensors; i++) {
		const struct qmac_calibration *seen =
			qmac_network_calibration_tensor(ranges->calibration, i);

		if (seen) /* a state that was resumed knows better than the options */
			qmac_calibration_stats(seen, &stats);
	}
	return stats.calibrator == QMAC_CALIBRATOR_OWN ? qmac_method_name(how->method.method)
						       : qmac_calibrator_name(stats.calibrator);
}

void network_ranges_release(struct network_ranges *ranges)
{
	qmac_network_calibration_destroy(ranges->calibration);
	free(ranges->minmax);
	qmac_table_release(&ranges->table);
}
