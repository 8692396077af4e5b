// SPDX-License-Identifier: MIT
/* An example of a network whose layers do not fit, as an ONNX model made in memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"

/* 28x28, 3x3 kernels, stride 1, no padding: 26x26, not 24x24. */
#define FILTERS 32
#define RIGHT	(FILTERS * 26 * 26)
#define WRONG	(FILTERS * 24 * 24)
#define CLASSES 10

/* Field numbers of onnx.proto. */
enum {
	MODEL_IR_VERSION = 1,
	MODEL_GRAPH = 7,
	MODEL_OPSET = 8,
	OPSET_VERSION = 2,
	GRAPH_NODE = 1,
	GRAPH_NAME = 2,
	GRAPH_INITIALIZER = 5,
	GRAPH_INPUT = 11,
	GRAPH_OUTPUT = 12,
	NODE_INPUT = 1,
	NODE_OUTPUT = 2,
	NODE_NAME = 3,
	NODE_OPERATOR = 4,
	TENSOR_DIMS = 1,
	TENSOR_TYPE = 2,
	TENSOR_NAME = 8,
	TENSOR_RAW = 9,
	VALUE_NAME = 1,
	VALUE_TYPE = 2,
	TYPE_TENSOR = 1,
	TENSOR_TYPE_ELEMENT = 1,
	TENSOR_TYPE_SHAPE = 2,
	SHAPE_DIM = 1,
	DIM_VALUE = 1,
	FLOAT = 1,
};

/* A message of protocol buffers while it is written. */
struct message {
	uint8_t *bytes;
	size_t size;
	bool failed;
};

static void put(struct message *message, const void *bytes, size_t size)
{
	uint8_t *more = realloc(message->bytes, message->size + size + 1);

	if (!more) {
		message->failed = true;
		return;
	}
	if (size)
		memcpy(more + message->size, bytes, size);
	message->bytes = more;
	message->size += size;
}

static void put_varint(struct message *message, uint64_t value)
{
	uint8_t bytes[10];
	size_t size = 0;

	do {
		bytes[size] = (uint8_t)(value & 0x7f);
		value >>= 7;
		bytes[size++] |= value ? 0x80 : 0;
	} while (value);
	put(message, bytes, size);
}

static void put_number(struct message *message, unsigned int field, uint64_t value)
{
	put_varint(message, field << 3);
	put_varint(message, value);
}

static void put_bytes(struct message *message, unsigned int field, const void *bytes, size_t size)
{
	put_varint(message, field << 3 | 2);
	put_varint(message, size);
	put(message, bytes, size);
}

static void put_text(struct message *message, unsigned int field, const char *text)
{
	put_bytes(message, field, text, strlen(text));
}

/* Takes @part over. */
static void put_part(struct message *message, unsigned int field, struct message *part)
{
	put_bytes(message, field, part->bytes, part->size);
	message->failed |= part->failed;
	free(part->bytes);
	*part = (struct message){ 0 };
}

static void put_node(struct message *graph, const char *operator, const char * x, const char *w,
		     const char *y)
{
	struct message node = { 0 };

	put_text(&node, NODE_INPUT, x);
	if (w)
		put_text(&node, NODE_INPUT, w);
	put_text(&node, NODE_OUTPUT, y);
	put_text(&node, NODE_NAME, operator);
	put_text(&node, NODE_OPERATOR, operator);
	put_part(graph, GRAPH_NODE, &node);
}

static void put_weights(struct message *graph, const char *name, const size_t *dims,
			unsigned int rank)
{
	struct message tensor = { 0 };
	size_t count = 1;
	float *zeros;

	for (unsigned int i = 0; i < rank; i++) {
		put_number(&tensor, TENSOR_DIMS, dims[i]);
		count *= dims[i];
	}
	zeros = calloc(count, sizeof(*zeros));
	tensor.failed |= !zeros;
	put_number(&tensor, TENSOR_TYPE, FLOAT);
	put_text(&tensor, TENSOR_NAME, name);
	if (zeros)
		put_bytes(&tensor, TENSOR_RAW, zeros, count * sizeof(*zeros));
	free(zeros);
	put_part(graph, GRAPH_INITIALIZER, &tensor);
}

static void put_value(struct message *graph, unsigned int field, const char *name,
		      const size_t *dims, unsigned int rank)
{
	struct message shape = { 0 }, dim = { 0 }, tensor = { 0 }, type = { 0 }, value = { 0 };

	for (unsigned int i = 0; i < rank; i++) {
		put_number(&dim, DIM_VALUE, dims[i]);
		put_part(&shape, SHAPE_DIM, &dim);
	}
	put_number(&tensor, TENSOR_TYPE_ELEMENT, FLOAT);
	put_part(&tensor, TENSOR_TYPE_SHAPE, &shape);
	put_part(&type, TYPE_TENSOR, &tensor);
	put_text(&value, VALUE_NAME, name);
	put_part(&value, VALUE_TYPE, &type);
	put_part(graph, field, &value);
}

/* Conv(1 -> 32, 3x3), Flatten, Linear(@features -> 10). */
static void make(struct message *model, size_t features)
{
	const size_t image[] = { 1, 1, 28, 28 }, kernels[] = { FILTERS, 1, 3, 3 };
	const size_t linear[] = { features, CLASSES }, result[] = { 1, CLASSES };
	struct message graph = { 0 }, opset = { 0 };

	put_node(&graph, "Conv", "x", "kernels", "conv");
	put_node(&graph, "Flatten", "conv", NULL, "flat");
	put_node(&graph, "MatMul", "flat", "linear", "y");
	put_text(&graph, GRAPH_NAME, "SimpleCNN");
	put_weights(&graph, "kernels", kernels, 4);
	put_weights(&graph, "linear", linear, 2);
	put_value(&graph, GRAPH_INPUT, "x", image, 4);
	put_value(&graph, GRAPH_OUTPUT, "y", result, 2);
	put_number(&opset, OPSET_VERSION, 13);
	put_number(model, MODEL_IR_VERSION, 8);
	put_part(model, MODEL_OPSET, &opset);
	put_part(model, MODEL_GRAPH, &graph);
}

static int load(struct example *example, size_t features, struct qmac_network **out)
{
	struct message model = { 0 };
	int ret;

	make(&model, features);
	ret = model.failed
		      ? -ENOMEM
		      : qmac_network_load_memory(example->context, model.bytes, model.size, out);
	free(model.bytes);
	return ret;
}

static void run_b6(struct example *example)
{
	struct qmac_network_tensor flat = { 0 };
	struct qmac_network *network = NULL;
	char named[16];
	int ret = load(example, WRONG, &network);

	snprintf(named, sizeof(named), "%d", RIGHT);
	example_number(example, "Linear(18432): error", -EINVAL, ret, 9);
	example_truth(example, "that names 21632",
		      ret && strstr(qmac_context_message(example->context), named));
	ret = load(example, RIGHT, &network);
	example_number(example, "Linear(21632): error", 0, ret, 9);
	if (ret)
		return;
	qmac_network_tensor(network, qmac_network_find(network, "flat"), &flat);
	example_number(example, "32 * 26 * 26", 21632, flat.rank == 2 ? (double)flat.dims[1] : 0,
		       9);
	qmac_network_destroy(network);
}

const struct example_entry examples_network[] = {
	{ "B6", "SimpleCNN: a 3x3 convolution of 28x28 gives 26x26", run_b6 },
};

const size_t examples_network_count = sizeof(examples_network) / sizeof(examples_network[0]);
