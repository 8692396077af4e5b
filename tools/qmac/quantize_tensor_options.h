/* SPDX-License-Identifier: MIT */
/* The command line of qmac quantize for a tensor. */
#ifndef QMAC_TOOL_QUANTIZE_TENSOR_OPTIONS_H
#define QMAC_TOOL_QUANTIZE_TENSOR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/qmac.h>

/* How numbers become codes; the first three are those of the library. */
enum quantize_scheme {
	QUANTIZE_SYMMETRIC = QMAC_SCHEME_SYMMETRIC,
	QUANTIZE_FULL = QMAC_SCHEME_SYMMETRIC_FULL,
	QUANTIZE_ASYMMETRIC = QMAC_SCHEME_ASYMMETRIC,
	QUANTIZE_BINARY,
	QUANTIZE_KMEANS,
	QUANTIZE_LOG2,
	QUANTIZE_F16,
	QUANTIZE_BF16,
};

/**
 * struct quantize_tensor_options - what was asked for
 * @input: float32 or float16 file.
 * @output: File to write, or NULL.
 * @scheme: enum quantize_scheme.
 * @type: QMAC_TYPE_* of the codes.
 * @bits: Bits of a code, 1 to 16.
 * @is_signed: Codes below 0.
 * @power_of_two: Raise scales to powers of two.
 * @zero: enum qmac_zero.
 * @min_range: Least range.
 * @grain: enum qmac_grain.
 * @axis: Axis of channels, groups or blocks; negative from the last.
 * @group: Length of groups or blocks.
 * @has_tool: @tool was given.
 * @tool: enum qmac_tool.
 * @has_ggml: @ggml was given.
 * @ggml: enum qmac_ggml.
 * @calibrator: enum qmac_calibrator.
 * @method: How the own calibrator chooses.
 * @has_rounding: @rounding was given.
 * @rounding: QMAC_ROUND_*.
 * @zp_first: Round the sum of quotient and zero point.
 * @nan: enum qmac_nan.
 * @json: Print a JSON object.
 * @explain: Numbers of elements to explain, "0,7", or NULL.
 */
struct quantize_tensor_options {
	const char *input, *output, *explain;
	uint8_t scheme, type, bits, zero, tool, ggml, calibrator, rounding, nan;
	bool is_signed, power_of_two, has_tool, has_ggml, has_rounding, zp_first, json;
	float min_range;
	unsigned int grain;
	int axis;
	size_t group;
	struct qmac_calibration_method method;
};

/**
 * quantize_tensor_options_parse() - read the command line
 *
 * Return: -1 to go on, or an exit status (help was printed, or the fault named).
 */
int quantize_tensor_options_parse(int argc, char **argv, struct quantize_tensor_options *options);

/** quantize_scheme_name() - "symmetric", "full", ...; NULL beyond the last. */
const char *quantize_scheme_name(unsigned int scheme);

/** quantize_ggml_name() - "ggml-q4_0", "ggml-q8_0"; NULL beyond the last. */
const char *quantize_ggml_name(unsigned int kind);

/** quantize_rounding_name() - "even", "up", ...; NULL if it is none. */
const char *quantize_rounding_name(uint8_t rounding);

#endif /* QMAC_TOOL_QUANTIZE_TENSOR_OPTIONS_H */
