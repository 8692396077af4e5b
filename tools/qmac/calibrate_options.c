// SPDX-License-Identifier: MIT
#include "calibrate_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate_network.h"
#include "codes_options.h"
#include "command.h"
#include "method_options.h"
#include "option_file.h"
#include "option_next.h"
#include "option_value.h"
#include "outputs.h"

static const char help[] =
	"usage: qmac calibrate [NAME=]FILE.npy... [OPTION]...\n"
	"\n"
	"Chooses the range that a tensor's codes should cover. Each float32 file is a batch;\n"
	"those with the same NAME= belong to one tensor.\n"
	"\n"
	"  -o, --output FILE     write a table (.json ours, .table ncnn, .cache TensorRT,\n"
	"                        .encodings AIMET) or, for .state, what was seen, to go on later\n"
	"  --format FORMAT       qmac, ncnn, tensorrt, ort, aimet, aimet-1.0.0, aimet-2.0.0 or\n"
	"                        state\n"
	"  --resume FILE.state   go on from there; without files, choose again\n"
	"  --name NAME           name of files without NAME= (default: tensor)\n"
	"  --method METHOD       minmax (default), average, percentile, two-pointer,\n"
	"                        two-pointer-as-written, kl, mse, aciq-gauss, aciq-laplace, "
	"cosine\n"
	"  --preset TOOL         as another tool does it: two-pointer, ncnn-kl, ncnn-aciq,\n"
	"                        ort-minmax, ort-average, ort-entropy, ort-percentile,\n"
	"                        ort-percentile-asymmetric, ppq-kl, ppq-percentile,\n"
	"                        tensorrt-entropy (default: own)\n"
	"  --each                ort-*: every file is a collection of its own\n"
	"  --bins N              bins of the histogram\n"
	"  --percentile P        per cent to keep (default: 99.99)\n"
	"  --one-sided           percentile of the magnitudes\n"
	"  --coverage C          limit of two-pointer (default: 0.99)\n"
	"  --average C           end a step of the moving average after every file: weight of\n"
	"                        the new (default with average: 0.01)\n"
	"  --bits B              2 to 16 (default: 8)\n"
	"  --signed, --unsigned  codes (default: signed)\n"
	"  --symmetric, --full, --asymmetric\n"
	"                        scheme (default: symmetric)\n"
	"  --nan-zero            count a NaN as 0\n"
	"  --histogram           print the histogram\n"
	"  --svg FILE            draw it\n"
	"  --json                print a JSON object\n";

enum {
	OPT_FORMAT = 256,
	OPT_RESUME,
	OPT_NAME,
	OPT_METHOD,
	OPT_PRESET,
	OPT_EACH,
	OPT_BINS,
	OPT_PERCENTILE,
	OPT_ONE_SIDED,
	OPT_COVERAGE,
	OPT_AVERAGE,
	OPT_BITS,
	OPT_SIGNED,
	OPT_UNSIGNED,
	OPT_SYMMETRIC,
	OPT_FULL,
	OPT_ASYMMETRIC,
	OPT_NAN_ZERO,
	OPT_HISTOGRAM,
	OPT_SVG,
	OPT_JSON,
	OPT_HELP,
};

static const struct option longs[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "resume", required_argument, NULL, OPT_RESUME },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "method", required_argument, NULL, OPT_METHOD },
	{ "preset", required_argument, NULL, OPT_PRESET },
	{ "each", no_argument, NULL, OPT_EACH },
	{ "bins", required_argument, NULL, OPT_BINS },
	{ "percentile", required_argument, NULL, OPT_PERCENTILE },
	{ "one-sided", no_argument, NULL, OPT_ONE_SIDED },
	{ "coverage", required_argument, NULL, OPT_COVERAGE },
	{ "average", required_argument, NULL, OPT_AVERAGE },
	{ "bits", required_argument, NULL, OPT_BITS },
	{ "signed", no_argument, NULL, OPT_SIGNED },
	{ "unsigned", no_argument, NULL, OPT_UNSIGNED },
	{ "symmetric", no_argument, NULL, OPT_SYMMETRIC },
	{ "full", no_argument, NULL, OPT_FULL },
	{ "asymmetric", no_argument, NULL, OPT_ASYMMETRIC },
	{ "nan-zero", no_argument, NULL, OPT_NAN_ZERO },
	{ "histogram", no_argument, NULL, OPT_HISTOGRAM },
	{ "svg", required_argument, NULL, OPT_SVG },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/* The command line while it is read. */
struct reader {
	struct calibrate_options *options;
	struct codes_options codes;
	const char *format;
	bool method_given, preset_given;
};

static int parse_number(const char *what, const char *text, double lo, double hi,
			const char *remedy, double *out)
{
	return option_number(text, lo, hi, out) ? -1
						: option_misused("calibrate", what, text, remedy);
}

/* Counts up names until one is @text. */
static int parse_name(const char *what, const char *text, const char *(*name)(unsigned int),
		      uint8_t *out)
{
	for (unsigned int i = 0; name(i); i++) {
		if (!strcmp(text, name(i))) {
			*out = (uint8_t)i;
			return -1;
		}
	}
	return option_misused("calibrate", what, text, "qmac calibrate --help lists them");
}

static int parse_bins(const char *text, uint32_t *out)
{
	long long bins;
	int ret = option_take_integer("calibrate", "--bins", text, 1, 65536, &bins);

	if (ret < 0)
		*out = (uint32_t)bins;
	return ret;
}

static int take_number(int c, struct reader *reader)
{
	struct calibrate_options *options = reader->options;
	double value = 0;
	int ret;

	switch (c) {
	case OPT_BINS:
		return parse_bins(optarg, &options->calibration.bins);
	case OPT_PERCENTILE:
		return parse_number("--percentile", optarg, 1e-300, 100,
				    "expected a number above 0, up to 100",
				    &options->method.percentile);
	case OPT_COVERAGE:
		return parse_number("--coverage", optarg, 1e-300, 1 - 1e-16,
				    "expected a number between 0 and 1", &options->method.coverage);
	case OPT_AVERAGE:
		ret = parse_number("--average", optarg, 0, 1, "expected a number from 0 to 1",
				   &value);
		options->constant = (float)value;
		return ret;
	case OPT_BITS:
		return codes_options_bits("calibrate", optarg, &reader->codes);
	default:
		return STATUS_USAGE;
	}
}

static int take_switch(int c, struct reader *reader)
{
	struct calibrate_options *options = reader->options;

	switch (c) {
	case OPT_EACH:
		options->calibration.each = true;
		return -1;
	case OPT_ONE_SIDED:
		options->method.one_sided = true;
		return -1;
	case OPT_SIGNED:
	case OPT_UNSIGNED:
		reader->codes.is_unsigned = c == OPT_UNSIGNED;
		return -1;
	case OPT_SYMMETRIC:
		reader->codes.scheme = QMAC_SCHEME_SYMMETRIC;
		return -1;
	case OPT_FULL:
		reader->codes.scheme = QMAC_SCHEME_SYMMETRIC_FULL;
		return -1;
	case OPT_ASYMMETRIC:
		reader->codes.scheme = QMAC_SCHEME_ASYMMETRIC;
		return -1;
	case OPT_NAN_ZERO:
		options->calibration.nan = QMAC_NAN_ZERO;
		return -1;
	case OPT_HISTOGRAM:
		options->histogram = true;
		return -1;
	case OPT_JSON:
		options->json = true;
		return -1;
	default:
		return take_number(c, reader);
	}
}

static int take(int c, struct reader *reader)
{
	struct calibrate_options *options = reader->options;

	switch (c) {
	case 'o':
		options->output = option_output(optarg);
		return -1;
	case OPT_FORMAT:
		reader->format = optarg;
		return -1;
	case OPT_RESUME:
		options->resume = option_input(optarg);
		return -1;
	case OPT_NAME:
		options->name = optarg;
		return -1;
	case OPT_METHOD:
		reader->method_given = true;
		return parse_name("--method", optarg, qmac_method_name, &options->method.method);
	case OPT_PRESET:
		reader->preset_given = true;
		return parse_name("--preset", optarg, qmac_calibrator_name,
				  &options->calibration.calibrator);
	case OPT_SVG:
		options->svg = option_output(optarg);
		return -1;
	case OPT_HELP:
		fputs(help, stdout);
		fputs("\nor, for a whole network:\n\n", stdout);
		calibrate_network_help();
		return STATUS_OK;
	default:
		return take_switch(c, reader);
	}
}

/* "NAME=FILE": where FILE begins. A name without a file name behind it is none. */
const char *calibrate_file_of(const char *argument)
{
	const char *equals = strchr(argument, '=');

	return equals && equals > argument && !memchr(argument, '/', (size_t)(equals - argument))
		       ? equals + 1
		       : argument;
}

/* Only as a state may the output be the state that was read: that is how it goes on. */
static int check_outputs(const struct calibrate_options *options)
{
	const struct output outputs[] = { { "--output", options->output },
					  { "--svg", options->svg } };
	const char *const resumed[] = { options->resume };
	int ret;

	for (size_t i = 0; i < options->file_count; i++) {
		const char *const file[] = { option_input(calibrate_file_of(options->files[i])) };

		ret = outputs_check("calibrate", file, 1, outputs, 2);
		if (ret >= 0)
			return ret;
	}
	return options->table.state ? outputs_check("calibrate", resumed, 1, outputs + 1, 1)
				    : outputs_check("calibrate", resumed, 1, outputs, 2);
}

static int check_together(const struct reader *reader)
{
	const struct calibrate_options *options = reader->options;
	uint8_t tool = options->calibration.calibrator, method = options->method.method;
	bool filter =
		method == QMAC_METHOD_TWO_POINTER || method == QMAC_METHOD_TWO_POINTER_AS_WRITTEN;
	int ret;

	if (!options->file_count && !options->resume) {
		fprintf(stderr, "qmac calibrate: give files, or --resume; --help tells the rest\n");
		return STATUS_USAGE;
	}
	if (reader->method_given && tool != QMAC_CALIBRATOR_OWN &&
	    !(tool == QMAC_CALIBRATOR_TWO_POINTER && filter))
		return option_misused("calibrate", "--method", qmac_method_name(method),
				      "--preset has its own");
	if (options->resume && (reader->preset_given || options->calibration.bins ||
				options->calibration.each || options->calibration.nan))
		return option_misused("calibrate", "--resume", options->resume,
				      "the state says --preset, --each, --bins and --nan-zero");
	if (options->calibration.nan && tool != QMAC_CALIBRATOR_OWN)
		return option_misused("calibrate", "--nan-zero with --preset",
				      qmac_calibrator_name(tool),
				      "the tools know no NaN: leave one of them out");
	if (options->json && options->histogram) {
		fprintf(stderr, "qmac calibrate: --json and --histogram both print: choose one\n");
		return STATUS_USAGE;
	}
	/* The state knows its calibrator. */
	ret = options->resume ? -1 : method_options_check("calibrate", tool, &options->method);
	if (ret < 0 && !options->resume)
		ret = calibrator_options_check("calibrate", &options->calibration);
	return ret >= 0 ? ret : check_outputs(options);
}

int calibrate_options_parse(int argc, char **argv, struct calibrate_options *options)
{
	struct reader reader = { .options = options };
	int c, ret;

	*options = (struct calibrate_options){ .name = "tensor", .constant = -1 };
	while ((c = option_next("calibrate", argc, argv, ":o:", longs)) != -1) {
		ret = take(c, &reader);
		if (ret >= 0)
			return ret;
	}
	options->files = argv + optind;
	options->file_count = (size_t)(argc - optind);
	options->codes = codes_options_spec(&reader.codes);
	options->method.bits = (uint8_t)reader.codes.bits;
	options->method.scheme = reader.codes.scheme;
	if (options->method.method == QMAC_METHOD_AVERAGE && options->constant < 0)
		options->constant = 0.01f;
	ret = table_output_choose("calibrate", "--format", reader.format, options->output, true,
				  &options->table);
	return ret >= 0 ? ret : check_together(&reader);
}
