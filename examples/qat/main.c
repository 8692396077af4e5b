// SPDX-License-Identifier: MIT
/*
 * Trains a small recurrent network on handwritten digits and compares two ways
 * to INT8 and INT4: quantization after training, and training with quantization.
 *
 *   qat --data DIRECTORY [--seeds N] [--folds N] [--epochs N] [--more-epochs N]
 *       [--per-channel] [--device NAME] [--json FILE]
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "experiment.h"
#include "report.h"

struct options {
	const char *data, *device, *json;
	struct settings settings;
};

static int compare(const struct options *options, struct qmac_device *device)
{
	struct scores *scores = calloc(1, sizeof(*scores));
	struct data data = { 0 };
	int ret = data_load(&data, options->data);

	if (!ret && !scores) {
		fprintf(stderr, "qat: no memory for the scores\n");
		ret = -1;
	}
	if (!ret)
		ret = experiment(&options->settings, &data, device, scores);
	if (!ret)
		report_print(&options->settings, scores);
	if (!ret && options->json)
		ret = report_save(&options->settings, scores, options->json);
	data_free(&data);
	free(scores);
	return ret;
}

static int run(const struct options *options)
{
	struct qmac_context *context;
	struct qmac_device *device;
	int ret = qmac_context_create(&context);

	if (ret) {
		fprintf(stderr, "qat: no memory\n");
		return ret;
	}
	ret = qmac_device_open(context, options->device, &device);
	if (ret) {
		fprintf(stderr, "qat: %s: %s\n", options->device, qmac_context_message(context));
	} else {
		ret = compare(options, device);
		qmac_device_close(device);
	}
	qmac_context_destroy(context);
	return ret;
}

/* 0, or -1 with a message. */
static int number(const char *name, const char *text, unsigned int most, unsigned int *out)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || !value || value > most) {
		fprintf(stderr, "qat: --%s %s: 1 to %u\n", name, text, most);
		return -1;
	}
	*out = (unsigned int)value;
	return 0;
}

static int usage(FILE *out)
{
	fprintf(out, "usage: qat --data DIRECTORY [--seeds N] [--folds N] [--epochs N]\n"
		     "           [--more-epochs N] [--per-channel] [--device NAME] [--json FILE]\n"
		     "NAME: cpu (default), sim:functional, sim:rtl, auto or drm:PATH\n");
	return out == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "seeds", required_argument, NULL, 's' },
		{ "folds", required_argument, NULL, 'f' },
		{ "epochs", required_argument, NULL, 'e' },
		{ "more-epochs", required_argument, NULL, 'm' },
		{ "per-channel", no_argument, NULL, 'c' },
		{ "device", required_argument, NULL, 'D' },
		{ "json", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = {
		.device = "cpu",
		.settings = {
			.seeds = 2,
			.folds = FOLDS,
			.bits = { 8, 4 },
			.first = { .epochs = 80, .rate = 0.03f },
			.more = { .epochs = 30, .rate = 0.01f },
		},
	};
	struct settings *settings = &options.settings;
	int c, index, bad = 0;

	while ((c = getopt_long(argc, argv, "", longs, &index)) != -1) {
		switch (c) {
		case 'd':
			options.data = optarg;
			break;
		case 's':
			bad |= number("seeds", optarg, MAX_RUNS / FOLDS, &settings->seeds);
			break;
		case 'f':
			bad |= number("folds", optarg, FOLDS, &settings->folds);
			break;
		case 'e':
			bad |= number("epochs", optarg, 10000, &settings->first.epochs);
			break;
		case 'm':
			bad |= number("more-epochs", optarg, 10000, &settings->more.epochs);
			break;
		case 'c':
			settings->per_channel = true;
			break;
		case 'D':
			options.device = optarg;
			break;
		case 'j':
			options.json = optarg;
			break;
		case 'h':
			return usage(stdout);
		default:
			return usage(stderr);
		}
	}
	if (bad || !options.data || optind != argc)
		return bad ? 2 : usage(stderr);
	return run(&options) ? 1 : 0;
}
