/* SPDX-License-Identifier: MIT */
/* Options that improve a network before it is quantized. */
#ifndef QMAC_TOOL_NETWORK_IMPROVE_OPTIONS_H
#define QMAC_TOOL_NETWORK_IMPROVE_OPTIONS_H

#include <stdbool.h>

#include <qmac/qmac.h>

/* Values of getopt_long() for NETWORK_IMPROVE_LONGS. */
enum {
	NETWORK_IMPROVE_FIRST = 1024,
	NETWORK_IMPROVE_THRESHOLD = NETWORK_IMPROVE_FIRST,
	NETWORK_IMPROVE_SPARSITY,
	NETWORK_IMPROVE_OVERALL,
	NETWORK_IMPROVE_EQUALIZE,
	NETWORK_IMPROVE_SMOOTH,
	NETWORK_IMPROVE_ROUND,
	NETWORK_IMPROVE_BIAS,
	NETWORK_IMPROVE_END,
};

/* clang-format off */
#define NETWORK_IMPROVE_LONGS                                                      \
	{ "prune-threshold", required_argument, NULL, NETWORK_IMPROVE_THRESHOLD }, \
	{ "prune-sparsity", required_argument, NULL, NETWORK_IMPROVE_SPARSITY },   \
	{ "prune-overall", no_argument, NULL, NETWORK_IMPROVE_OVERALL },           \
	{ "equalize", no_argument, NULL, NETWORK_IMPROVE_EQUALIZE },               \
	{ "smooth", optional_argument, NULL, NETWORK_IMPROVE_SMOOTH },             \
	{ "round", required_argument, NULL, NETWORK_IMPROVE_ROUND },               \
	{ "correct-bias", no_argument, NULL, NETWORK_IMPROVE_BIAS }

#define NETWORK_IMPROVE_HELP                                                                 \
	"  --prune-threshold T    first: weights up to this magnitude become 0\n"               \
	"  --prune-sparsity S     or this share, 0 to 1, of each layer's weights, the least\n"  \
	"  --prune-overall        the share of all layers' weights taken together\n"            \
	"  --equalize             then: give neighbouring layers the same ranges per channel\n" \
	"  --smooth[=ALPHA]       move range from activations to weights (default: 0.5)\n"      \
	"  --round METHOD         nearest, adaptive, or gptq (with --per-channel or --block)\n" \
	"  --correct-bias         last: take what quantization adds to the means out of biases\n"
/* clang-format on */

/**
 * struct network_improve_options - what was said
 * @pruning: What to prune; a threshold and a sparsity of 0 for nothing.
 * @equalize: Equalize.
 * @smooth: Smooth, by @alpha.
 * @round: Round, by @method.
 * @correct_bias: Correct biases.
 * @alpha: How much range moves.
 * @method: enum qmac_network_rounding.
 */
struct network_improve_options {
	struct qmac_network_prune_options pruning;
	bool equalize, smooth, round, correct_bias;
	float alpha;
	unsigned int method;
};

/**
 * network_improve_option() - take one option
 * @command: Subcommand, for messages.
 * @c: From getopt_long(), NETWORK_IMPROVE_FIRST to NETWORK_IMPROVE_END - 1.
 * @value: Its argument, or NULL.
 * @options: Receives it.
 *
 * Return: -1 to go on, or STATUS_USAGE, told.
 */
int network_improve_option(const char *command, int c, const char *value,
			   struct network_improve_options *options);

/** network_improve_any() - is there anything to do? */
bool network_improve_any(const struct network_improve_options *options);

/**
 * network_improve_check() - see whether it goes together
 * @command: Subcommand, for messages.
 * @options: Options.
 * @samples: There are samples to calibrate by.
 * @table: Ranges come from a table.
 * @per_channel: A scale per output channel.
 * @block: Inputs per scale, or 0.
 *
 * Return: As network_improve_option().
 */
int network_improve_check(const char *command, const struct network_improve_options *options,
			  bool samples, bool table, bool per_channel, size_t block);

#endif /* QMAC_TOOL_NETWORK_IMPROVE_OPTIONS_H */
