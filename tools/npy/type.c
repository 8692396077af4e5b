// SPDX-License-Identifier: MIT
#include "descr.h"

#include <string.h>

static const struct {
	const char *name;
	const char *descr;
	size_t size;
} types[] = {
	[NPY_F32] = { "float32", "<f4", 4 }, [NPY_S8] = { "int8", "|i1", 1 },
	[NPY_U8] = { "uint8", "|u1", 1 },    [NPY_S32] = { "int32", "<i4", 4 },
	[NPY_S16] = { "int16", "<i2", 2 },   [NPY_U16] = { "uint16", "<u2", 2 },
	[NPY_F16] = { "float16", "<f2", 2 }, [NPY_S64] = { "int64", "<i8", 8 },
};

const char *npy_type_name(enum npy_type type)
{
	return types[type].name;
}

size_t npy_type_size(enum npy_type type)
{
	return types[type].size;
}

const char *npy_descr(enum npy_type type)
{
	return types[type].descr;
}

int npy_type_from_descr(const char *descr, size_t length, enum npy_type *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		/* One-byte types have no byte order: '|', '<' and '=' mean the same. */
		size_t skip = types[i].size == 1 && length == 3 && strchr("|<=", descr[0]);

		if (length == strlen(types[i].descr) &&
		    !memcmp(descr + skip, types[i].descr + skip, length - skip)) {
			*type = i;
			return 0;
		}
	}
	return -1;
}
