/* SPDX-License-Identifier: MIT */
/* Real numbers from .npy files. */
#ifndef QMAC_TOOL_FLOAT_FILE_H
#define QMAC_TOOL_FLOAT_FILE_H

#include "npy/npy.h"

/**
 * float_file_load() - a file of float32, or of float16, which is widened exactly
 * @command: For messages on stderr: "qmac COMMAND: ".
 * @path: File.
 * @array: Receives the array, of type NPY_F32; npy_free() it. Untouched on failure.
 *
 * Return: 0, or -errno with the fault on stderr.
 */
int float_file_load(const char *command, const char *path, struct npy_array *array);

#endif /* QMAC_TOOL_FLOAT_FILE_H */
