/* SPDX-License-Identifier: MIT */
/* The command line of qmac quantize for a tensor while it is read. */
#ifndef QMAC_TOOL_QUANTIZE_TENSOR_READER_H
#define QMAC_TOOL_QUANTIZE_TENSOR_READER_H

#include "quantize_tensor_options.h"

/* The options, and which of them were given. */
struct quantize_tensor_reader {
	struct quantize_tensor_options *options;
	bool has_scheme, has_sign, has_axis, has_bits, has_grain, has_method, has_zero;
};

/** quantize_tensor_misused() - "qmac quantize: WHAT VALUE: REMEDY" on stderr: STATUS_USAGE. */
int quantize_tensor_misused(const char *what, const char *value, const char *remedy);

/**
 * quantize_tensor_options_together() - fill in what was not said, refuse what does not go together
 *
 * Return: -1, or an exit status with the fault on stderr.
 */
int quantize_tensor_options_together(struct quantize_tensor_reader *reader);

#endif /* QMAC_TOOL_QUANTIZE_TENSOR_READER_H */
