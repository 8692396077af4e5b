// SPDX-License-Identifier: MIT
#include "network/fold.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/infer.h"
#include "network/ops.h"
#include "network/plan.h"
#include "network/run.h"

char *net_fresh_name(const struct qmac_network *network, const char *base, const char *suffix)
{
	unsigned int i;
	char *name;

	for (i = 1; i; i++) {
		if (asprintf(&name, i == 1 ? "%s%s" : "%s%s_%u", base, suffix, i) < 0)
			return NULL;
		if (net_find(network, name) == NET_NONE)
			return name;
		free(name);
	}
	return NULL;
}

/* Operators that shape, copy, convert and scale. */
static bool is_foldable(enum net_op op)
{
	switch (op) {
	case NET_ADD:
	case NET_CONCAT:
	case NET_DEQUANTIZE:
	case NET_FLATTEN:
	case NET_IDENTITY:
	case NET_MUL:
	case NET_QUANTIZE:
	case NET_RESHAPE:
	case NET_TRANSPOSE:
		return true;
	default:
		return false;
	}
}

/* Does it read constants alone? @constant tells which tensors are; NULL: those with values. */
static bool reads_constants(const struct qmac_network *network, const struct net_node *node,
			    const bool *constant)
{
	size_t i;

	for (i = 0; i < node->input_count; i++)
		if (node->inputs[i] != NET_NONE &&
		    !(constant ? constant[node->inputs[i]] : !!net_input(network, node, i)->data))
			return false;
	return true;
}

static size_t bytes_of(const struct net_tensor *tensor)
{
	return net_shape_count(&tensor->shape) * net_type_size(tensor->type);
}

static int fail_size(const struct qmac_network *network, const struct net_node *node)
{
	return net_fail(network, node, -EFBIG,
			"with it, more than 4 GiB are made of constants alone: fold them before "
			"the export");
}

/*
 * Marks the nodes that will be folded. A small file may ask for many copies of its
 * largest tensor: their sum has a limit, before any of them is made.
 */
static int mark_foldable(struct qmac_network *network, bool *constant)
{
	size_t bytes = network->folded_bytes, i;

	for (i = 0; i < network->tensor_count; i++)
		constant[i] = network->tensors[i].data;
	for (i = 0; i < network->node_count; i++) {
		const struct net_node *node = &network->nodes[i];

		if (node->folded || !is_foldable(node->op) ||
		    !reads_constants(network, node, constant))
			continue;
		constant[node->output] = true;
		bytes += bytes_of(&network->tensors[node->output]);
		if (bytes > NET_MAX_BYTES)
			return fail_size(network, node);
	}
	return 0;
}

static int fold_node(struct qmac_network *network, struct net_node *node)
{
	struct net_tensor *out = &network->tensors[node->output];
	void *values = malloc(bytes_of(out));

	if (!values)
		return qmac_fail_nomem(network->context, "constants");
	net_execute(network, node, values);
	out->data = values;
	node->folded = true;
	network->folded_bytes += bytes_of(out);
	return 0;
}

static int fold_marked(struct qmac_network *network, const bool *constant)
{
	int error = 0;
	size_t i;

	for (i = 0; !error && i < network->node_count; i++)
		if (!network->nodes[i].folded && constant[network->nodes[i].output])
			error = fold_node(network, &network->nodes[i]);
	return error;
}

int net_fold_node(struct qmac_network *network, struct net_node *node)
{
	int error;

	if (!is_foldable(node->op) || !reads_constants(network, node, NULL))
		return 0;
	error = net_ops[node->op].infer(network, node);
	if (error)
		return error;
	if (bytes_of(&network->tensors[node->output]) > NET_MAX_BYTES - network->folded_bytes)
		return fail_size(network, node);
	return fold_node(network, node);
}

int net_fold_constants(struct qmac_network *network)
{
	bool *constant = calloc(network->tensor_count + 1, sizeof(*constant));
	int error;

	if (!constant)
		return qmac_fail_nomem(network->context, "constants");
	error = mark_foldable(network, constant);
	if (!error)
		error = fold_marked(network, constant);
	free(constant);
	return error;
}

int net_own_constant(struct qmac_network *network, struct net_node *node, size_t input)
{
	const struct net_tensor *tensor = net_input(network, node, input);
	size_t bytes = net_shape_count(&tensor->shape) * net_type_size(tensor->type), number;
	struct net_shape shape = tensor->shape;
	enum net_type type = tensor->type;
	void *data;
	char *name;
	int error;

	if (tensor->users == 1 && !tensor->is_output && tensor->producer == NET_NONE)
		return 0;
	name = net_fresh_name(network, tensor->name, "_folded");
	data = malloc(bytes);
	if (!name || !data) {
		free(name);
		free(data);
		return qmac_fail_nomem(network->context, "weights");
	}
	memcpy(data, tensor->data, bytes);
	error = net_add_tensor(network, name, type, &shape, data, &number);
	free(name);
	if (!error) {
		network->tensors[node->inputs[input]].users--;
		network->tensors[number].users = 1;
		node->inputs[input] = number;
	}
	return error;
}

/* Do all outputs have one result per sample of @batch, each of the shape that @one has? */
static bool outputs_follow(struct qmac_network *network, size_t batch, const struct net_shape *one)
{
	struct net_shape want;
	size_t i;

	if (net_infer(network, batch))
		return false;
	for (i = 0; i < network->output_count; i++) {
		const struct net_tensor *out = &network->tensors[network->outputs[i]];

		want = one[i];
		want.dim[0] = batch;
		if (!out->data &&
		    (!one[i].rank || one[i].dim[0] != 1 || !net_shape_equal(&out->shape, &want)))
			return false;
	}
	return true;
}

/*
 * A free batch is one that shapes follow: see whether they do. One size could follow by
 * chance, as a Reshape to [2, -1] does.
 */
static int settle_batch(struct qmac_network *network)
{
	struct net_shape *one;
	size_t i;
	int error = net_infer(network, network->batch_is_free ? 1 : 0);

	if (error || !network->batch_is_free)
		return error;
	one = calloc(network->output_count + 1, sizeof(*one));
	if (!one)
		return qmac_fail_nomem(network->context, "shapes");
	for (i = 0; i < network->output_count; i++)
		one[i] = network->tensors[network->outputs[i]].shape;
	network->batch_is_free = outputs_follow(network, 2, one) && outputs_follow(network, 3, one);
	free(one);
	for (i = 0; i < network->input_count; i++)
		network->tensors[network->inputs[i]].shape.dim[0] = 1;
	return net_infer(network, 1);
}

int net_finish(struct qmac_network *network, bool fold)
{
	int error = net_index(network);

	if (!error)
		error = net_infer(network, 1);
	if (!error)
		error = net_fold_constants(network);
	if (!error && fold)
		error = net_fold_gemm(network);
	if (!error && fold)
		error = net_index(network);
	if (!error && fold)
		error = net_fold_rows(network);
	if (!error && fold)
		error = net_fold_norm(network);
	if (!error)
		error = net_index(network);
	return error ? error : settle_batch(network);
}
