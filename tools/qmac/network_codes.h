/* SPDX-License-Identifier: MIT */
/* Options that say what a network is quantized to. */
#ifndef QMAC_TOOL_NETWORK_CODES_H
#define QMAC_TOOL_NETWORK_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/qmac.h>

/* Values of getopt_long() for NETWORK_CODES_LONGS. */
enum {
	NETWORK_CODES_FIRST = 768,
	NETWORK_CODES_ACTIVATIONS = NETWORK_CODES_FIRST,
	NETWORK_CODES_BIAS_BITS,
	NETWORK_CODES_SYMMETRIC,
	NETWORK_CODES_BLOCK,
	NETWORK_CODES_EXCLUDE,
	NETWORK_CODES_WIDEN,
	NETWORK_CODES_END,
};

/* clang-format off */
#define NETWORK_CODES_LONGS                                                   \
	{ "activations", required_argument, NULL, NETWORK_CODES_ACTIVATIONS }, \
	{ "bias-bits", required_argument, NULL, NETWORK_CODES_BIAS_BITS },     \
	{ "bias_bitwidth", required_argument, NULL, NETWORK_CODES_BIAS_BITS }, \
	{ "symmetric", no_argument, NULL, NETWORK_CODES_SYMMETRIC },           \
	{ "block", required_argument, NULL, NETWORK_CODES_BLOCK },             \
	{ "exclude", required_argument, NULL, NETWORK_CODES_EXCLUDE },         \
	{ "widen", no_argument, NULL, NETWORK_CODES_WIDEN }

#define NETWORK_CODES_HELP                                                                    \
	"  --weight-bits N        8 (default), 16, or 4\n"                                       \
	"  --activation-bits N    8 (default) or 16\n"                                           \
	"  --bias-bits N          32 (default), in units of the sums, or 8 with its own scale\n" \
	"  --bits N               8 or 16 for all three (biases: 8 or 32); excludes the others\n" \
	"  --per-channel          a scale per output channel of the weights\n"                  \
	"  --block N              4-bit weights: a scale per N inputs of an output channel\n"   \
	"  --activations TYPE     u8 (default), s8, u16 or s16\n"                               \
	"  --symmetric            zero points in the middle: s8 with 0, as TensorRT has it,\n"  \
	"                         unless --activations says otherwise\n"                        \
	"  --exclude LAYER        leave a layer float; may be given several times\n"            \
	"  --widen                raise scales of weights whose bias would not fit 32 bits\n"
/* clang-format on */

/**
 * struct network_codes - what was said
 * @given: Widths; 0 for those that were not given. Weights may be 4, too.
 * @activation_type: QMAC_TYPE_*; 0 when not given, resolved by network_codes_check().
 * @weight_type: QMAC_TYPE_*, resolved by network_codes_check().
 * @bias_bits: Resolved likewise.
 * @per_channel: A scale per output channel.
 * @symmetric: Symmetric activations.
 * @widen: Raise weight scales for biases that would not fit.
 * @block: Inputs per scale; 0 for no blocks.
 * @excluded: Names of layers that stay float; arguments of the command line.
 * @excluded_count: Their number.
 */
struct network_codes {
	struct qmac_bitwidths given;
	uint8_t activation_type, weight_type, bias_bits;
	bool per_channel, symmetric, widen;
	size_t block;
	const char **excluded;
	size_t excluded_count;
};

/**
 * network_codes_option() - take one option
 * @command: Subcommand, for messages.
 * @c: From getopt_long(), NETWORK_CODES_FIRST to NETWORK_CODES_END - 1.
 * @value: Its argument.
 * @codes: Receives it.
 *
 * Return: -1 to go on, or an exit status, told.
 */
int network_codes_option(const char *command, int c, const char *value,
			 struct network_codes *codes);

/** network_codes_width() - take a width of @what; as network_codes_option(). */
int network_codes_width(const char *command, const char *what, const char *value,
			unsigned int *out);

/** network_codes_check() - see whether it goes together; as network_codes_option(). */
int network_codes_check(const char *command, struct network_codes *codes);

/**
 * network_codes_options() - for the library
 * @command: Subcommand, for messages.
 * @codes: Checked.
 * @network: Network.
 * @keep_float: Entry per layer, zeroed; receives which stay float.
 * @out: Receives options that refer to @keep_float.
 *
 * Return: 0 or -EINVAL (a layer that is not there), told.
 */
int network_codes_options(const char *command, const struct network_codes *codes,
			  const struct qmac_network *network, bool *keep_float,
			  struct qmac_network_quantize_options *out);

/** network_codes_scheme() - enum qmac_scheme of activations. */
uint8_t network_codes_scheme(const struct network_codes *codes);

void network_codes_release(struct network_codes *codes);

#endif /* QMAC_TOOL_NETWORK_CODES_H */
