// SPDX-License-Identifier: MIT
/*
 * OUT.npy.json of qmac quantize: any bytes are a description or are refused; codes that
 * go with a description can be dequantized or are refused.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/qmac/dequantize_tensor.h"

/* Larger tensors are described, not made. */
#define MOST_ELEMENTS 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int memory_file(const void *bytes, size_t size, char path[64])
{
	int file = memfd_create("input", 0);

	if (file >= 0 && write(file, bytes, size) != (ssize_t)size) {
		close(file);
		file = -1;
	}
	snprintf(path, 64, "/proc/self/fd/%d", file);
	return file;
}

/* Codes of every kind in an .npy file of @type. */
static void dequantize(struct qmac_context *context, const struct description *description,
		       const char *type)
{
	static char bytes[256 + 2 * MOST_ELEMENTS];
	size_t count = description_stored_count(description), head, i;
	struct npy_array out;
	char path[64];
	int file;

	memcpy(bytes, "\x93NUMPY\x01\x00", 8);
	head = (size_t)snprintf(bytes + 10, 200,
				"{'descr': '%s', 'fortran_order': False, 'shape': (%zu,), }\n",
				type, count);
	bytes[8] = (char)head;
	bytes[9] = 0;
	for (i = 0; i < 2 * MOST_ELEMENTS; i++)
		bytes[10 + head + i] = (char)(i * 37);
	file = memory_file(bytes, 10 + head + count * (size_t)(type[2] - '0'), path);
	if (file < 0)
		return;
	if (!dequantize_tensor(context, path, description, &out)) {
		if (out.count != description->count)
			abort();
		npy_free(&out);
	}
	close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "|u1", "|i1", "<u2", "<i2", "<f2" };
	struct description description;
	struct qmac_context *context;
	FILE *saved = stderr, *nowhere = fopen("/dev/null", "w");
	char path[64];
	int file = memory_file(data, size, path);
	unsigned int i;

	if (file < 0 || !nowhere || qmac_context_create(&context))
		abort();
	stderr = nowhere; /* a line for every refusal */
	if (!description_read(context, path, &description) && description.count <= MOST_ELEMENTS)
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			dequantize(context, &description, types[i]);
	description_free(&description);
	stderr = saved;
	fclose(nowhere);
	qmac_context_destroy(context);
	close(file);
	return 0;
}
