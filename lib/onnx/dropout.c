// SPDX-License-Identifier: MIT
/* Dropout, which does nothing but in training. Source: the ONNX operator schemas. */
#include "onnx/reader.h"

#include <errno.h>
#include <string.h>

static bool is_bool(const Onnx__TensorProto *tensor)
{
	return tensor && tensor->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__BOOL;
}

/* The one value of a tensor of that type; true when it has not one. */
static bool value_of(const Onnx__TensorProto *tensor)
{
	if (tensor->has_raw_data)
		return tensor->raw_data.len != 1 || tensor->raw_data.data[0];
	return tensor->n_int32_data != 1 || tensor->int32_data[0];
}

int onnx_check_dropout(const struct reader *reader)
{
	const Onnx__NodeProto *node = reader->node;
	const struct onnx_skipped *training;
	size_t i;

	for (i = 0; i < node->n_attribute; i++) {
		const char *name = node->attribute[i]->name;

		if (!name || (strcmp(name, "ratio") && strcmp(name, "seed")))
			return reader_fail(reader, -ENOTSUP, "attribute '%.60s' is not known",
					   name && onnx_name_ok(name) ? name : "?");
	}
	if (!node->n_input || node->n_input > 3 || !*node->input[0])
		return reader_fail(reader, -EINVAL, "has %zu inputs, expected 1 to 3",
				   node->n_input);
	if (node->n_input < 3 || !*node->input[2])
		return 0;
	training = onnx_skipped_find(reader, node->input[2]);
	if (!training || !is_bool(training->tensor) || value_of(training->tensor))
		return reader_fail(reader, -ENOTSUP,
				   "training_mode must be the constant false: export for "
				   "inference");
	return 0;
}
