/* SPDX-License-Identifier: MIT */
/* Weights in other files. */
#ifndef QMAC_ONNX_EXTERNAL_H
#define QMAC_ONNX_EXTERNAL_H

#include <onnx.pb-c.h>

struct qmac_context;

/**
 * onnx_fetch_external() - put weights that are in other files into the model
 * @context: Receives messages.
 * @path: File of the model; the others are in its directory or below.
 * @model: Initializers with data_location EXTERNAL receive raw_data.
 *
 * Return: 0, what opening and reading gives, -EINVAL (place, or file cut off), -EFBIG
 * (more than 4 GiB), -ENOMEM.
 */
int onnx_fetch_external(struct qmac_context *context, const char *path, Onnx__ModelProto *model);

#endif /* QMAC_ONNX_EXTERNAL_H */
