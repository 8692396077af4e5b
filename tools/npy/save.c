// SPDX-License-Identifier: MIT
#include "descr.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Data start at a multiple of this, so that the file can be mapped and used. */
#define DATA_ALIGN 64

static int write_header(FILE *file, const struct npy_array *array)
{
	char dict[512], shape[256] = "";
	size_t used, padded;

	for (unsigned int i = 0; i < array->ndim; i++)
		snprintf(shape + strlen(shape), sizeof(shape) - strlen(shape), "%zu,%s",
			 array->shape[i], i + 1 < array->ndim ? " " : "");
	snprintf(dict, sizeof(dict), "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
		 npy_descr(array->type), shape);
	/* 10 bytes before the dict, one newline after it and the spaces. */
	used = 10 + strlen(dict) + 1;
	padded = (used + DATA_ALIGN - 1) / DATA_ALIGN * DATA_ALIGN;
	return fprintf(file, "\x93NUMPY%c%c%c%c%s%*s\n", 1, 0, (int)((padded - 10) & 255),
		       (int)((padded - 10) >> 8), dict, (int)(padded - used), "") < 0
		       ? -1
		       : 0;
}

static int write_array(FILE *file, const struct npy_array *array)
{
	if (write_header(file, array) ||
	    fwrite(array->data, npy_type_size(array->type), array->count, file) != array->count ||
	    fflush(file))
		return errno ? -errno : -EIO;
	return 0;
}

int npy_save(const char *path, const struct npy_array *array, char *message, size_t message_size)
{
	char *temporary;
	FILE *file;
	int ret;

	if (asprintf(&temporary, "%s.%ld.tmp", path, (long)getpid()) < 0) {
		snprintf(message, message_size, "%s: no memory", path);
		return -ENOMEM;
	}
	file = fopen(temporary, "wbx");
	ret = file ? write_array(file, array) : -errno;
	if (file && fclose(file) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret) {
		snprintf(message, message_size, "%s: cannot write: %s", path, strerror(-ret));
		if (file)
			unlink(temporary);
	}
	free(temporary);
	return ret;
}
