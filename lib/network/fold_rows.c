// SPDX-License-Identifier: MIT
/*
 * MatMul of more than two dimensions by a constant matrix, then Add of a constant row:
 * the linear layer of transformers. Seen as rows it is a Gemm, whose bias can be
 * quantized as such, corrected, and scaled with the weights:
 *
 *	Reshape [-1, k], Gemm, Reshape [-1, ...]
 *
 * A Relu or Clip behind it stays beside the Gemm, whose part it is when quantized.
 */
#include "network/fold.h"

#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "network/infer.h"

/* Makes a constant of a shape to reshape to. */
static int add_shape(struct qmac_network *network, const char *base, const int64_t *dims,
		     size_t rank, size_t *out)
{
	const struct net_shape shape = { .rank = 1, .dim = { rank } };
	char *name = net_fresh_name(network, base, "_shape");
	int64_t *data = malloc(rank * sizeof(*data));
	int error;

	if (!name || !data) {
		free(name);
		free(data);
		return qmac_fail_nomem(network->context, "a shape");
	}
	memcpy(data, dims, rank * sizeof(*data));
	error = net_add_tensor(network, name, NET_S64, &shape, data, out);
	free(name);
	return error;
}

static int add_activation(struct qmac_network *network, const char *base, size_t *out)
{
	char *name = net_fresh_name(network, base, "_rows");
	int error;

	if (!name)
		return qmac_fail_nomem(network->context, "a tensor");
	error = net_add_tensor(network, name, NET_F32, NULL, NULL, out);
	free(name);
	return error;
}

/* Puts a node in before node @at. */
static int insert(struct qmac_network *network, size_t at, enum net_op op, const size_t *inputs,
		  size_t count, size_t output)
{
	struct net_node *made, moved;
	const char *name = network->tensors[output].name;
	int error = net_add_node(network, op, name, count, output, &made);

	if (error)
		return error;
	memcpy(made->inputs, inputs, count * sizeof(*inputs));
	moved = *made;
	memmove(&network->nodes[at + 1], &network->nodes[at],
		(network->node_count - 1 - at) * sizeof(moved));
	network->nodes[at] = moved;
	return 0;
}

/* Is it one row, for the products' last dimension alone? */
static bool is_row(const struct net_tensor *tensor, const struct net_shape *product)
{
	size_t n = product->dim[product->rank - 1];

	return tensor->data && tensor->type == NET_F32 && tensor->shape.rank &&
	       tensor->shape.rank <= product->rank && net_shape_count(&tensor->shape) == n &&
	       tensor->shape.dim[tensor->shape.rank - 1] == n;
}

/* The MatMul before an Add, and which of its inputs is the row; or NET_NONE. */
static size_t product_of(const struct qmac_network *network, const struct net_node *add,
			 size_t *row)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		const struct net_tensor *sum = net_input(network, add, i), *w;
		const struct net_node *product;

		if (sum->producer == NET_NONE || sum->users != 1 || sum->is_output)
			continue;
		product = &network->nodes[sum->producer];
		if (product->op != NET_MATMUL || net_input(network, product, 0)->data ||
		    net_input(network, product, 0)->shape.rank < 3)
			continue;
		w = net_input(network, product, 1);
		if (w->data && w->producer == NET_NONE && w->shape.rank == 2 &&
		    is_row(net_input(network, add, !i), &sum->shape)) {
			*row = !i;
			return sum->producer;
		}
	}
	return NET_NONE;
}

/* The bias of a Gemm has one dimension. */
static int take_bias(struct qmac_network *network, struct net_node *add, size_t row)
{
	struct net_tensor *bias = net_input(network, add, row);
	int error;

	if (bias->shape.rank == 1)
		return 0;
	error = net_own_constant(network, add, row);
	if (!error) {
		bias = net_input(network, add, row);
		bias->shape =
			(struct net_shape){ .rank = 1, .dim = { net_shape_count(&bias->shape) } };
	}
	return error;
}

/* The Relu or Clip that alone reads the sums, or the Add itself: its result is reshaped. */
static size_t last_of(const struct qmac_network *network, size_t add)
{
	const struct net_tensor *sum = &network->tensors[network->nodes[add].output];
	enum net_op op;

	if (sum->users != 1 || sum->is_output)
		return add;
	op = network->nodes[sum->last_user].op;
	return op == NET_RELU || op == NET_CLIP ? sum->last_user : add;
}

/* Behind node @last: what it made is made of rows now. */
static int reshape_back(struct qmac_network *network, size_t last, const struct net_shape *shape)
{
	const size_t output = network->nodes[last].output;
	const char *name = network->tensors[output].name;
	int64_t dims[QMAC_NETWORK_RANK] = { -1 };
	size_t rows, to, i;
	int error = add_activation(network, name, &rows);

	for (i = 1; i < shape->rank; i++)
		dims[i] = (int64_t)shape->dim[i];
	if (!error)
		error = add_shape(network, name, dims, shape->rank, &to);
	if (error)
		return error;
	network->nodes[last].output = rows;
	return insert(network, last + 1, NET_RESHAPE, (size_t[]){ rows, to }, 2, output);
}

/* The Add becomes the Gemm, by the name of the MatMul. */
static void become_gemm(struct qmac_network *network, size_t add, size_t product, size_t rows,
			size_t row)
{
	struct net_node *gemm = &network->nodes[add], *matmul = &network->nodes[product];
	const size_t bias = gemm->inputs[row];
	char *name = gemm->name;

	gemm->op = NET_GEMM;
	gemm->attributes = (struct net_attributes){ .alpha = 1, .beta = 1 };
	gemm->inputs[0] = rows;
	gemm->inputs[1] = matmul->inputs[1];
	gemm->inputs[2] = bias;
	gemm->input_count = 3;
	gemm->name = matmul->name;
	matmul->name = name;
	matmul->dead = true;
}

static int fold(struct qmac_network *network, size_t add, size_t product, size_t row)
{
	const struct net_node *matmul = &network->nodes[product];
	const struct net_shape shape = network->tensors[matmul->output].shape;
	const size_t x = matmul->inputs[0], last = last_of(network, add);
	const char *name = network->tensors[x].name;
	const int64_t dims[2] = { -1, (int64_t)network->tensors[matmul->inputs[1]].shape.dim[0] };
	size_t rows, to, *inputs;
	int error = take_bias(network, &network->nodes[add], row);

	if (error)
		return error;
	inputs = realloc(network->nodes[add].inputs, 3 * sizeof(*inputs));
	if (!inputs)
		return qmac_fail_nomem(network->context, "a node");
	network->nodes[add].inputs = inputs;
	error = add_activation(network, name, &rows);
	if (!error)
		error = add_shape(network, name, dims, 2, &to);
	if (!error)
		error = reshape_back(network, last, &shape);
	if (error)
		return error;
	become_gemm(network, add, product, rows, row);
	error = insert(network, add, NET_RESHAPE, (size_t[]){ x, to }, 2, rows);
	return error ? error : net_index(network);
}

int net_fold_rows(struct qmac_network *network)
{
	size_t i, product, row;
	int error = 0;

	for (i = 0; !error && i < network->node_count; i++) {
		if (network->nodes[i].op != NET_ADD || network->nodes[i].folded)
			continue;
		product = product_of(network, &network->nodes[i], &row);
		if (product != NET_NONE)
			error = fold(network, i, product, row);
	}
	return error ? error : net_infer(network, 1);
}
