/* SPDX-License-Identifier: MIT */
/* ONNX models as networks, inside this directory. */
#ifndef QMAC_ONNX_READER_H
#define QMAC_ONNX_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <onnx.pb-c.h>

#include "network/graph.h"

/* Something that nobody may read: a tensor, or an output that is not made (NULL). */
struct onnx_skipped {
	const char *name;
	const Onnx__TensorProto *tensor;
};

/* What is being read, and where errors go. */
struct reader {
	struct qmac_context *context;
	struct qmac_network *network;
	int64_t opset;
	const Onnx__NodeProto *node; /* the one at hand, for messages */
	struct onnx_skipped *skipped;
	size_t skipped_count, skipped_room;
};

/* Leaves "OPERATOR NAME: ..." for the node at hand. Returns @error. */
int reader_fail(const struct reader *reader, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "OPERATOR NAME: " before the message that there is. Returns @error. */
int reader_fail_more(const struct reader *reader, int error);

/* skipped.c; @name and @tensor must outlive the reader. */
int onnx_skip(struct reader *reader, const char *name, const Onnx__TensorProto *tensor);
const struct onnx_skipped *onnx_skipped_find(const struct reader *reader, const char *name);
/* Why the node at hand cannot read it. */
int onnx_skipped_fail(const struct reader *reader, const struct onnx_skipped *skipped);

/* unsupported.c: why an operator is not read, and what to do. Returns -ENOTSUP. */
int onnx_fail_operator(const struct reader *reader);

/* dropout.c: may the node at hand, a Dropout, be taken for an Identity? */
int onnx_check_dropout(const struct reader *reader);

/**
 * onnx_scan() - check the framing of a message before it is unpacked
 * @context: Receives messages.
 * @data: Serialized ModelProto.
 * @bytes: Its length.
 *
 * protobuf-c recurses as deep as a file is nested and allocates for every
 * message in it; this bounds both.
 *
 * Return: 0, -EINVAL (cut off or no protobuf), -EFBIG (too deep or too many
 * messages).
 */
int onnx_scan(struct qmac_context *context, const void *data, size_t bytes);

/* tensor.c: values of a TensorProto, in memory of their own; @what names it in messages. */
int onnx_tensor(struct qmac_context *context, const Onnx__TensorProto *tensor, const char *what,
		enum net_type *type, struct net_shape *shape, void **data);

/* Is it of a type and size that onnx_tensor() takes? */
bool onnx_tensor_is_read(const Onnx__TensorProto *tensor);

/* attribute.c: attributes of the node at hand; defaults stay when one is not there. */
int onnx_attribute_int(const struct reader *reader, const char *name, int64_t *value);
int onnx_attribute_flag(const struct reader *reader, const char *name, bool *value);
int onnx_attribute_float(const struct reader *reader, const char *name, float *value);
/* At most @most; *count stays when it is not there. */
int onnx_attribute_ints(const struct reader *reader, const char *name, size_t most, int64_t *values,
			size_t *count);
const Onnx__AttributeProto *onnx_attribute_find(const struct reader *reader, const char *name);
bool onnx_attribute_is(const Onnx__AttributeProto *attribute,
		       Onnx__AttributeProto__AttributeType type);

/* operators.c: the attributes of an operator. */
int onnx_read_attributes(const struct reader *reader, enum net_op op,
			 struct net_attributes *attributes);

/* window.c: those of convolutions and pooling. */
int onnx_read_window(const struct reader *reader, enum net_op op, struct net_window *window);

/* constant.c: a Constant node becomes a constant tensor. */
int onnx_read_constant(struct reader *reader);

/* Is a name fit for messages of one line: no control characters. */
bool onnx_name_ok(const char *name);

#endif /* QMAC_ONNX_READER_H */
