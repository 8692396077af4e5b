// SPDX-License-Identifier: MIT
/* An ONNX model as a network. */
#include "onnx/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/fold.h"
#include "network/ops.h"
#include "onnx/external.h"
#include "onnx/file.h"

#define FIRST_OPSET 7
#define LAST_OPSET  22

bool onnx_name_ok(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return false;
	return true;
}

static const char *or_none(const char *text)
{
	return text && *text && onnx_name_ok(text) ? text : "?";
}

/* What the node at hand is called in messages: its name or that of its output. */
static const char *name_of(const Onnx__NodeProto *node)
{
	return or_none(node->name && *node->name ? node->name
		       : node->n_output		 ? node->output[0]
						 : NULL);
}

int reader_fail_more(const struct reader *reader, int error)
{
	return qmac_fail_more(reader->context, error,
			      "%.40s %.80s: ", or_none(reader->node->op_type),
			      name_of(reader->node));
}

int reader_fail(const struct reader *reader, int error, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return qmac_fail(reader->context, error, "%.40s %.80s: %s", or_none(reader->node->op_type),
			 name_of(reader->node), text);
}

static int read_initializers(struct reader *reader, const Onnx__GraphProto *graph)
{
	size_t i, ignored;
	int error = 0;

	if (graph->n_sparse_initializer)
		return qmac_fail(reader->context, -ENOTSUP, "sparse weights are not read");
	for (i = 0; !error && i < graph->n_initializer; i++) {
		const Onnx__TensorProto *tensor = graph->initializer[i];
		struct net_shape shape;
		enum net_type type;
		void *data;

		if (!tensor->name || !*tensor->name || !onnx_name_ok(tensor->name))
			return qmac_fail(reader->context, -EINVAL, "weight %zu has no proper name",
					 i);
		if (!onnx_tensor_is_read(tensor)) {
			error = onnx_skip(reader, tensor->name, tensor);
			continue;
		}
		error = onnx_tensor(reader->context, tensor, tensor->name, &type, &shape, &data);
		if (!error)
			error = net_add_tensor(reader->network, tensor->name, type, &shape, data,
					       &ignored);
	}
	return error;
}

/* Dimensions of an input; an open first one is the batch. */
static int input_shape(struct reader *reader, const Onnx__ValueInfoProto *info,
		       const Onnx__TensorShapeProto *from, struct net_shape *shape, bool *is_free)
{
	size_t i;

	if (!from || !from->n_dim || from->n_dim > QMAC_NETWORK_RANK)
		return qmac_fail(reader->context, -ENOTSUP,
				 "input '%.100s' needs a shape of 1 to %d dimensions", info->name,
				 QMAC_NETWORK_RANK);
	shape->rank = (unsigned int)from->n_dim;
	*is_free = false;
	for (i = 0; i < from->n_dim; i++) {
		const Onnx__TensorShapeProto__Dimension *dim = from->dim[i];
		bool fixed =
			dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;

		if (fixed && dim->dim_value <= 0 && !(i == 0 && dim->dim_value == -1))
			return qmac_fail(reader->context, -EINVAL,
					 "input '%.100s': dimension %zu is %lld, must be positive",
					 info->name, i, (long long)dim->dim_value);
		if (!fixed && i)
			return qmac_fail(
				reader->context, -ENOTSUP,
				"input '%.100s': dimension %zu is open, only the batch (0) "
				"may be: export with fixed sizes",
				info->name, i);
		if (i == 0 && (!fixed || dim->dim_value == -1))
			*is_free = true;
		shape->dim[i] = *is_free && i == 0 ? 1 : (size_t)dim->dim_value;
	}
	if (net_shape_count(shape) == SIZE_MAX)
		return qmac_fail(reader->context, -EFBIG, "input '%.100s' is larger than 4 GiB",
				 info->name);
	return 0;
}

static int read_input(struct reader *reader, const Onnx__ValueInfoProto *info)
{
	struct qmac_network *network = reader->network;
	const Onnx__TypeProto *type = info->type;
	struct net_shape shape = { 0 };
	bool is_free = false;
	int error;

	if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ||
	    type->tensor_type->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
		return qmac_fail(reader->context, -ENOTSUP, "input '%.100s' is not float32",
				 info->name);
	error = input_shape(reader, info, type->tensor_type->shape, &shape, &is_free);
	if (error)
		return error;
	if (network->input_count && is_free != network->batch_is_free)
		return qmac_fail(reader->context, -ENOTSUP,
				 "input '%.100s': all inputs must leave the batch open, or none",
				 info->name);
	network->batch_is_free = is_free;
	return net_add_tensor(network, info->name, NET_F32, &shape, NULL,
			      &network->inputs[network->input_count++]);
}

static int read_inputs(struct reader *reader, const Onnx__GraphProto *graph)
{
	struct qmac_network *network = reader->network;
	int error = 0;
	size_t i;

	network->inputs = calloc(graph->n_input + 1, sizeof(*network->inputs));
	if (!network->inputs)
		return qmac_fail_nomem(reader->context, "inputs");
	for (i = 0; !error && i < graph->n_input; i++) {
		const char *name = graph->input[i]->name;

		if (!name || !*name || !onnx_name_ok(name))
			return qmac_fail(reader->context, -EINVAL, "input %zu has no proper name",
					 i);
		/* Or a weight, as in old files. */
		if (net_find(network, name) == NET_NONE && !onnx_skipped_find(reader, name))
			error = read_input(reader, graph->input[i]);
	}
	if (!error && !network->input_count)
		error = qmac_fail(reader->context, -EINVAL, "the model has no input");
	return error;
}

/* Inputs without those at the end that are left out. */
static size_t input_count(const Onnx__NodeProto *node)
{
	size_t count = node->n_input;

	while (count && !*node->input[count - 1])
		count--;
	return count;
}

static int find_input(const struct reader *reader, size_t i, size_t *out)
{
	const char *name = reader->node->input[i];
	const struct onnx_skipped *skipped;

	*out = NET_NONE;
	if (!*name)
		return 0;
	*out = net_find(reader->network, name);
	if (*out != NET_NONE)
		return 0;
	skipped = onnx_skipped_find(reader, name);
	if (skipped)
		return onnx_skipped_fail(reader, skipped);
	return reader_fail(reader, -EINVAL,
			   "reads '%.100s', which nothing before it makes: sort the nodes",
			   or_none(name));
}

/* Bounds of a Clip that are inputs, since opset 11. */
static int read_bounds(const struct reader *reader, struct net_attributes *attributes)
{
	size_t i, number;
	int error;

	for (i = 1; i < input_count(reader->node); i++) {
		const struct net_tensor *tensor;

		error = find_input(reader, i, &number);
		if (error)
			return error;
		if (number == NET_NONE)
			continue;
		tensor = &reader->network->tensors[number];
		if (!tensor->data || tensor->type != NET_F32 ||
		    net_shape_count(&tensor->shape) != 1)
			return reader_fail(reader, -ENOTSUP,
					   "bound '%.100s' must be one constant float32",
					   tensor->name);
		memcpy(i == 1 ? &attributes->lo : &attributes->hi, tensor->data, sizeof(float));
	}
	return 0;
}

static int check_node(const struct reader *reader, enum net_op op)
{
	const Onnx__NodeProto *node = reader->node;
	size_t inputs = input_count(node), most = op == NET_CLIP ? 3 : net_ops[op].most, i;

	if (inputs < net_ops[op].least || inputs > most)
		return reader_fail(reader, -EINVAL, "has %zu inputs, expected %zu to %zu", inputs,
				   net_ops[op].least, most);
	for (i = 0; i < inputs; i++)
		if (!*node->input[i] && (i < net_ops[op].least || op == NET_CONCAT))
			return reader_fail(reader, -EINVAL, "input %zu is left out", i);
	return 0;
}

/* Operators whose second output, a mask or places, may be there for nobody. */
static bool may_have_two(const char *operator)
{
	return !strcmp(operator, "MaxPool") || !strcmp(operator, "Dropout");
}

static int check_output(struct reader *reader)
{
	const Onnx__NodeProto *node = reader->node;
	int error = 0;
	size_t i;

	if (!node->n_output || !*node->output[0] || !onnx_name_ok(node->output[0]))
		return reader_fail(reader, -EINVAL, "has no output with a proper name");
	for (i = 1; !error && i < node->n_output; i++) {
		if (!*node->output[i])
			continue;
		if (i > 1 || !may_have_two(node->op_type))
			return reader_fail(reader, -ENOTSUP,
					   "a second output is not read: export for "
					   "inference");
		error = onnx_skip(reader, node->output[i], NULL);
	}
	return error;
}

static int add_node(struct reader *reader, enum net_op op, const struct net_attributes *attributes)
{
	/* Bounds have become attributes; what a Dropout has besides is for training. */
	size_t count = op == NET_CLIP || op == NET_IDENTITY ? 1 : input_count(reader->node);
	size_t output, i;
	const char *name = reader->node->name ? reader->node->name : "";
	size_t first[NET_MAX_INPUTS];
	struct net_node *node;
	int error = 0;

	for (i = 0; !error && i < count; i++) /* before the output is there to be found */
		error = find_input(reader, i, &first[i]);
	if (!error)
		error = net_add_tensor(reader->network, reader->node->output[0], NET_F32, NULL,
				       NULL, &output);
	if (!error)
		error = net_add_node(reader->network, op, name, count, output, &node);
	if (error)
		return error;
	memcpy(node->inputs, first, count * sizeof(*first));
	node->attributes = *attributes;
	return net_fold_node(reader->network, node);
}

static int read_node(struct reader *reader)
{
	const Onnx__NodeProto *proto = reader->node;
	struct net_attributes attributes = { 0 };
	enum net_op op;
	int error;

	if ((proto->name && !onnx_name_ok(proto->name)) || !proto->op_type)
		return reader_fail(reader, -EINVAL, "name or operator is missing or not proper");
	if (proto->domain && *proto->domain && strcmp(proto->domain, "ai.onnx"))
		return reader_fail(reader, -ENOTSUP,
				   "operators of domain '%.60s' are not supported",
				   or_none(proto->domain));
	error = check_output(reader);
	if (error)
		return error;
	if (!strcmp(proto->op_type, "Constant"))
		return onnx_read_constant(reader);
	if (!strcmp(proto->op_type, "Dropout")) {
		error = onnx_check_dropout(reader);
		return error ? error : add_node(reader, NET_IDENTITY, &attributes);
	}
	op = net_op_find(proto->op_type);
	if (op == NET_OPS)
		return onnx_fail_operator(reader);
	error = check_node(reader, op);
	if (!error)
		error = onnx_read_attributes(reader, op, &attributes);
	if (!error && op == NET_CLIP)
		error = read_bounds(reader, &attributes);
	return error ? error : add_node(reader, op, &attributes);
}

static int read_outputs(struct reader *reader, const Onnx__GraphProto *graph)
{
	struct qmac_network *network = reader->network;
	size_t i, number;

	network->outputs = calloc(graph->n_output + 1, sizeof(*network->outputs));
	if (!network->outputs)
		return qmac_fail_nomem(reader->context, "outputs");
	if (!graph->n_output)
		return qmac_fail(reader->context, -EINVAL, "the model has no output");
	for (i = 0; i < graph->n_output; i++) {
		const char *name = graph->output[i]->name ? graph->output[i]->name : "";

		number = net_find(network, name);
		if (number == NET_NONE)
			return qmac_fail(reader->context, -EINVAL, "nothing makes output '%.100s'",
					 or_none(name));
		network->outputs[network->output_count++] = number;
	}
	return 0;
}

static int read_opset(struct reader *reader, const Onnx__ModelProto *model)
{
	size_t i;

	for (i = 0; i < model->n_opset_import; i++) {
		const char *domain = model->opset_import[i]->domain;

		if (!domain || !*domain || !strcmp(domain, "ai.onnx"))
			reader->opset = model->opset_import[i]->version;
	}
	if (reader->opset < FIRST_OPSET || reader->opset > LAST_OPSET)
		return qmac_fail(reader->context, -ENOTSUP,
				 "opset %lld: versions %d to %d are read; export with one of them",
				 (long long)reader->opset, FIRST_OPSET, LAST_OPSET);
	return 0;
}

/* The one of @axis and all later ones that is longer than 1, the last if none is; else -1. */
static int64_t only_axis(const struct net_shape *shape, int64_t axis)
{
	int64_t only = -1, i;

	for (i = axis; i < shape->rank; i++) {
		if (shape->dim[i] == 1)
			continue;
		if (only >= 0)
			return -1;
		only = i;
	}
	return only < 0 ? shape->rank - 1 : only;
}

/* Softmax over several axes at once, as before opset 13, is read when one of them matters. */
static int settle_softmax(const struct reader *reader)
{
	size_t i;

	for (i = 0; reader->opset < 13 && i < reader->network->node_count; i++) {
		struct net_node *node = &reader->network->nodes[i];
		const struct net_shape *shape = &net_input(reader->network, node, 0)->shape;
		int64_t axis = node->attributes.axis, only;

		if (node->op != NET_SOFTMAX)
			continue;
		axis += axis < 0 ? shape->rank : 0;
		/* A free batch is 1 now, but counts. */
		only = axis || !reader->network->batch_is_free ? only_axis(shape, axis) : -1;
		if (only < 0)
			return net_fail(reader->network, node, -ENOTSUP,
					"axis %lld is not the last: before opset 13 all later ones "
					"are taken together; convert to opset 13",
					(long long)axis);
		node->attributes.axis = only;
	}
	return 0;
}

static int read_model(struct reader *reader, const Onnx__ModelProto *model)
{
	const Onnx__GraphProto *graph = model->graph;
	int error = read_opset(reader, model);
	size_t i;

	if (error)
		return error;
	if (!graph)
		return qmac_fail(reader->context, -EINVAL, "the model has no graph");
	error = read_initializers(reader, graph);
	if (!error)
		error = read_inputs(reader, graph);
	for (i = 0; !error && i < graph->n_node; i++) {
		reader->node = graph->node[i];
		error = read_node(reader);
	}
	if (!error)
		error = read_outputs(reader, graph);
	if (!error)
		error = net_finish(reader->network, true);
	return error ? error : settle_softmax(reader);
}

/* @path: File that the model is from, or NULL. */
static int load(struct qmac_context *context, const char *path, const void *data, size_t bytes,
		struct qmac_network **out)
{
	struct reader reader = { .context = context };
	Onnx__ModelProto *model;
	int error;

	if (!bytes || bytes > INT32_MAX)
		return qmac_fail(context, bytes ? -EFBIG : -EINVAL,
				 "%zu bytes are no ONNX model: they have 1 to 2^31 - 1", bytes);
	error = onnx_scan(context, data, bytes);
	if (error)
		return error;
	model = onnx__model_proto__unpack(NULL, bytes, data);
	if (!model)
		return qmac_fail(context, -EINVAL, "not an ONNX model, or damaged");
	if (path)
		error = onnx_fetch_external(context, path, model);
	if (!error)
		reader.network = net_create(context);
	if (!error && !reader.network)
		error = qmac_fail_nomem(context, "a network");
	if (!error)
		error = read_model(&reader, model);
	free(reader.skipped);
	onnx__model_proto__free_unpacked(model, NULL);
	if (error)
		qmac_network_destroy(reader.network);
	else
		*out = reader.network;
	return error;
}

int qmac_network_load_memory(struct qmac_context *context, const void *data, size_t bytes,
			     struct qmac_network **out)
{
	return load(context, NULL, data, bytes, out);
}

int qmac_network_load(struct qmac_context *context, const char *path, struct qmac_network **out)
{
	size_t bytes;
	void *data;
	int error = onnx_file_read(context, path, &data, &bytes);

	if (error)
		return error;
	error = load(context, path, data, bytes, out);
	free(data);
	return error ? qmac_fail_more(context, error, "%.200s: ", path) : 0;
}
