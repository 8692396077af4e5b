// SPDX-License-Identifier: MIT
/*
 * What a model has but no node that is read may use: weights of other types, masks of
 * Dropout. They do no harm unless somebody reads them.
 */
#include "onnx/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

int onnx_skip(struct reader *reader, const char *name, const Onnx__TensorProto *tensor)
{
	struct onnx_skipped *more;

	if (reader->skipped_count == reader->skipped_room) {
		size_t room = 2 * reader->skipped_room + 8;

		more = realloc(reader->skipped, room * sizeof(*more));
		if (!more)
			return qmac_fail_nomem(reader->context, "a model");
		reader->skipped = more;
		reader->skipped_room = room;
	}
	reader->skipped[reader->skipped_count++] = (struct onnx_skipped){ name, tensor };
	return 0;
}

const struct onnx_skipped *onnx_skipped_find(const struct reader *reader, const char *name)
{
	size_t i;

	for (i = 0; i < reader->skipped_count; i++)
		if (!strcmp(reader->skipped[i].name, name))
			return &reader->skipped[i];
	return NULL;
}

int onnx_skipped_fail(const struct reader *reader, const struct onnx_skipped *skipped)
{
	struct net_shape shape;
	enum net_type type;
	void *data;
	int error;

	if (!skipped->tensor)
		return reader_fail(reader, -ENOTSUP,
				   "reads '%.100s', a second output, which is not made: export for "
				   "inference",
				   skipped->name);
	error = onnx_tensor(reader->context, skipped->tensor, skipped->name, &type, &shape, &data);
	return reader_fail_more(reader, error);
}
