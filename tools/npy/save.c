// SPDX-License-Identifier: MIT
#include "descr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/formats/whole_file.h"

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

int npy_write(FILE *file, const struct npy_array *array)
{
	errno = 0;
	if (write_header(file, array) ||
	    fwrite(array->data, npy_type_size(array->type), array->count, file) != array->count ||
	    fflush(file))
		return errno ? -errno : -EIO;
	return 0;
}

int npy_save(const char *path, const struct npy_array *array, char *message, size_t message_size)
{
	struct whole_file file;
	int ret = whole_file_open(&file, path);

	if (!ret) {
		ret = npy_write(file.out, array);
		if (ret)
			whole_file_discard(&file);
		else
			ret = whole_file_commit(&file);
	}
	if (ret)
		snprintf(message, message_size, "%s: cannot write: %s", *path ? path : "''",
			 strerror(-ret));
	return ret;
}
