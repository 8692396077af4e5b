/* SPDX-License-Identifier: MIT */
/* Whole files. */
#ifndef QMAC_ONNX_FILE_H
#define QMAC_ONNX_FILE_H

#include <stddef.h>

struct qmac_context;

/* All of a file of less than 2 GiB; free @data. 0 or -errno with a message. */
int onnx_file_read(struct qmac_context *context, const char *path, void **data, size_t *bytes);

/* Replaces @path by rename once all is written. 0 or -errno with a message. */
int onnx_file_write(struct qmac_context *context, const char *path, const void *data, size_t bytes);

#endif /* QMAC_ONNX_FILE_H */
