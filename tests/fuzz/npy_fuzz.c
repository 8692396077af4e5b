// SPDX-License-Identifier: MIT
/* .npy files: any bytes give an array or one line that says why not. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/npy/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(const char *what)
{
	fprintf(stderr, "# %s\n", what);
	abort();
}

static void use(const struct npy_array *array)
{
	/* Read in full, so that memory that is not there is noticed. */
	const volatile uint8_t *bytes = array->data;
	size_t i, count = 1, sum = 0;

	for (i = 0; i < array->ndim; i++)
		count *= array->shape[i];
	if (count != array->count)
		complain("shape and count differ");
	for (i = 0; i < array->count * npy_type_size(array->type); i++)
		sum += bytes[i];
	if (sum > 255 * i)
		complain("bytes differ from bytes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64], message[512] = "";
	struct npy_array array;
	int file = memfd_create("npy", 0), error;

	if (file < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (write(file, data, size) == (ssize_t)size) {
		error = npy_load(path, &array, message, sizeof(message));
		if (!error) {
			use(&array);
			npy_free(&array);
		} else if (error > 0 || !*message || strchr(message, '\n')) {
			complain(message);
		}
	}
	close(file);
	return 0;
}
