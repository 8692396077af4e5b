// SPDX-License-Identifier: MIT
#include "network_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "command.h"
#include "method_options.h"
#include "option_file.h"
#include "option_next.h"
#include "option_value.h"
#include "outputs.h"

enum {
	OPT_DATA = 256,
	OPT_LABELS,
	OPT_CALIB,
	OPT_BITS,
	OPT_WEIGHT_BITS,
	OPT_ACTIVATION_BITS,
	OPT_WEIGHTS_ONLY,
	OPT_PER_CHANNEL,
	OPT_OPSET,
	OPT_FORMAT,
	OPT_RESUME,
	OPT_SVG,
	OPT_JSON,
	OPT_HELP,
};

static const struct option longs[] = {
	{ "data", required_argument, NULL, OPT_DATA },
	{ "labels", required_argument, NULL, OPT_LABELS },
	{ "calib", required_argument, NULL, OPT_CALIB },
	{ "bits", required_argument, NULL, OPT_BITS },
	{ "bitwidth", required_argument, NULL, OPT_BITS }, /* these: SNPE's names */
	{ "weight-bits", required_argument, NULL, OPT_WEIGHT_BITS },
	{ "weights_bitwidth", required_argument, NULL, OPT_WEIGHT_BITS },
	{ "activation-bits", required_argument, NULL, OPT_ACTIVATION_BITS },
	{ "act_bitwidth", required_argument, NULL, OPT_ACTIVATION_BITS },
	{ "weights-only", no_argument, NULL, OPT_WEIGHTS_ONLY },
	{ "per-channel", no_argument, NULL, OPT_PER_CHANNEL },
	{ "opset", required_argument, NULL, OPT_OPSET },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "resume", required_argument, NULL, OPT_RESUME },
	{ "svg", required_argument, NULL, OPT_SVG },
	NETWORK_RANGES_LONGS,
	NETWORK_CODES_LONGS,
	NETWORK_IMPROVE_LONGS,
	{ "output", required_argument, NULL, 'o' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/* What an option needs of NETWORK_TAKES_*; 0 for those that all have. */
static unsigned int needs(int c)
{
	if (c >= NETWORK_CODES_FIRST && c < NETWORK_CODES_END)
		return NETWORK_TAKES_OUTPUT;
	if (c >= NETWORK_IMPROVE_FIRST && c < NETWORK_IMPROVE_END)
		return NETWORK_TAKES_STEPS;
	switch (c) {
	case OPT_BITS:
		return NETWORK_TAKES_BITS | NETWORK_TAKES_WIDTHS | NETWORK_TAKES_OUTPUT;
	case OPT_WEIGHT_BITS:
	case OPT_ACTIVATION_BITS:
		return NETWORK_TAKES_BITS | NETWORK_TAKES_OUTPUT;
	case OPT_WEIGHTS_ONLY:
		return NETWORK_TAKES_WIDTHS;
	case OPT_DATA:
	case OPT_LABELS:
		return NETWORK_TAKES_LABELS;
	case OPT_FORMAT:
	case OPT_RESUME:
		return NETWORK_TAKES_STATE;
	case OPT_SVG:
		return NETWORK_TAKES_PICTURE;
	case OPT_OPSET:
		return NETWORK_TAKES_OPSET;
	case 'o':
		return NETWORK_TAKES_OUTPUT;
	default:
		return 0;
	}
}

static int take_bits(struct network_options *options, const char *what, unsigned int *out)
{
	long long bits;

	if (!option_integer(optarg, 0, 16, &bits))
		return option_misused(options->command, what, optarg,
				      "expected 1 to 16, or 0 for float");
	*out = (unsigned int)bits;
	return -1;
}

static int take_widths(struct network_options *options)
{
	const char *at = optarg;
	long long bits;

	for (options->width_count = 0; options->width_count < NETWORK_WIDTHS;) {
		if (!option_integer_next(&at, 1, 16, &bits))
			break;
		options->widths[options->width_count++] = (unsigned int)bits;
		if (!*at)
			return -1;
	}
	return option_misused(options->command, "--bits", optarg,
			      "expected a list like 16,8,6,4,2,1");
}

/* Of what is written: widths of codes, all at once or apart. */
static int take_code_bits(int c, struct network_options *options)
{
	struct qmac_bitwidths *given = &options->codes.given;
	const char *command = options->command;

	if (c == OPT_BITS)
		return network_codes_width(command, "--bits", optarg, &given->all);
	if (c == OPT_WEIGHT_BITS)
		return network_codes_width(command, "--weight-bits", optarg, &given->weights);
	return network_codes_width(command, "--activation-bits", optarg, &given->activations);
}

/* Of a what-if run: any width. */
static int take_trial_bits(int c, struct network_options *options)
{
	int ret;

	if (c == OPT_WEIGHT_BITS)
		return take_bits(options, "--weight-bits", &options->weight_bits);
	if (c == OPT_ACTIVATION_BITS)
		return take_bits(options, "--activation-bits", &options->activation_bits);
	ret = take_bits(options, "--bits", &options->weight_bits);
	options->activation_bits = options->weight_bits;
	return ret;
}

static int take_opset(struct network_options *options)
{
	long long opset;
	int ret = option_take_integer(options->command, "--opset", optarg, 14, 22, &opset);

	if (ret < 0)
		options->opset = (unsigned int)opset;
	return ret;
}

static int take_flag(int c, struct network_options *options, const char *help)
{
	switch (c) {
	case OPT_WEIGHTS_ONLY:
		options->weights_only = true;
		return -1;
	case OPT_PER_CHANNEL:
		options->per_channel = options->codes.per_channel = true;
		return -1;
	case OPT_JSON:
		options->json = true;
		return -1;
	case OPT_HELP:
		fputs(help, stdout);
		return STATUS_OK;
	default:
		return STATUS_USAGE;
	}
}

static int take_name(int c, struct network_options *options)
{
	const char **name = c == OPT_DATA     ? &options->data
			    : c == OPT_LABELS ? &options->labels
			    : c == OPT_CALIB  ? &options->calibration
			    : c == OPT_FORMAT ? &options->format
			    : c == OPT_RESUME ? &options->resume
			    : c == OPT_SVG    ? &options->svg
					      : &options->output;

	if (c == OPT_FORMAT)
		*name = optarg;
	else
		*name = c == OPT_SVG || c == 'o' ? option_output(optarg) : option_input(optarg);
	return -1;
}

static int take(int c, struct network_options *options, unsigned int takes, const char *help)
{
	if (needs(c) && !(needs(c) & takes))
		return option_unknown(options->command, c, longs);
	if (c >= NETWORK_RANGES_FIRST && c < NETWORK_RANGES_END)
		return network_ranges_option(options->command, c, optarg, &options->ranges);
	if (c >= NETWORK_CODES_FIRST && c < NETWORK_CODES_END)
		return network_codes_option(options->command, c, optarg, &options->codes);
	if (c >= NETWORK_IMPROVE_FIRST && c < NETWORK_IMPROVE_END)
		return network_improve_option(options->command, c, optarg, &options->improve);
	switch (c) {
	case OPT_DATA:
	case OPT_LABELS:
	case OPT_CALIB:
	case OPT_FORMAT:
	case OPT_RESUME:
	case OPT_SVG:
	case 'o':
		return take_name(c, options);
	case OPT_OPSET:
		return take_opset(options);
	case OPT_BITS:
	case OPT_WEIGHT_BITS:
	case OPT_ACTIVATION_BITS:
		if (takes & NETWORK_TAKES_OUTPUT)
			return take_code_bits(c, options);
		return takes & NETWORK_TAKES_WIDTHS ? take_widths(options)
						    : take_trial_bits(c, options);
	default:
		return take_flag(c, options, help);
	}
}

static const char *missing_of(const struct network_options *options, unsigned int takes)
{
	if (!options->model)
		return "MODEL.onnx";
	if (takes & NETWORK_TAKES_STATE)
		return options->calibration || options->resume ? NULL : "--calib";
	if (!(takes & NETWORK_TAKES_OUTPUT))
		return options->data ? NULL : "--data";
	if (!options->calibration && !options->ranges.table)
		return "--calib or --ranges";
	return options->output ? NULL : "-o";
}

/* Only as a state may the output be the state that was read: that is how it goes on. */
static int check_outputs(const struct network_options *options)
{
	const char *const inputs[] = {
		options->model,	      options->data,	     options->labels,
		options->calibration, options->ranges.table, options->resume,
	};
	const struct output outputs[] = { { "--output", options->output },
					  { "--svg", options->svg } };
	const size_t count = sizeof(inputs) / sizeof(inputs[0]);
	const bool goes_on = options->table.state;
	int ret = outputs_check(options->command, inputs, count - goes_on, outputs, 2);

	return ret >= 0 ? ret : outputs_check(options->command, inputs, count, outputs + 1, 1);
}

static int check_together(struct network_options *options, unsigned int takes)
{
	const char *missing = missing_of(options, takes);
	int ret;

	if (missing) {
		fprintf(stderr, "qmac %s: %s is missing; qmac %s --help tells the options\n",
			options->command, missing, options->command);
		return STATUS_USAGE;
	}
	if (options->labels && !options->data && !options->calibration) {
		fprintf(stderr, "qmac %s: --labels go with --data or --calib\n", options->command);
		return STATUS_USAGE;
	}
	if (options->resume && (options->ranges.spec.bins || options->ranges.spec.each)) {
		fprintf(stderr, "qmac %s: --resume %s: the state says --bins and --each\n",
			options->command, options->resume);
		return STATUS_USAGE;
	}
	/* The state knows its calibrator. */
	ret = options->resume
		      ? -1
		      : method_options_check(options->command, options->ranges.spec.calibrator,
					     &options->ranges.method);
	if (ret < 0 && !options->resume)
		ret = calibrator_options_check(options->command, &options->ranges.spec);
	if (ret < 0 && options->ranges.averaged && !network_ranges_averages(&options->ranges))
		ret = method_options_unused(options->command, "--average", "--calibration average");
	if (ret < 0 && takes & NETWORK_TAKES_OUTPUT)
		ret = network_codes_check(options->command, &options->codes);
	if (ret < 0 && takes & NETWORK_TAKES_STATE)
		ret = table_output_choose(options->command, "--format", options->format,
					  options->output, true, &options->table);
	if (ret < 0)
		ret = check_outputs(options);
	if (ret >= 0)
		return ret;
	return network_improve_check(options->command, &options->improve, options->calibration,
				     options->ranges.table, options->codes.per_channel,
				     options->codes.block);
}

int network_options_parse(int argc, char **argv, unsigned int takes, const char *help,
			  struct network_options *options)
{
	static const unsigned int widths[] = { 16, 8, 6, 4, 2, 1 };
	int c, ret;

	*options = (struct network_options){
		.command = argv[0],
		.weight_bits = 8,
		.activation_bits = 8,
		.width_count = sizeof(widths) / sizeof(widths[0]),
	};
	memcpy(options->widths, widths, sizeof(widths));
	network_ranges_options_init(&options->ranges);
	while ((c = option_next(options->command, argc, argv, ":o:", longs)) != -1) {
		ret = take(c, options, takes, help);
		if (ret >= 0)
			return ret;
	}
	if (optind < argc)
		options->model = option_input(argv[optind++]);
	if (optind < argc)
		return option_misused(options->command, "argument", argv[optind], "unexpected");
	return check_together(options, takes);
}

void network_options_release(struct network_options *options)
{
	network_codes_release(&options->codes);
}
