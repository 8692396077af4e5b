// SPDX-License-Identifier: MIT
#include "network_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "command.h"

enum {
	OPT_DATA = 256,
	OPT_LABELS,
	OPT_CALIB,
	OPT_BITS,
	OPT_WEIGHT_BITS,
	OPT_ACTIVATION_BITS,
	OPT_WEIGHTS_ONLY,
	OPT_PER_CHANNEL,
	OPT_WIDEN,
	OPT_ACTIVATIONS,
	OPT_JSON,
	OPT_HELP,
};

static const struct option longs[] = {
	{ "data", required_argument, NULL, OPT_DATA },
	{ "labels", required_argument, NULL, OPT_LABELS },
	{ "calib", required_argument, NULL, OPT_CALIB },
	{ "bits", required_argument, NULL, OPT_BITS },
	{ "weight-bits", required_argument, NULL, OPT_WEIGHT_BITS },
	{ "activation-bits", required_argument, NULL, OPT_ACTIVATION_BITS },
	{ "weights-only", no_argument, NULL, OPT_WEIGHTS_ONLY },
	{ "per-channel", no_argument, NULL, OPT_PER_CHANNEL },
	{ "widen", no_argument, NULL, OPT_WIDEN },
	{ "activations", required_argument, NULL, OPT_ACTIVATIONS },
	{ "output", required_argument, NULL, 'o' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/* What an option needs of NETWORK_TAKES_*; 0 for those that all have. */
static unsigned int needs(int c)
{
	switch (c) {
	case OPT_BITS:
		return NETWORK_TAKES_BITS | NETWORK_TAKES_WIDTHS;
	case OPT_WEIGHT_BITS:
	case OPT_ACTIVATION_BITS:
		return NETWORK_TAKES_BITS;
	case OPT_WEIGHTS_ONLY:
		return NETWORK_TAKES_WIDTHS;
	case OPT_WIDEN:
	case OPT_ACTIVATIONS:
	case 'o':
		return NETWORK_TAKES_OUTPUT;
	default:
		return 0;
	}
}

static int misused(const struct network_options *options, const char *what, const char *value,
		   const char *remedy)
{
	fprintf(stderr, "qmac %s: %s %s: %s\n", options->command, what, value, remedy);
	return STATUS_USAGE;
}

/* One number of bits at @text; *end is left behind it. */
static int parse_bits(const char *text, unsigned long least, unsigned int *out, char **end)
{
	unsigned long value;

	errno = 0;
	value = strtoul(text, end, 10);
	if (*text < '0' || *text > '9' || errno || value < least || value > 16)
		return -EINVAL;
	*out = (unsigned int)value;
	return 0;
}

static int take_bits(struct network_options *options, const char *what, unsigned int *out)
{
	char *end;

	if (parse_bits(optarg, 0, out, &end) || *end)
		return misused(options, what, optarg, "expected 1 to 16, or 0 for float");
	return -1;
}

static int take_widths(struct network_options *options)
{
	char *at = optarg;

	for (options->width_count = 0; options->width_count < NETWORK_WIDTHS; at++) {
		if (parse_bits(at, 1, &options->widths[options->width_count++], &at) ||
		    (*at && *at != ','))
			break;
		if (!*at)
			return -1;
	}
	return misused(options, "--bits", optarg, "expected a list like 16,8,6,4,2,1");
}

static int take_activations(struct network_options *options)
{
	if (!strcmp(optarg, "u8"))
		options->activation_type = QMAC_TYPE_U8;
	else if (!strcmp(optarg, "s8"))
		options->activation_type = QMAC_TYPE_S8;
	else
		return misused(options, "--activations", optarg, "expected u8 or s8");
	return -1;
}

static int take_flag(int c, struct network_options *options, const char *help)
{
	switch (c) {
	case OPT_WEIGHTS_ONLY:
		options->weights_only = true;
		return -1;
	case OPT_PER_CHANNEL:
		options->per_channel = true;
		return -1;
	case OPT_WIDEN:
		options->widen = true;
		return -1;
	case OPT_JSON:
		options->json = true;
		return -1;
	case OPT_HELP:
		fputs(help, stdout);
		return STATUS_OK;
	default:
		fprintf(stderr, "qmac %s --help tells the options\n", options->command);
		return STATUS_USAGE;
	}
}

static int take(int c, struct network_options *options, unsigned int takes, const char *help)
{
	int ret;

	if (needs(c) && !(needs(c) & takes)) {
		fprintf(stderr, "qmac %s: no such option; qmac %s --help tells them\n",
			options->command, options->command);
		return STATUS_USAGE;
	}
	switch (c) {
	case OPT_DATA:
		options->data = optarg;
		return -1;
	case OPT_LABELS:
		options->labels = optarg;
		return -1;
	case OPT_CALIB:
		options->calibration = optarg;
		return -1;
	case 'o':
		options->output = optarg;
		return -1;
	case OPT_BITS:
		if (takes & NETWORK_TAKES_WIDTHS)
			return take_widths(options);
		ret = take_bits(options, "--bits", &options->weight_bits);
		options->activation_bits = options->weight_bits;
		return ret;
	case OPT_WEIGHT_BITS:
		return take_bits(options, "--weight-bits", &options->weight_bits);
	case OPT_ACTIVATION_BITS:
		return take_bits(options, "--activation-bits", &options->activation_bits);
	case OPT_ACTIVATIONS:
		return take_activations(options);
	default:
		return take_flag(c, options, help);
	}
}

static int check_together(const struct network_options *options, unsigned int takes)
{
	const char *missing = NULL;

	if (!options->model)
		missing = "MODEL.onnx";
	else if (takes & NETWORK_TAKES_OUTPUT)
		missing = !options->calibration ? "--calib" : !options->output ? "-o" : NULL;
	else if (!options->data)
		missing = "--data";
	if (missing) {
		fprintf(stderr, "qmac %s: %s is missing; qmac %s --help tells the options\n",
			options->command, missing, options->command);
		return STATUS_USAGE;
	}
	if (options->labels && !options->data) {
		fprintf(stderr, "qmac %s: --labels go with --data\n", options->command);
		return STATUS_USAGE;
	}
	return -1;
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
		.activation_type = QMAC_TYPE_U8,
	};
	memcpy(options->widths, widths, sizeof(widths));
	while ((c = getopt_long(argc, argv, "o:", longs, NULL)) != -1) {
		ret = take(c, options, takes, help);
		if (ret >= 0)
			return ret;
	}
	if (optind < argc)
		options->model = argv[optind++];
	if (optind < argc)
		return misused(options, "argument", argv[optind], "unexpected");
	return check_together(options, takes);
}
