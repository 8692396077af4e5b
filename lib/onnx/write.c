// SPDX-License-Identifier: MIT
/* A network as an ONNX model. */
#include "onnx/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/fold.h"
#include "network/ops.h"
#include "onnx/file.h"

void *writer_take(struct writer *writer, size_t bytes)
{
	void *block = writer->failed ? NULL : calloc(1, bytes ? bytes : 1);

	if (block && writer->block_count == writer->block_room) {
		size_t more = writer->block_room ? 2 * writer->block_room : 256;
		void **grown = realloc(writer->blocks, more * sizeof(*grown));

		if (grown) {
			writer->blocks = grown;
			writer->block_room = more;
		} else {
			free(block);
			block = NULL;
		}
	}
	if (block)
		writer->blocks[writer->block_count++] = block;
	else
		writer->failed = true;
	return block;
}

char *writer_text(struct writer *writer, const char *text)
{
	char *copy = writer_take(writer, strlen(text) + 1);

	return copy ? strcpy(copy, text) : NULL;
}

static void release(struct writer *writer)
{
	size_t i;

	for (i = 0; i < writer->block_count; i++)
		free(writer->blocks[i]);
	free(writer->blocks);
}

static int32_t onnx_type(enum net_type type)
{
	static const int32_t types[] = {
		[NET_F32] = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT,
		[NET_S8] = ONNX__TENSOR_PROTO__DATA_TYPE__INT8,
		[NET_U8] = ONNX__TENSOR_PROTO__DATA_TYPE__UINT8,
		[NET_S16] = ONNX__TENSOR_PROTO__DATA_TYPE__INT16,
		[NET_U16] = ONNX__TENSOR_PROTO__DATA_TYPE__UINT16,
		[NET_S32] = ONNX__TENSOR_PROTO__DATA_TYPE__INT32,
		[NET_S64] = ONNX__TENSOR_PROTO__DATA_TYPE__INT64,
		[NET_S4] = ONNX__TENSOR_PROTO__DATA_TYPE__INT4,
		[NET_U4] = ONNX__TENSOR_PROTO__DATA_TYPE__UINT4,
	};

	return types[type];
}

/* 4-bit codes as files have them, two per byte, the first in the low half. */
static void *pack(struct writer *writer, const uint8_t *codes, size_t count)
{
	uint8_t *packed = writer_take(writer, (count + 1) / 2);
	size_t i;

	for (i = 0; packed && i < count; i++)
		packed[i / 2] |= (uint8_t)((codes[i] & 15) << 4 * (i % 2));
	return packed;
}

static void add_weight(struct writer *writer, Onnx__GraphProto *graph, const char *name,
		       enum net_type type, const struct net_shape *shape, const void *data)
{
	Onnx__TensorProto *proto = writer_take(writer, sizeof(*proto));
	int64_t *dims = writer_take(writer, shape->rank * sizeof(*dims));
	unsigned int i;

	if (writer->failed)
		return;
	onnx__tensor_proto__init(proto);
	for (i = 0; i < shape->rank; i++)
		dims[i] = (int64_t)shape->dim[i];
	proto->n_dims = shape->rank;
	proto->dims = dims;
	proto->has_data_type = 1;
	proto->data_type = onnx_type(type);
	proto->name = writer_text(writer, name);
	proto->has_raw_data = 1;
	proto->raw_data.len = net_shape_count(shape) * net_type_size(type);
	proto->raw_data.data = (uint8_t *)data;
	if (type == NET_S4 || type == NET_U4) {
		proto->raw_data.len = (net_shape_count(shape) + 1) / 2;
		proto->raw_data.data = pack(writer, data, net_shape_count(shape));
	}
	graph->initializer[graph->n_initializer++] = proto;
}

static bool is_read(const struct net_tensor *tensor)
{
	return tensor->data && tensor->producer == NET_NONE && (tensor->users || tensor->is_output);
}

/* Bounds of a Clip are inputs since opset 11. */
static void add_bounds(struct writer *writer, const struct net_node *node, Onnx__GraphProto *graph,
		       Onnx__NodeProto *proto)
{
	const char *output = writer->network->tensors[node->output].name;
	const float *bounds[2] = { &node->attributes.lo, &node->attributes.hi };
	static const char *const suffixes[2] = { "_min", "_max" };
	const struct net_shape one = { 0 };
	size_t i;

	for (i = 0; i < 2; i++) {
		char *name = net_fresh_name(writer->network, output, suffixes[i]);

		if (!name) {
			writer->failed = true;
			return;
		}
		add_weight(writer, graph, name, NET_F32, &one, bounds[i]);
		proto->input[proto->n_input++] = writer_text(writer, name);
		free(name);
	}
}

static void add_node(struct writer *writer, const struct net_node *node, Onnx__GraphProto *graph)
{
	const struct qmac_network *network = writer->network;
	Onnx__NodeProto *proto = writer_take(writer, sizeof(*proto));
	char **inputs = writer_take(writer, (node->input_count + 2) * sizeof(*inputs));
	char **outputs = writer_take(writer, sizeof(*outputs));
	size_t i;

	if (writer->failed)
		return;
	onnx__node_proto__init(proto);
	proto->name = node->name;
	proto->op_type = writer_text(writer, net_ops[node->op].name);
	proto->input = inputs;
	for (i = 0; i < node->input_count; i++) {
		const struct net_tensor *tensor = net_input(network, node, i);

		proto->input[proto->n_input++] = writer_text(writer, tensor ? tensor->name : "");
	}
	proto->output = outputs;
	proto->output[proto->n_output++] = network->tensors[node->output].name;
	if (node->op == NET_CLIP)
		add_bounds(writer, node, graph, proto);
	onnx_write_attributes(writer, node, proto);
	graph->node[graph->n_node++] = proto;
}

/* An input or output; its first dimension is "n" when the batch is free. */
static Onnx__ValueInfoProto *value_info(struct writer *writer, const struct net_tensor *tensor)
{
	const bool is_free = writer->network->batch_is_free && !tensor->data;
	Onnx__ValueInfoProto *info = writer_take(writer, sizeof(*info));
	Onnx__TypeProto *type = writer_take(writer, sizeof(*type));
	Onnx__TypeProto__Tensor *values = writer_take(writer, sizeof(*values));
	Onnx__TensorShapeProto *shape = writer_take(writer, sizeof(*shape));
	Onnx__TensorShapeProto__Dimension **dims =
		writer_take(writer, tensor->shape.rank * sizeof(*dims));
	unsigned int i;

	if (writer->failed)
		return NULL;
	onnx__value_info_proto__init(info);
	onnx__type_proto__init(type);
	onnx__type_proto__tensor__init(values);
	onnx__tensor_shape_proto__init(shape);
	for (i = 0; i < tensor->shape.rank; i++) {
		dims[i] = writer_take(writer, sizeof(*dims[i]));
		if (writer->failed)
			return NULL;
		onnx__tensor_shape_proto__dimension__init(dims[i]);
		if (is_free && !i) {
			dims[i]->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
			dims[i]->dim_param = writer_text(writer, "n");
		} else {
			dims[i]->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
			dims[i]->dim_value = (int64_t)tensor->shape.dim[i];
		}
	}
	shape->n_dim = tensor->shape.rank;
	shape->dim = dims;
	values->has_elem_type = 1;
	values->elem_type = onnx_type(tensor->type);
	values->shape = shape;
	type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
	type->tensor_type = values;
	info->name = tensor->name;
	info->type = type;
	return info;
}

static void fill_graph(struct writer *writer, Onnx__GraphProto *graph)
{
	const struct qmac_network *network = writer->network;
	size_t i;

	for (i = 0; i < network->input_count; i++)
		graph->input[graph->n_input++] =
			value_info(writer, &network->tensors[network->inputs[i]]);
	for (i = 0; i < network->output_count; i++)
		graph->output[graph->n_output++] =
			value_info(writer, &network->tensors[network->outputs[i]]);
	for (i = 0; i < network->tensor_count; i++) {
		const struct net_tensor *tensor = &network->tensors[i];

		if (is_read(tensor))
			add_weight(writer, graph, tensor->name, tensor->type, &tensor->shape,
				   tensor->data);
	}
	for (i = 0; i < network->node_count; i++)
		add_node(writer, &network->nodes[i], graph);
}

static Onnx__ModelProto *make_model(struct writer *writer)
{
	const struct qmac_network *network = writer->network;
	Onnx__ModelProto *model = writer_take(writer, sizeof(*model));
	Onnx__GraphProto *graph = writer_take(writer, sizeof(*graph));
	Onnx__OperatorSetIdProto *opset = writer_take(writer, sizeof(*opset));
	Onnx__OperatorSetIdProto **opsets = writer_take(writer, sizeof(*opsets));
	size_t weights = network->tensor_count + 2 * network->node_count;

	if (writer->failed)
		return NULL;
	onnx__model_proto__init(model);
	onnx__graph_proto__init(graph);
	onnx__operator_set_id_proto__init(opset);
	opset->has_version = 1;
	opset->version = writer->opset;
	opset->domain = writer_text(writer, "");
	opsets[0] = opset;
	model->n_opset_import = 1;
	model->opset_import = opsets;
	model->has_ir_version = 1;
	model->ir_version = opset->version > 19 ? 10 : opset->version == 19 ? 9 : 8;
	model->producer_name = writer_text(writer, "qmac");
	model->graph = graph;
	graph->name = writer_text(writer, "network");
	graph->input = writer_take(writer, network->input_count * sizeof(*graph->input));
	graph->output = writer_take(writer, network->output_count * sizeof(*graph->output));
	graph->node = writer_take(writer, network->node_count * sizeof(*graph->node));
	graph->initializer = writer_take(writer, weights * sizeof(*graph->initializer));
	if (!writer->failed)
		fill_graph(writer, graph);
	return writer->failed ? NULL : model;
}

static int save(const struct qmac_network *network, const char *path, int64_t opset)
{
	struct writer writer = { .network = network, .opset = opset };
	Onnx__ModelProto *model = make_model(&writer);
	uint8_t *data = NULL;
	size_t bytes = 0;
	int error = 0;

	if (!model) {
		error = qmac_fail_nomem(network->context, "a model");
	} else {
		bytes = onnx__model_proto__get_packed_size(model);
		if (bytes > INT32_MAX)
			error = qmac_fail(
				network->context, -EFBIG,
				"the model is %zu bytes: a file of ONNX has at most 2 GiB", bytes);
	}
	if (!error) {
		data = malloc(bytes ? bytes : 1);
		if (!data)
			error = qmac_fail_nomem(network->context, "a file");
	}
	if (!error) {
		onnx__model_proto__pack(model, data);
		error = onnx_file_write(network->context, path, data, bytes);
	}
	free(data);
	release(&writer);
	return error;
}

int qmac_network_save(const struct qmac_network *network, const char *path)
{
	return save(network, path, onnx_write_opset(network));
}

int qmac_network_save_opset(const struct qmac_network *network, const char *path,
			    unsigned int opset)
{
	int64_t least = onnx_write_opset(network);

	if (opset < least || opset > ONNX_LAST_OPSET)
		return qmac_fail(network->context, -EINVAL,
				 "opset %u: this network can be written with %lld to %d", opset,
				 (long long)least, ONNX_LAST_OPSET);
	return save(network, path, opset);
}
