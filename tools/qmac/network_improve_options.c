// SPDX-License-Identifier: MIT
#include "network_improve_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "option_value.h"

static int fail(const char *command, const char *text)
{
	fprintf(stderr, "qmac %s: %s\n", command, text);
	return STATUS_USAGE;
}

static int take_method(const char *command, const char *value,
		       struct network_improve_options *options)
{
	static const char *const names[] = {
		[QMAC_NETWORK_NEAREST] = "nearest",
		[QMAC_NETWORK_ADAPTIVE] = "adaptive",
		[QMAC_NETWORK_GPTQ] = "gptq",
	};

	options->round = true;
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(value, names[i])) {
			options->method = i;
			return -1;
		}
	}
	return option_misused(command, "--round", value, "expected nearest, adaptive or gptq");
}

static int take_number(const char *command, int c, const char *value,
		       struct network_improve_options *options)
{
	double number;

	switch (c) {
	case NETWORK_IMPROVE_THRESHOLD:
		if (!option_number(value, 1e-37, 1e37, &number))
			return option_misused(command, "--prune-threshold", value,
					      "expected a number above 0");
		options->pruning.prune.threshold = (float)number;
		return -1;
	case NETWORK_IMPROVE_SPARSITY:
		if (!option_number(value, 1e-300, 1, &number))
			return option_misused(command, "--prune-sparsity", value,
					      "expected a share above 0, up to 1");
		options->pruning.prune.sparsity = number;
		return -1;
	default:
		number = 0.5;
		if (value && !option_number(value, 0, 1, &number))
			return option_misused(command, "--smooth", value, "expected 0 to 1");
		options->smooth = true;
		options->alpha = (float)number;
		return -1;
	}
}

int network_improve_option(const char *command, int c, const char *value,
			   struct network_improve_options *options)
{
	switch (c) {
	case NETWORK_IMPROVE_OVERALL:
		options->pruning.overall = true;
		return -1;
	case NETWORK_IMPROVE_EQUALIZE:
		options->equalize = true;
		return -1;
	case NETWORK_IMPROVE_ROUND:
		return take_method(command, value, options);
	case NETWORK_IMPROVE_BIAS:
		options->correct_bias = true;
		return -1;
	default:
		return take_number(command, c, value, options);
	}
}

bool network_improve_any(const struct network_improve_options *options)
{
	return options->pruning.prune.threshold > 0 || options->pruning.prune.sparsity > 0 ||
	       options->equalize || options->smooth || options->round || options->correct_bias;
}

int network_improve_check(const char *command, const struct network_improve_options *options,
			  bool samples, bool table, bool per_channel, size_t block)
{
	const struct qmac_prune_options *prune = &options->pruning.prune;
	bool gptq = options->round && options->method == QMAC_NETWORK_GPTQ;

	if (prune->threshold > 0 && prune->sparsity > 0)
		return fail(command, "--prune-threshold and --prune-sparsity: give one of them");
	if (options->pruning.overall && !(prune->sparsity > 0))
		return fail(command, "--prune-overall goes with --prune-sparsity");
	if (!network_improve_any(options))
		return -1;
	if (table)
		return fail(command, "--ranges are those of the network as it was: leave out "
				     "what changes it");
	if (!samples && (options->smooth || options->round || options->correct_bias))
		return fail(command,
			    "--smooth, --round and --correct-bias need samples: give --calib");
	if (gptq && !per_channel && !block)
		return fail(command, "--round gptq goes with --per-channel or --block");
	if (block && !gptq && (options->round || options->correct_bias))
		return fail(command, "--block: only --round gptq rounds in blocks, and "
				     "--correct-bias needs it");
	return -1;
}
