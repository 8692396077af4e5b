// SPDX-License-Identifier: MIT
#include "float_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <qmac/qmac.h>

static int widen(const char *command, const char *path, struct npy_array *array)
{
	float *x = calloc(array->count ? array->count : 1, sizeof(*x));

	if (!x) {
		fprintf(stderr, "qmac %s: %s: no memory for %zu numbers\n", command, path,
			array->count);
		return -ENOMEM;
	}
	qmac_f16_widen(array->data, array->count, x);
	npy_free(array);
	array->data = x;
	array->type = NPY_F32;
	return 0;
}

int float_file_load(const char *command, const char *path, struct npy_array *array)
{
	struct npy_array loaded;
	char message[4608];
	int ret = npy_load(path, &loaded, message, sizeof(message));

	if (ret) {
		fprintf(stderr, "qmac %s: %s\n", command, message);
		return ret;
	}
	if (loaded.type == NPY_F16) {
		ret = widen(command, path, &loaded);
	} else if (loaded.type != NPY_F32) {
		fprintf(stderr,
			"qmac %s: %s is %s; expected float32 or float16 (numpy: "
			"a.astype('float32'))\n",
			command, path, npy_type_name(loaded.type));
		ret = -EINVAL;
	}
	if (ret)
		npy_free(&loaded);
	else
		*array = loaded;
	return ret;
}
