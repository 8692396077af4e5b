// SPDX-License-Identifier: MIT
/* Shapes of matrix products. */
#include "network/infer.h"

#include <errno.h>
#include <string.h>

#include "network/ops.h"

/* The message that a wrongly sized linear layer deserves: which number is right. */
static int fail_inner(const struct qmac_network *network, const struct net_node *node, size_t have,
		      size_t want)
{
	const struct net_tensor *a = net_input(network, node, 0), *b = net_input(network, node, 1);

	return net_fail(network, node, -EINVAL,
			"'%.80s' has %zu values per row, but the weights '%.80s' take %zu: the "
			"layer needs %zu inputs",
			a->name, have, b->name, want, have);
}

int net_infer_gemm(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *a = net_input(network, node, 0), *b = net_input(network, node, 1);
	const struct net_tensor *c = net_input(network, node, 2);
	const struct net_attributes *attributes = &node->attributes;
	struct net_shape shape = { .rank = 2 }, wide;
	size_t k, b_k;
	int error = net_need_floats(network, node);

	if (error)
		return error;
	if (a->shape.rank != 2 || b->shape.rank != 2)
		return net_fail(network, node, -EINVAL,
				"operands have %u and %u dimensions: both need 2; put a Flatten "
				"before it",
				a->shape.rank, b->shape.rank);
	shape.dim[0] = a->shape.dim[attributes->transpose_a];
	shape.dim[1] = b->shape.dim[!attributes->transpose_b];
	k = a->shape.dim[!attributes->transpose_a];
	b_k = b->shape.dim[attributes->transpose_b];
	if (k != b_k)
		return fail_inner(network, node, k, b_k);
	if (c) {
		error = net_broadcast(network, node, &shape, &c->shape, &wide);
		if (error)
			return error;
		if (!net_shape_equal(&wide, &shape))
			return net_fail(network, node, -EINVAL,
					"bias '%.80s' is larger than the product, %zux%zu", c->name,
					shape.dim[0], shape.dim[1]);
	}
	return net_set_output(network, node, NET_F32, &shape);
}

/* The dimensions before the matrix. */
static struct net_shape outer(const struct net_shape *shape)
{
	struct net_shape out = *shape;

	out.rank = shape->rank > 2 ? shape->rank - 2 : 0;
	return out;
}

int net_infer_matmul(struct qmac_network *network, struct net_node *node)
{
	const struct net_shape *a = &net_input(network, node, 0)->shape;
	const struct net_shape *b = &net_input(network, node, 1)->shape;
	struct net_shape a_outer = outer(a), b_outer = outer(b), shape;
	int error = net_need_floats(network, node);
	size_t k, b_k;

	if (error)
		return error;
	if (!a->rank || !b->rank)
		return net_fail(network, node, -EINVAL, "an operand is a single number: use Mul");
	k = a->dim[a->rank - 1];
	b_k = b->rank == 1 ? b->dim[0] : b->dim[b->rank - 2];
	if (k != b_k)
		return fail_inner(network, node, k, b_k);
	error = net_broadcast(network, node, &a_outer, &b_outer, &shape);
	if (error)
		return error;
	if (a->rank > 1)
		shape.dim[shape.rank++] = a->dim[a->rank - 2];
	if (b->rank > 1)
		shape.dim[shape.rank++] = b->dim[b->rank - 1];
	return net_set_output(network, node, NET_F32, &shape);
}
