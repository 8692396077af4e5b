/* SPDX-License-Identifier: MIT */
/* Options that say where ranges of a network's activations come from. */
#ifndef QMAC_TOOL_NETWORK_RANGES_OPTIONS_H
#define QMAC_TOOL_NETWORK_RANGES_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/qmac.h>

/* Values of getopt_long() for NETWORK_RANGES_LONGS. */
enum {
	NETWORK_RANGES_FIRST = 512,
	NETWORK_RANGES_CALIBRATION = NETWORK_RANGES_FIRST,
	NETWORK_RANGES_BINS,
	NETWORK_RANGES_PERCENTILE,
	NETWORK_RANGES_ONE_SIDED,
	NETWORK_RANGES_COVERAGE,
	NETWORK_RANGES_AVERAGE,
	NETWORK_RANGES_EACH,
	NETWORK_RANGES_BATCH,
	NETWORK_RANGES_TABLE,
	NETWORK_RANGES_END,
};

/* clang-format off */
#define NETWORK_RANGES_LONGS                                                    \
	{ "calibration", required_argument, NULL, NETWORK_RANGES_CALIBRATION }, \
	{ "method", required_argument, NULL, NETWORK_RANGES_CALIBRATION },      \
	{ "preset", required_argument, NULL, NETWORK_RANGES_CALIBRATION },      \
	{ "bins", required_argument, NULL, NETWORK_RANGES_BINS },               \
	{ "percentile", required_argument, NULL, NETWORK_RANGES_PERCENTILE },   \
	{ "one-sided", no_argument, NULL, NETWORK_RANGES_ONE_SIDED },           \
	{ "coverage", required_argument, NULL, NETWORK_RANGES_COVERAGE },       \
	{ "average", required_argument, NULL, NETWORK_RANGES_AVERAGE },         \
	{ "each", no_argument, NULL, NETWORK_RANGES_EACH },                     \
	{ "batch", required_argument, NULL, NETWORK_RANGES_BATCH },             \
	{ "ranges", required_argument, NULL, NETWORK_RANGES_TABLE }

#define NETWORK_RANGES_HELP                                                                  \
	"  --calibration METHOD   minmax (default), average, percentile, two-pointer,\n"        \
	"                         two-pointer-as-written, kl, mse, aciq-gauss, aciq-laplace,\n" \
	"                         cosine; or as another tool does it: ncnn-kl, ncnn-aciq,\n"    \
	"                         ort-minmax, ort-average, ort-entropy, ort-percentile,\n"      \
	"                         ort-percentile-asymmetric, ppq-kl, ppq-percentile,\n"         \
	"                         tensorrt-entropy\n"                                           \
	"  --bins N               bins of the histograms\n"                                     \
	"  --percentile P         per cent to keep (default: 99.99)\n"                          \
	"  --one-sided            percentile of the magnitudes\n"                               \
	"  --coverage C           limit of two-pointer (default: 0.99)\n"                       \
	"  --average C            weight of the new in the moving average (default: 0.01)\n"    \
	"  --each                 ort-*: every batch is a collection of its own\n"              \
	"  --batch N              samples per batch, for averages and tools (default: 32)\n"    \
	"  --ranges FILE          take ranges from this table (any format of qmac table);\n"    \
	"                         what is not in it is calibrated\n"
/* clang-format on */

/**
 * struct network_ranges_options - what was said
 * @spec: What to create.
 * @method: How to choose; scheme and bits are left to the caller.
 * @constant: Averaging constant.
 * @averaged: It was given.
 * @batch: Samples per batch.
 * @table: File with ranges, or NULL.
 */
struct network_ranges_options {
	struct qmac_calibration_spec spec;
	struct qmac_calibration_method method;
	float constant;
	bool averaged;
	size_t batch;
	const char *table;
};

void network_ranges_options_init(struct network_ranges_options *options);

/**
 * network_ranges_option() - take one option
 * @command: Subcommand, for messages.
 * @c: From getopt_long(), NETWORK_RANGES_FIRST to NETWORK_RANGES_END - 1.
 * @value: Its argument.
 * @options: Receives it.
 *
 * Return: -1 to go on, or STATUS_USAGE, told.
 */
int network_ranges_option(const char *command, int c, const char *value,
			  struct network_ranges_options *options);

/** network_ranges_averages() - do batches end steps of a moving average? */
bool network_ranges_averages(const struct network_ranges_options *options);

#endif /* QMAC_TOOL_NETWORK_RANGES_OPTIONS_H */
