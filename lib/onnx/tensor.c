// SPDX-License-Identifier: MIT
/* Values of tensors: raw, or in fields by type. */
#include "onnx/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/pack.h>
#include <qmac/type.h>

#include "context.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "raw_data is little endian");

static int type_of(const Onnx__TensorProto *tensor, enum net_type *type)
{
	switch (tensor->data_type) {
	case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
		*type = NET_F32;
		return 0;
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT8:
		*type = NET_S8;
		return 0;
	case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8:
		*type = NET_U8;
		return 0;
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT16:
		*type = NET_S16;
		return 0;
	case ONNX__TENSOR_PROTO__DATA_TYPE__UINT16:
		*type = NET_U16;
		return 0;
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
		*type = NET_S32;
		return 0;
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
		*type = NET_S64;
		return 0;
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT4:
		*type = NET_S4;
		return 0;
	case ONNX__TENSOR_PROTO__DATA_TYPE__UINT4:
		*type = NET_U4;
		return 0;
	default:
		return -ENOTSUP;
	}
}

static const char *type_text(int type)
{
	static const char *const names[] = {
		[ONNX__TENSOR_PROTO__DATA_TYPE__STRING] = "string",
		[ONNX__TENSOR_PROTO__DATA_TYPE__BOOL] = "bool",
		[ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16] = "float16",
		[ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE] = "double",
		[ONNX__TENSOR_PROTO__DATA_TYPE__UINT32] = "uint32",
		[ONNX__TENSOR_PROTO__DATA_TYPE__UINT64] = "uint64",
		[ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16] = "bfloat16",
	};

	return type >= 0 && (size_t)type < sizeof(names) / sizeof(names[0]) && names[type]
		       ? names[type]
		       : "not known";
}

bool onnx_tensor_is_read(const Onnx__TensorProto *tensor)
{
	enum net_type type;
	size_t i;

	for (i = 0; i < tensor->n_dims; i++)
		if (!tensor->dims[i])
			return false;
	return !type_of(tensor, &type);
}

static int shape_of(struct qmac_context *context, const Onnx__TensorProto *tensor, const char *what,
		    struct net_shape *shape)
{
	size_t i;

	if (tensor->n_dims > QMAC_NETWORK_RANK)
		return qmac_fail(context, -ENOTSUP,
				 "tensor '%.100s' has %zu dimensions, at most %d", what,
				 tensor->n_dims, QMAC_NETWORK_RANK);
	*shape = (struct net_shape){ .rank = (unsigned int)tensor->n_dims };
	for (i = 0; i < tensor->n_dims; i++) {
		if (tensor->dims[i] <= 0)
			return qmac_fail(context, -EINVAL,
					 "tensor '%.100s': dimension %zu is %lld, must be positive",
					 what, i, (long long)tensor->dims[i]);
		shape->dim[i] = (size_t)tensor->dims[i];
	}
	if (net_shape_count(shape) == SIZE_MAX)
		return qmac_fail(context, -EFBIG, "tensor '%.100s' is larger than 4 GiB", what);
	return 0;
}

/* Elements that the field of the type holds; they are there without raw_data. */
static size_t field_count(const Onnx__TensorProto *tensor, enum net_type type)
{
	if (type == NET_F32)
		return tensor->n_float_data;
	return type == NET_S64 ? tensor->n_int64_data : tensor->n_int32_data;
}

static void copy_field(const Onnx__TensorProto *tensor, enum net_type type, size_t count, void *to)
{
	const size_t size = net_type_size(type);
	size_t i;

	if (type == NET_F32)
		memcpy(to, tensor->float_data, count * size);
	else if (type == NET_S64)
		memcpy(to, tensor->int64_data, count * size);
	else
		for (i = 0; i < count; i++) /* little endian: the low bytes are the value */
			memcpy((char *)to + i * size, &tensor->int32_data[i], size);
}

/* Two codes per byte, in raw_data or in one number each of int32_data. */
static int copy_packed(struct qmac_context *context, const Onnx__TensorProto *tensor,
		       const char *what, enum net_type type, size_t count, void *to)
{
	const size_t need = (count + 1) / 2;
	size_t have = tensor->has_raw_data ? tensor->raw_data.len : tensor->n_int32_data, i;
	const uint8_t *bytes = tensor->raw_data.data;
	uint8_t *narrow = NULL;
	int error;

	if (have != need)
		return qmac_fail(context, -EINVAL,
				 "tensor '%.100s' has %zu bytes of 4-bit data, its shape needs %zu",
				 what, have, need);
	if (!tensor->has_raw_data) {
		narrow = malloc(need);
		if (!narrow)
			return qmac_fail_nomem(context, "a tensor");
		for (i = 0; i < need; i++)
			narrow[i] = (uint8_t)tensor->int32_data[i];
		bytes = narrow;
	}
	error = qmac_unpack(context, type == NET_S4 ? QMAC_TYPE_S4 : QMAC_TYPE_U4, bytes, count,
			    to);
	free(narrow);
	return error;
}

int onnx_tensor(struct qmac_context *context, const Onnx__TensorProto *tensor, const char *what,
		enum net_type *type, struct net_shape *shape, void **data)
{
	size_t count, have, size;
	int error;

	if (type_of(tensor, type))
		return qmac_fail(context, -ENOTSUP,
				 "tensor '%.100s' is %s (ONNX type %d): convert it to float32 (or "
				 "8-, 16-, 32-, 64-bit integers)",
				 what, type_text(tensor->data_type), tensor->data_type);
	if (tensor->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
		return qmac_fail(
			context, -ENOTSUP,
			"tensor '%.100s' is in another file: that is read for weights of a "
			"model in a file; save it with its data inside",
			what);
	if (tensor->segment)
		return qmac_fail(context, -ENOTSUP, "tensor '%.100s' is in segments", what);
	error = shape_of(context, tensor, what, shape);
	if (error)
		return error;
	count = net_shape_count(shape);
	size = net_type_size(*type);
	have = tensor->has_raw_data ? tensor->raw_data.len / size : field_count(tensor, *type);
	if (*type == NET_S4 || *type == NET_U4) {
		*data = malloc(count);
		if (!*data)
			return qmac_fail_nomem(context, "a tensor");
		error = copy_packed(context, tensor, what, *type, count, *data);
		if (error)
			free(*data);
		return error;
	}
	if (have != count || (tensor->has_raw_data && tensor->raw_data.len % size))
		return qmac_fail(context, -EINVAL,
				 "tensor '%.100s' has data for %zu elements, its shape needs %zu",
				 what, have, count);
	*data = malloc(count * size);
	if (!*data)
		return qmac_fail_nomem(context, "a tensor");
	if (tensor->has_raw_data)
		memcpy(*data, tensor->raw_data.data, count * size);
	else
		copy_field(tensor, *type, count, *data);
	return 0;
}
