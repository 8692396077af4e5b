// SPDX-License-Identifier: MIT
/* Attributes of nodes, written. Source: the ONNX operator schemas of opset 14. */
#include "onnx/writer.h"

#include <string.h>

#include "network/ops.h"

#define MOST_ATTRIBUTES 8

static Onnx__AttributeProto *add(struct writer *writer, Onnx__NodeProto *proto, const char *name,
				 Onnx__AttributeProto__AttributeType type)
{
	Onnx__AttributeProto *attribute = writer_take(writer, sizeof(*attribute));

	if (!proto->attribute)
		proto->attribute = writer_take(writer, MOST_ATTRIBUTES * sizeof(*proto->attribute));
	if (writer->failed)
		return NULL;
	onnx__attribute_proto__init(attribute);
	attribute->name = writer_text(writer, name);
	attribute->has_type = 1;
	attribute->type = type;
	proto->attribute[proto->n_attribute++] = attribute;
	return attribute;
}

static void add_int(struct writer *writer, Onnx__NodeProto *proto, const char *name, int64_t value)
{
	Onnx__AttributeProto *attribute =
		add(writer, proto, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

	if (attribute) {
		attribute->has_i = 1;
		attribute->i = value;
	}
}

static void add_float(struct writer *writer, Onnx__NodeProto *proto, const char *name, float value)
{
	Onnx__AttributeProto *attribute =
		add(writer, proto, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);

	if (attribute) {
		attribute->has_f = 1;
		attribute->f = value;
	}
}

static void add_ints(struct writer *writer, Onnx__NodeProto *proto, const char *name,
		     const size_t *values, size_t count)
{
	int64_t *ints = writer_take(writer, count * sizeof(*ints));
	Onnx__AttributeProto *attribute =
		add(writer, proto, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
	size_t i;

	if (!attribute)
		return;
	for (i = 0; i < count; i++)
		ints[i] = (int64_t)values[i];
	attribute->ints = ints;
	attribute->n_ints = count;
}

/* Paddings are written as they were resolved for the shapes at hand. */
static void add_window(struct writer *writer, const struct net_node *node, Onnx__NodeProto *proto)
{
	const struct net_window *window = &node->attributes.window;
	const size_t first = 2 - window->spatial;
	size_t pads[4], i;

	for (i = 0; i < window->spatial; i++) {
		pads[i] = window->before[first + i];
		pads[window->spatial + i] = window->after[first + i];
	}
	add_ints(writer, proto, "kernel_shape", window->kernel + first, window->spatial);
	add_ints(writer, proto, "strides", window->stride + first, window->spatial);
	add_ints(writer, proto, "pads", pads, 2 * window->spatial);
	if (node->op != NET_AVERAGE_POOL || window->dilation[0] != 1 || window->dilation[1] != 1)
		add_ints(writer, proto, "dilations", window->dilation + first, window->spatial);
	if (node->op == NET_CONV)
		add_int(writer, proto, "group", (int64_t)window->groups);
	else
		add_int(writer, proto, "ceil_mode", window->ceil);
	if (node->op == NET_AVERAGE_POOL)
		add_int(writer, proto, "count_include_pad", window->include_pad);
}

void onnx_write_attributes(struct writer *writer, const struct net_node *node,
			   Onnx__NodeProto *proto)
{
	const struct net_attributes *attributes = &node->attributes;

	switch (node->op) {
	case NET_CONV:
	case NET_MAX_POOL:
	case NET_AVERAGE_POOL:
		add_window(writer, node, proto);
		break;
	case NET_GEMM:
		add_float(writer, proto, "alpha", attributes->alpha);
		add_float(writer, proto, "beta", attributes->beta);
		add_int(writer, proto, "transA", attributes->transpose_a);
		add_int(writer, proto, "transB", attributes->transpose_b);
		break;
	case NET_BATCH_NORM:
		add_float(writer, proto, "epsilon", attributes->epsilon);
		break;
	case NET_CONCAT:
	case NET_FLATTEN:
	case NET_SOFTMAX:
		add_int(writer, proto, "axis", attributes->axis);
		break;
	case NET_QUANTIZE:
	case NET_DEQUANTIZE: /* the default, 1, may be no axis of a short tensor */
		if (net_input(writer->network, node, 1)->shape.rank)
			add_int(writer, proto, "axis", attributes->axis);
		if (attributes->block)
			add_int(writer, proto, "block_size", (int64_t)attributes->block);
		break;
	case NET_TRANSPOSE:
		add_ints(writer, proto, "perm", attributes->perm, attributes->perm_count);
		break;
	case NET_RESHAPE:
		if (attributes->allow_zero)
			add_int(writer, proto, "allowzero", 1);
		break;
	default:
		break;
	}
}

static bool is_new_type(enum net_type type)
{
	return type == NET_S16 || type == NET_U16 || type == NET_S4 || type == NET_U4;
}

int64_t onnx_write_opset(const struct qmac_network *network)
{
	int64_t opset = 14; /* HardSwish */
	size_t i;

	for (i = 0; i < network->node_count; i++) {
		const struct net_node *node = &network->nodes[i];
		const struct net_window *window = &node->attributes.window;
		enum net_type in = net_input(network, node, 0)->type;
		enum net_type out = network->tensors[node->output].type;

		if (node->op == NET_AVERAGE_POOL && opset < 19 &&
		    (window->dilation[0] != 1 || window->dilation[1] != 1 ||
		     (window->ceil && window->include_pad && !window->count_all)))
			opset = 19;
		if (is_new_type(in) || is_new_type(out) || node->attributes.block)
			opset = 21;
	}
	return opset;
}
