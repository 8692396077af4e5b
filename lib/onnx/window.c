// SPDX-License-Identifier: MIT
/* Attributes of convolutions and pooling. */
#include "onnx/reader.h"

#include <errno.h>
#include <string.h>

/* Numbers of one or two spatial dimensions, one dimension being a width. */
static int pair(const struct reader *reader, const char *name, struct net_window *window,
		size_t out[2])
{
	int64_t values[2];
	size_t count = 0, i;
	int error = onnx_attribute_ints(reader, name, 2, values, &count);

	if (error || !count)
		return error;
	if (window->spatial && count != window->spatial)
		return reader_fail(reader, -EINVAL, "attribute %s has %zu numbers, others have %u",
				   name, count, window->spatial);
	window->spatial = (unsigned int)count;
	for (i = 0; i < count; i++) {
		if (values[i] <= 0)
			return reader_fail(reader, -EINVAL,
					   "attribute %s holds %lld, must be positive", name,
					   (long long)values[i]);
		out[2 - count + i] = (size_t)values[i];
	}
	return 0;
}

static int read_pads(const struct reader *reader, struct net_window *window)
{
	int64_t values[4];
	size_t count = 0, i, spatial;
	int error = onnx_attribute_ints(reader, "pads", 4, values, &count);

	if (error || !count)
		return error;
	spatial = count / 2;
	if (count % 2 || (window->spatial && spatial != window->spatial))
		return reader_fail(reader, -EINVAL, "attribute pads has %zu numbers, needs %u",
				   count, 2 * window->spatial);
	window->spatial = (unsigned int)spatial;
	for (i = 0; i < count; i++) {
		if (values[i] < 0)
			return reader_fail(reader, -ENOTSUP, "negative padding %lld",
					   (long long)values[i]);
		if (i < spatial)
			window->before[2 - spatial + i] = (size_t)values[i];
		else
			window->after[2 - spatial + i - spatial] = (size_t)values[i];
	}
	return 0;
}

static int read_auto_pad(const struct reader *reader, struct net_window *window)
{
	static const char *const names[] = {
		[NET_PAD_EXPLICIT] = "NOTSET",
		[NET_PAD_VALID] = "VALID",
		[NET_PAD_SAME_UPPER] = "SAME_UPPER",
		[NET_PAD_SAME_LOWER] = "SAME_LOWER",
	};
	const Onnx__AttributeProto *attribute = onnx_attribute_find(reader, "auto_pad");
	unsigned int i;

	if (!attribute)
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (onnx_attribute_is(attribute, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING) &&
		    attribute->s.len == strlen(names[i]) &&
		    !memcmp(attribute->s.data, names[i], attribute->s.len)) {
			window->pad = i;
			return 0;
		}
	return reader_fail(reader, -EINVAL,
			   "auto_pad must be NOTSET, VALID, SAME_UPPER or SAME_LOWER");
}

int onnx_read_window(const struct reader *reader, enum net_op op, struct net_window *window)
{
	int64_t groups = 1, storage = 0;
	int error;

	*window = (struct net_window){ .stride = { 1, 1 }, .dilation = { 1, 1 } };
	error = pair(reader, "kernel_shape", window, window->kernel);
	if (!error)
		error = pair(reader, "strides", window, window->stride);
	if (!error)
		error = pair(reader, "dilations", window, window->dilation);
	if (!error)
		error = read_pads(reader, window);
	if (!error)
		error = read_auto_pad(reader, window);
	if (!error)
		error = onnx_attribute_int(reader, "group", &groups);
	if (!error)
		error = onnx_attribute_flag(reader, "ceil_mode", &window->ceil);
	if (!error)
		error = onnx_attribute_flag(reader, "count_include_pad", &window->include_pad);
	if (!error)
		error = onnx_attribute_int(reader, "storage_order", &storage);
	if (error)
		return error;
	if (groups < 1)
		return reader_fail(reader, -EINVAL, "group is %lld, must be positive",
				   (long long)groups);
	window->groups = (size_t)groups;
	window->count_all = reader->opset < 19;
	if (op != NET_CONV && !window->kernel[1])
		return reader_fail(reader, -EINVAL, "attribute kernel_shape is missing");
	if (window->spatial == 1 && window->kernel[1])
		window->kernel[0] = 1;
	return 0;
}
