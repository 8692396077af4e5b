/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_GEMM_OPTIONS_H
#define QMAC_TOOL_GEMM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct gemm_options - command line of qmac gemm
 * @m: Rows, 0 when files give the shape; @n, @k likewise.
 * @a: .npy file, or NULL for random operands; @b, @bias likewise.
 * @output: .npy file for the result, or NULL.
 * @scales: File of scales, or NULL.
 * @scale: The one scale, if @has_scale.
 * @has_scale: It was given as a number.
 * @a_zero: Zero point of A; @b_zero likewise.
 * @b_zeros: .npy file with a zero point per column of B, or NULL.
 * @out_zero: Zero point of the result.
 * @out_type: QMAC_TYPE_S8 or QMAC_TYPE_U8.
 * @clamp: Least and greatest result.
 * @has_clamp: @clamp was given.
 * @raw: Results are 32-bit accumulators.
 * @preset: enum qmac_preset.
 * @has_preset: --mode was given.
 * @a_transposed: A is [K,M]; @b_transposed: B is [N,K].
 * @device: Name for qmac_device_open().
 * @trace: FST file, or NULL.
 * @seed: Seed of random operands.
 * @check: Compare with the CPU reference.
 * @json: Print a JSON object.
 */
struct gemm_options {
	uint32_t m, n, k;
	const char *a, *b, *bias, *output, *scales, *b_zeros;
	double scale;
	bool has_scale;
	int32_t a_zero, b_zero, out_zero;
	uint8_t out_type;
	bool has_out_type;
	int32_t clamp[2];
	bool has_clamp;
	bool raw;
	unsigned int preset;
	bool has_preset;
	bool a_transposed, b_transposed;
	const char *device, *trace;
	uint64_t seed;
	bool has_seed;
	bool check, json;
};

/**
 * gemm_options_parse() - read the command line
 *
 * Return: -1 to go on, or an exit status (help was printed, or the fault named).
 */
int gemm_options_parse(int argc, char **argv, struct gemm_options *options);

#endif /* QMAC_TOOL_GEMM_OPTIONS_H */
