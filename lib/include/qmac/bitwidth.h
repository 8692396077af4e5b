/* SPDX-License-Identifier: MIT */
/*
 * Bit widths of a network, in the manner of SNPE's quantizer: one option each
 * for weights, activations and biases, or one for all that excludes the others.
 *
 *   option        choices   default
 *   weights       8 16      8
 *   activations   8 16      8
 *   bias          8 32      8
 *   all           8 16      not given
 *
 * A bias of 8 bits is quantized like a tensor, with a scale of its own; at run
 * time qmac_dequantize() and qmac_quantize_bias() bring it to the accumulator.
 * A bias of 32 bits is qmac_quantize_bias() alone. The option for all means
 * weights and activations of that width, with bias 8 for 8 and 32 for 16 (a
 * bias of 16 bits is not among the choices). In SNPE, weights of 8 bits with
 * activations of 16 run on HTA only; here they are accepted.
 */
#ifndef QMAC_BITWIDTH_H
#define QMAC_BITWIDTH_H

#include <stdint.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;

/**
 * enum qmac_bitwidth_option - the options
 * @QMAC_BITWIDTH_WEIGHTS: Weights.
 * @QMAC_BITWIDTH_ACTIVATIONS: Activations.
 * @QMAC_BITWIDTH_BIAS: Biases.
 * @QMAC_BITWIDTH_ALL: All three at once.
 */
enum qmac_bitwidth_option {
	QMAC_BITWIDTH_WEIGHTS = 0,
	QMAC_BITWIDTH_ACTIVATIONS,
	QMAC_BITWIDTH_BIAS,
	QMAC_BITWIDTH_ALL,
};

/**
 * struct qmac_bitwidth_rule - an option as data
 * @name: "weights", "activations", "bias", "all".
 * @choices: Widths allowed.
 * @initial: Width when the option is not given; 0 for none.
 */
struct qmac_bitwidth_rule {
	const char *name;
	uint8_t choices[2];
	uint8_t initial;
};

/**
 * struct qmac_bitwidths - options as given, or widths as resolved
 * @weights: Bits of weights; 0 when not given.
 * @activations: Bits of activations; 0 when not given.
 * @bias: Bits of biases; 0 when not given.
 * @all: Bits of all; 0 when not given, and always 0 when resolved.
 */
struct qmac_bitwidths {
	unsigned int weights, activations, bias, all;
};

/**
 * qmac_bitwidth_rule() - what an option allows
 * @option: enum qmac_bitwidth_option.
 *
 * Return: A static rule; NULL for a value that is no option, so that counting
 * up from 0 lists them all.
 */
QMAC_EXPORT const struct qmac_bitwidth_rule *qmac_bitwidth_rule(unsigned int option);

/**
 * qmac_bitwidths_resolve() - check options and fill in what is not given
 * @context: Receives messages.
 * @given: Options.
 * @out: Receives widths of weights, activations and biases, none 0.
 *
 * Return: 0, or -EINVAL: a width that is not among the choices, or the option
 * for all together with another; names option and choices.
 */
QMAC_EXPORT int qmac_bitwidths_resolve(struct qmac_context *context,
				       const struct qmac_bitwidths *given,
				       struct qmac_bitwidths *out);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_BITWIDTH_H */
