/* SPDX-License-Identifier: MIT */
/* Options of the subcommands that work on networks. */
#ifndef QMAC_TOOL_NETWORK_OPTIONS_H
#define QMAC_TOOL_NETWORK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define NETWORK_WIDTHS 16

/* Which of the options a subcommand takes. */
enum {
	NETWORK_TAKES_BITS = 1,
	NETWORK_TAKES_WIDTHS = 2, /* a list for --bits, --weights-only */
	NETWORK_TAKES_OUTPUT = 4, /* -o, --activations, --widen */
};

/**
 * struct network_options - the command line of sensitivity, sweep and quantize
 * @command: "sensitivity", ..., for messages.
 * @model: ONNX file.
 * @data: Samples to judge by; NULL for those of @calibration.
 * @labels: Right answers, or NULL.
 * @calibration: Samples that ranges are taken from; NULL for those of @data.
 * @output: Where to write, or NULL.
 * @weight_bits: Bits of weights of the layer under test.
 * @activation_bits: Bits of its input.
 * @widths: Widths of a sweep.
 * @width_count: Their number.
 * @weights_only: Activations stay float.
 * @per_channel: A scale per output channel of weights.
 * @widen: Raise weight scales for biases that would not fit.
 * @activation_type: QMAC_TYPE_U8 or QMAC_TYPE_S8.
 * @json: Print a JSON object.
 */
struct network_options {
	const char *command;
	const char *model, *data, *labels, *calibration, *output;
	unsigned int weight_bits, activation_bits;
	unsigned int widths[NETWORK_WIDTHS], width_count;
	bool weights_only, per_channel, widen, json;
	uint8_t activation_type;
};

/**
 * network_options_parse() - parse a command line
 * @argc: Arguments, the subcommand's name first.
 * @argv: Likewise.
 * @takes: NETWORK_TAKES_*, or-ed.
 * @help: What --help prints.
 * @options: Receives the options.
 *
 * Return: -1 to go on, otherwise an exit status (help was asked for, or misuse
 * was told).
 */
int network_options_parse(int argc, char **argv, unsigned int takes, const char *help,
			  struct network_options *options);

#endif /* QMAC_TOOL_NETWORK_OPTIONS_H */
