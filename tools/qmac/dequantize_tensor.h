/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_DEQUANTIZE_TENSOR_H
#define QMAC_TOOL_DEQUANTIZE_TENSOR_H

#include "description.h"

/**
 * dequantize_tensor() - the real numbers of a file of codes
 * @context: For the library.
 * @path: File of codes.
 * @description: What they stand for.
 * @out: Receives float32 numbers: npy_free(). Untouched on failure.
 *
 * Return: 0, or -errno with the fault on stderr.
 */
int dequantize_tensor(struct qmac_context *context, const char *path,
		      const struct description *description, struct npy_array *out);

#endif /* QMAC_TOOL_DEQUANTIZE_TENSOR_H */
