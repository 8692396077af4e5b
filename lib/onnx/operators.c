// SPDX-License-Identifier: MIT
/* Attributes that each operator may have. Source: the ONNX operator schemas, opset 7 to 22. */
#include "onnx/reader.h"

#include <errno.h>
#include <float.h>
#include <string.h>

#include "network/ops.h"

/* Names between spaces; an attribute that is not here would change the meaning. */
static const char *const allowed[NET_OPS] = {
	[NET_ADD] = " ",
	[NET_AVERAGE_POOL] =
		" kernel_shape strides pads auto_pad dilations ceil_mode count_include_pad ",
	[NET_BATCH_NORM] = " epsilon momentum spatial training_mode ",
	[NET_CLIP] = " min max ",
	[NET_CONCAT] = " axis ",
	[NET_CONV] = " kernel_shape strides pads auto_pad dilations group ",
	[NET_DEQUANTIZE] = " axis block_size ",
	[NET_FLATTEN] = " axis ",
	[NET_GEMM] = " alpha beta transA transB ",
	[NET_GLOBAL_AVERAGE_POOL] = " ",
	[NET_HARD_SWISH] = " ",
	[NET_IDENTITY] = " ",
	[NET_MATMUL] = " ",
	[NET_MAX_POOL] = " kernel_shape strides pads auto_pad dilations ceil_mode storage_order ",
	[NET_MUL] = " ",
	[NET_QUANTIZE] = " axis block_size saturate output_dtype ",
	[NET_RELU] = " ",
	[NET_RESHAPE] = " allowzero ",
	[NET_SIGMOID] = " ",
	[NET_SOFTMAX] = " axis ",
	[NET_TRANSPOSE] = " perm ",
};

static bool is_allowed(enum net_op op, const char *name)
{
	const char *list = allowed[op], *at;
	size_t length = strlen(name);

	if (!length || strchr(name, ' '))
		return false;
	for (at = strstr(list, name); at; at = strstr(at + 1, name))
		if (at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
}

static int check_names(const struct reader *reader, enum net_op op)
{
	size_t i;

	for (i = 0; i < reader->node->n_attribute; i++) {
		const char *name = reader->node->attribute[i]->name;

		if (!name || !onnx_name_ok(name) || !is_allowed(op, name))
			return reader_fail(reader, -ENOTSUP, "attribute '%.60s' is not known",
					   name && onnx_name_ok(name) ? name : "?");
		if (reader->node->attribute[i]->ref_attr_name &&
		    *reader->node->attribute[i]->ref_attr_name)
			return reader_fail(reader, -ENOTSUP, "attribute %s belongs to a function",
					   name);
	}
	return 0;
}

static int read_gemm(const struct reader *reader, struct net_attributes *attributes)
{
	int error;

	attributes->alpha = attributes->beta = 1;
	error = onnx_attribute_float(reader, "alpha", &attributes->alpha);
	if (!error)
		error = onnx_attribute_float(reader, "beta", &attributes->beta);
	if (!error)
		error = onnx_attribute_flag(reader, "transA", &attributes->transpose_a);
	return error ? error : onnx_attribute_flag(reader, "transB", &attributes->transpose_b);
}

static int read_norm(const struct reader *reader, struct net_attributes *attributes)
{
	bool training = false;
	int64_t spatial = 1;
	int error;

	attributes->epsilon = 1e-5f;
	error = onnx_attribute_float(reader, "epsilon", &attributes->epsilon);
	if (!error)
		error = onnx_attribute_flag(reader, "training_mode", &training);
	if (!error)
		error = onnx_attribute_int(reader, "spatial", &spatial);
	if (!error && (training || spatial != 1))
		error = reader_fail(reader, -ENOTSUP,
				    "training_mode and spatial = 0 are not read: "
				    "export for inference");
	return error;
}

static int read_clip(const struct reader *reader, struct net_attributes *attributes)
{
	int error;

	attributes->lo = -FLT_MAX;
	attributes->hi = FLT_MAX;
	error = onnx_attribute_float(reader, "min", &attributes->lo);
	return error ? error : onnx_attribute_float(reader, "max", &attributes->hi);
}

/* Before opset 13 the default was 1, and all later axes counted as one with it. */
static int read_softmax(const struct reader *reader, struct net_attributes *attributes)
{
	attributes->axis = reader->opset >= 13 ? -1 : 1;
	return onnx_attribute_int(reader, "axis", &attributes->axis);
}

static int read_quantize(const struct reader *reader, struct net_attributes *attributes)
{
	int64_t block = 0, output = 0;
	int error;

	attributes->axis = 1;
	error = onnx_attribute_int(reader, "axis", &attributes->axis);
	if (!error)
		error = onnx_attribute_int(reader, "block_size", &block);
	if (!error)
		error = onnx_attribute_int(reader, "output_dtype", &output);
	if (!error && output)
		error = reader_fail(reader, -ENOTSUP,
				    "output_dtype is not read: give a zero point of the type");
	if (!error && block < 0)
		error = reader_fail(reader, -EINVAL, "block_size %lld: must not be negative",
				    (long long)block);
	attributes->block = (size_t)block;
	return error;
}

static int read_transpose(const struct reader *reader, struct net_attributes *attributes)
{
	int64_t perm[QMAC_NETWORK_RANK];
	size_t count = 0, i;
	int error = onnx_attribute_ints(reader, "perm", QMAC_NETWORK_RANK, perm, &count);

	attributes->perm_count = (unsigned int)count;
	for (i = 0; !error && i < count; i++) {
		if (perm[i] < 0 || perm[i] >= QMAC_NETWORK_RANK)
			error = reader_fail(reader, -EINVAL, "perm names axis %lld",
					    (long long)perm[i]);
		else
			attributes->perm[i] = (size_t)perm[i];
	}
	return error;
}

int onnx_read_attributes(const struct reader *reader, enum net_op op,
			 struct net_attributes *attributes)
{
	int error = check_names(reader, op);

	*attributes = (struct net_attributes){ 0 };
	if (error)
		return error;
	switch (op) {
	case NET_CONV:
	case NET_MAX_POOL:
	case NET_AVERAGE_POOL:
		return onnx_read_window(reader, op, &attributes->window);
	case NET_GEMM:
		return read_gemm(reader, attributes);
	case NET_BATCH_NORM:
		return read_norm(reader, attributes);
	case NET_CLIP:
		return read_clip(reader, attributes);
	case NET_SOFTMAX:
		return read_softmax(reader, attributes);
	case NET_QUANTIZE:
	case NET_DEQUANTIZE:
		return read_quantize(reader, attributes);
	case NET_TRANSPOSE:
		return read_transpose(reader, attributes);
	case NET_RESHAPE:
		return onnx_attribute_flag(reader, "allowzero", &attributes->allow_zero);
	case NET_CONCAT:
		if (!onnx_attribute_find(reader, "axis"))
			return reader_fail(reader, -EINVAL, "attribute axis is missing");
		return onnx_attribute_int(reader, "axis", &attributes->axis);
	case NET_FLATTEN:
		attributes->axis = 1;
		return onnx_attribute_int(reader, "axis", &attributes->axis);
	default:
		return 0;
	}
}
