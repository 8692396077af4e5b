// SPDX-License-Identifier: MIT
/* Constant nodes. */
#include "onnx/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

/* value_float, value_int and their lists, as a TensorProto would have them. */
static int from_numbers(const struct reader *reader, const Onnx__AttributeProto *attribute,
			enum net_type *type, struct net_shape *shape, void **data)
{
	const void *values;
	bool list = true;
	size_t count;

	if (!strcmp(attribute->name, "value_float") || !strcmp(attribute->name, "value_int"))
		list = false;
	*type = strncmp(attribute->name, "value_float", 11) ? NET_S64 : NET_F32;
	if (*type == NET_F32) {
		values = list ? attribute->floats : &attribute->f;
		count = list ? attribute->n_floats : 1;
	} else {
		values = list ? attribute->ints : &attribute->i;
		count = list ? attribute->n_ints : 1;
	}
	if (!count)
		return reader_fail(reader, -EINVAL, "the list is empty");
	*shape = (struct net_shape){ .rank = list, .dim = { count } };
	*data = malloc(count * net_type_size(*type));
	if (!*data)
		return qmac_fail_nomem(reader->context, "a constant");
	memcpy(*data, values, count * net_type_size(*type));
	return 0;
}

static int values_of(const struct reader *reader, enum net_type *type, struct net_shape *shape,
		     void **data)
{
	static const char *const numbers[] = { "value_float", "value_floats", "value_int",
					       "value_ints" };
	const Onnx__AttributeProto *attribute = onnx_attribute_find(reader, "value");
	size_t i;

	if (attribute && attribute->t)
		return onnx_tensor(reader->context, attribute->t, reader->node->output[0], type,
				   shape, data);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		attribute = onnx_attribute_find(reader, numbers[i]);
		if (attribute)
			return from_numbers(reader, attribute, type, shape, data);
	}
	return reader_fail(reader, -ENOTSUP,
			   "needs one of value, value_float, value_int, value_floats, value_ints");
}

int onnx_read_constant(struct reader *reader)
{
	const Onnx__AttributeProto *value = onnx_attribute_find(reader, "value");
	struct net_shape shape;
	enum net_type type;
	size_t ignored;
	void *data;
	int error;

	if (value && value->t && !onnx_tensor_is_read(value->t))
		return onnx_skip(reader, reader->node->output[0], value->t);
	error = values_of(reader, &type, &shape, &data);
	if (error)
		return error;
	return net_add_tensor(reader->network, reader->node->output[0], type, &shape, data,
			      &ignored);
}
