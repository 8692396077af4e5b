/* SPDX-License-Identifier: MIT */
/* Options of the subcommands that work on networks. */
#ifndef QMAC_TOOL_NETWORK_OPTIONS_H
#define QMAC_TOOL_NETWORK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "network_codes.h"
#include "network_improve_options.h"
#include "network_ranges_options.h"
#include "table_output.h"

#define NETWORK_WIDTHS 16

/* Which of the options a subcommand takes. */
enum {
	NETWORK_TAKES_BITS = 1,
	NETWORK_TAKES_WIDTHS = 2, /* a list for --bits, --weights-only */
	NETWORK_TAKES_OUTPUT = 4, /* -o, and what a network is quantized to */
	NETWORK_TAKES_STATE = 8,  /* --format, --resume; -o need not be */
	NETWORK_TAKES_OPSET = 32,
	NETWORK_TAKES_LABELS = 16,   /* --data, --labels */
	NETWORK_TAKES_STEPS = 64,    /* what improves a network */
	NETWORK_TAKES_PICTURE = 128, /* --svg */
};

/**
 * struct network_options - the command line of sensitivity, sweep, quantize, calibrate
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
 * @format: --format, or NULL.
 * @table: Format of @output of a calibration.
 * @resume: State of a calibration to go on from, or NULL.
 * @svg: File for a picture, or NULL.
 * @opset: Opset to write; 0 for the least.
 * @per_channel: A scale per output channel of weights.
 * @json: Print a JSON object.
 * @ranges: Where ranges come from.
 * @codes: What to quantize to.
 * @improve: What to change before that.
 */
struct network_options {
	const char *command;
	const char *model, *data, *labels, *calibration, *output;
	unsigned int weight_bits, activation_bits;
	unsigned int widths[NETWORK_WIDTHS], width_count;
	const char *format, *resume, *svg;
	struct table_output table;
	unsigned int opset;
	bool weights_only, per_channel, json;
	struct network_ranges_options ranges;
	struct network_codes codes;
	struct network_improve_options improve;
};

/**
 * network_options_parse() - parse a command line
 * @argc: Arguments, the subcommand's name first.
 * @argv: Likewise.
 * @takes: NETWORK_TAKES_*, or-ed.
 * @help: What --help prints.
 * @options: Receives the options; network_options_release() in any case.
 *
 * Return: -1 to go on, otherwise an exit status (help was asked for, or misuse
 * was told).
 */
int network_options_parse(int argc, char **argv, unsigned int takes, const char *help,
			  struct network_options *options);

void network_options_release(struct network_options *options);

#endif /* QMAC_TOOL_NETWORK_OPTIONS_H */
