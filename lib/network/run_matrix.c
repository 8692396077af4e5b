// SPDX-License-Identifier: MIT
/* Gemm and MatMul. */
#include <string.h>

#include "network/ops.h"
#include "network/product.h"

static const struct net_tensor *operand(const struct net_call *call, size_t i)
{
	return net_input(call->network, call->node, i);
}

size_t net_scratch_gemm(const struct qmac_network *network, const struct net_node *node)
{
	const struct net_attributes *attributes = &node->attributes;

	return attributes->transpose_a ? net_shape_count(&net_input(network, node, 0)->shape) : 0;
}

/* out += beta * c, which is broadcast to [m, n]. */
static void add_bias(const struct net_call *call, size_t m, size_t n)
{
	const struct net_shape *shape = &operand(call, 2)->shape;
	const float beta = call->node->attributes.beta, *c = call->in[2];
	size_t columns = shape->rank ? shape->dim[shape->rank - 1] : 1;
	size_t rows = shape->rank == 2 ? shape->dim[0] : 1;
	float *out = call->out;
	size_t i, j;

	for (i = 0; i < m; i++)
		for (j = 0; j < n; j++)
			out[i * n + j] +=
				beta * c[(rows == 1 ? 0 : i) * columns + (columns == 1 ? 0 : j)];
}

void net_run_gemm(const struct net_call *call)
{
	const struct net_attributes *attributes = &call->node->attributes;
	const struct net_shape *a_shape = &operand(call, 0)->shape;
	const struct net_shape *b_shape = &operand(call, 1)->shape;
	size_t m = a_shape->dim[attributes->transpose_a];
	size_t k = a_shape->dim[!attributes->transpose_a];
	size_t n = b_shape->dim[!attributes->transpose_b], i;
	struct simd_product product = {
		.m = m,
		.n = n,
		.k = k,
		.a = call->in[0],
		.a_stride = k,
		.b = call->in[1],
		.b_stride = attributes->transpose_b ? k : n,
		.b_transposed = attributes->transpose_b,
		.c = call->out,
		.c_stride = n,
	};
	float *out = call->out;

	if (attributes->transpose_a) {
		net_transpose(k, m, call->in[0], call->scratch);
		product.a = call->scratch;
	}
	net_product(call->network, &product);
	if (attributes->alpha != 1)
		for (i = 0; i < m * n; i++)
			out[i] *= attributes->alpha;
	if (call->in[2])
		add_bias(call, m, n);
}

/* Number of matrix @index of the result among the matrices of an operand. */
static size_t outer_index(size_t index, const struct net_shape *out, unsigned int out_outer,
			  const struct net_shape *shape)
{
	unsigned int outer = shape->rank > 2 ? shape->rank - 2 : 0, i;
	size_t number = 0, step = 1;

	for (i = 0; i < out_outer; i++) { /* from the innermost */
		size_t dim = out->dim[out_outer - 1 - i], at = index % dim, own;

		index /= dim;
		if (i >= outer)
			break;
		own = shape->dim[outer - 1 - i];
		number += (own == 1 ? 0 : at) * step;
		step *= own;
	}
	return number;
}

void net_run_matmul(const struct net_call *call)
{
	const struct net_shape *a = &operand(call, 0)->shape, *b = &operand(call, 1)->shape;
	const struct net_shape *out = &call->network->tensors[call->node->output].shape;
	size_t m = a->rank > 1 ? a->dim[a->rank - 2] : 1, k = a->dim[a->rank - 1];
	size_t n = b->rank > 1 ? b->dim[b->rank - 1] : 1;
	unsigned int out_outer = out->rank - (a->rank > 1) - (b->rank > 1);
	size_t products = net_shape_count(out) / (m * n), i;
	const float *x = call->in[0], *y = call->in[1];
	struct simd_product product = {
		.m = m,
		.n = n,
		.k = k,
		.a = x,
		.a_stride = k,
		.b = y,
		.b_stride = n,
		.c = call->out,
		.c_stride = n,
	};

	if (b->rank <= 2 && a->rank >= 2) { /* one B for all: one product */
		product.m = net_shape_count(a) / k;
		net_product(call->network, &product);
		return;
	}
	for (i = 0; i < products; i++, product.c += m * n) {
		product.a = x + outer_index(i, out, out_outer, a) * m * k;
		product.b = y + outer_index(i, out, out_outer, b) * k * n;
		net_product(call->network, &product);
	}
}
