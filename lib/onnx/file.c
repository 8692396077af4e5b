// SPDX-License-Identifier: MIT
#include "onnx/file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "formats/file.h"

#define FIRST_BYTES ((size_t)1 << 16)

static int read_all(FILE *file, void **data, size_t *bytes)
{
	size_t room = FIRST_BYTES, got = 0;
	char *buffer = malloc(room), *more;

	while (buffer) {
		got += fread(buffer + got, 1, room - got, file);
		if (got < room)
			break;
		if (got > INT32_MAX) {
			free(buffer);
			return -EFBIG;
		}
		room *= 2;
		more = realloc(buffer, room);
		if (!more)
			free(buffer);
		buffer = more;
	}
	if (!buffer)
		return -ENOMEM;
	if (ferror(file)) {
		free(buffer);
		return errno ? -errno : -EIO;
	}
	*data = buffer;
	*bytes = got;
	return 0;
}

int onnx_file_read(struct qmac_context *context, const char *path, void **data, size_t *bytes)
{
	FILE *file = fopen(path, "rb");
	int error;

	if (!file)
		error = -errno;
	else
		error = read_all(file, data, bytes);
	if (file)
		fclose(file);
	if (error)
		return qmac_fail(context, error, "%.200s: %s", path, strerror(-error));
	return 0;
}

int onnx_file_write(struct qmac_context *context, const char *path, const void *data, size_t bytes)
{
	return file_write(context, path, data, bytes);
}
