// SPDX-License-Identifier: MIT
/* A serialized model, before protobuf-c sees it. Format: Protocol Buffers encoding. */
#include "onnx/reader.h"

#include <errno.h>

#include "context.h"

/* Model, graph, node, attribute, tensor are 5; nothing that is read goes deeper. */
#define MOST_DEPTH    12
#define MOST_MESSAGES 1000000

struct scan {
	struct qmac_context *context;
	const uint8_t *start;
	size_t messages;
};

static int fail_damaged(const struct scan *scan, const uint8_t *at)
{
	return qmac_fail(scan->context, -EINVAL,
			 "not an ONNX model, or damaged or cut off, at byte %zu",
			 (size_t)(at - scan->start));
}

/* Returns the byte behind the number, or NULL. */
static const uint8_t *varint(const uint8_t *at, const uint8_t *end, uint64_t *value)
{
	unsigned int shift;

	*value = 0;
	for (shift = 0; shift < 64 && at < end; shift += 7) {
		*value |= (uint64_t)(*at & 0x7f) << shift;
		if (!(*at++ & 0x80))
			return at;
	}
	return NULL;
}

static bool is_message(const ProtobufCMessageDescriptor *descriptor, uint64_t number,
		       const ProtobufCMessageDescriptor **inner)
{
	const ProtobufCFieldDescriptor *field;

	if (number > UINT32_MAX)
		return false;
	field = protobuf_c_message_descriptor_get_field(descriptor, (unsigned int)number);
	if (!field || field->type != PROTOBUF_C_TYPE_MESSAGE)
		return false;
	*inner = field->descriptor;
	return true;
}

static int message(struct scan *scan, const ProtobufCMessageDescriptor *descriptor,
		   const uint8_t *at, const uint8_t *end, unsigned int depth);

/* The value of a field; *@at moves behind it. */
static int value(struct scan *scan, const ProtobufCMessageDescriptor *descriptor, uint64_t tag,
		 const uint8_t **at, const uint8_t *end, unsigned int depth)
{
	const ProtobufCMessageDescriptor *inner;
	uint64_t length = 0;
	const uint8_t *next;
	int error = 0;

	switch (tag & 7) {
	case 0:
		next = varint(*at, end, &length);
		length = 0;
		break;
	case 1:
		next = *at;
		length = 8;
		break;
	case 2:
		next = varint(*at, end, &length);
		break;
	case 5:
		next = *at;
		length = 4;
		break;
	default:
		next = NULL;
	}
	if (!next || length > (uint64_t)(end - next))
		return fail_damaged(scan, *at);
	if ((tag & 7) == 2 && is_message(descriptor, tag >> 3, &inner))
		error = message(scan, inner, next, next + length, depth + 1);
	*at = next + length;
	return error;
}

static int message(struct scan *scan, const ProtobufCMessageDescriptor *descriptor,
		   const uint8_t *at, const uint8_t *end, unsigned int depth)
{
	int error = 0;

	if (depth > MOST_DEPTH)
		return qmac_fail(scan->context, -EFBIG,
				 "the model is nested more than %d deep: subgraphs are not read",
				 MOST_DEPTH);
	if (++scan->messages > MOST_MESSAGES)
		return qmac_fail(scan->context, -EFBIG, "the model has more than %d parts",
				 MOST_MESSAGES);
	while (!error && at < end) {
		const uint8_t *start = at;
		uint64_t tag;

		at = varint(at, end, &tag);
		if (!at || !(tag >> 3))
			return fail_damaged(scan, start);
		error = value(scan, descriptor, tag, &at, end, depth);
	}
	return error;
}

int onnx_scan(struct qmac_context *context, const void *data, size_t bytes)
{
	struct scan scan = { .context = context, .start = data };

	return message(&scan, &onnx__model_proto__descriptor, data, (const uint8_t *)data + bytes,
		       0);
}
