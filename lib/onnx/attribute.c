// SPDX-License-Identifier: MIT
/* Attributes of a node by name. */
#include "onnx/reader.h"

#include <errno.h>
#include <string.h>

const Onnx__AttributeProto *onnx_attribute_find(const struct reader *reader, const char *name)
{
	size_t i;

	for (i = 0; i < reader->node->n_attribute; i++) {
		const Onnx__AttributeProto *attribute = reader->node->attribute[i];

		if (attribute->name && !strcmp(attribute->name, name))
			return attribute;
	}
	return NULL;
}

/* Files of IR version 1 have no types: the value that is there tells. */
bool onnx_attribute_is(const Onnx__AttributeProto *attribute,
		       Onnx__AttributeProto__AttributeType type)
{
	if (attribute->has_type)
		return attribute->type == type;
	switch (type) {
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
		return attribute->has_i;
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
		return attribute->has_f;
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
		return attribute->has_s;
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
		return attribute->n_ints;
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
		return attribute->n_floats;
	default:
		return false;
	}
}

static int fail_type(const struct reader *reader, const char *name, const char *wanted)
{
	return reader_fail(reader, -EINVAL, "attribute %s must be %s", name, wanted);
}

int onnx_attribute_int(const struct reader *reader, const char *name, int64_t *value)
{
	const Onnx__AttributeProto *attribute = onnx_attribute_find(reader, name);

	if (!attribute)
		return 0;
	if (!onnx_attribute_is(attribute, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT))
		return fail_type(reader, name, "an integer");
	*value = attribute->i;
	return 0;
}

int onnx_attribute_flag(const struct reader *reader, const char *name, bool *value)
{
	int64_t number = *value;
	int error = onnx_attribute_int(reader, name, &number);

	if (!error && number != 0 && number != 1)
		error = reader_fail(reader, -EINVAL, "attribute %s is %lld, must be 0 or 1", name,
				    (long long)number);
	*value = number;
	return error;
}

int onnx_attribute_float(const struct reader *reader, const char *name, float *value)
{
	const Onnx__AttributeProto *attribute = onnx_attribute_find(reader, name);

	if (!attribute)
		return 0;
	if (!onnx_attribute_is(attribute, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT))
		return fail_type(reader, name, "a float");
	*value = attribute->f;
	return 0;
}

int onnx_attribute_ints(const struct reader *reader, const char *name, size_t most, int64_t *values,
			size_t *count)
{
	const Onnx__AttributeProto *attribute = onnx_attribute_find(reader, name);

	if (!attribute)
		return 0;
	if (!onnx_attribute_is(attribute, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS))
		return fail_type(reader, name, "a list of integers");
	if (attribute->n_ints > most)
		return reader_fail(reader, -ENOTSUP, "attribute %s has %zu numbers, at most %zu",
				   name, attribute->n_ints, most);
	if (attribute->n_ints)
		memcpy(values, attribute->ints, attribute->n_ints * sizeof(*values));
	*count = attribute->n_ints;
	return 0;
}
