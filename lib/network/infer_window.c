// SPDX-License-Identifier: MIT
/*
 * Shapes of convolutions and pooling. Formulas: ONNX operators Conv, MaxPool,
 * AveragePool; a window that ceil_mode adds must begin inside the input or its
 * leading padding.
 */
#include "network/infer.h"

#include <errno.h>

#include "network/ops.h"

/* Window sizes and paddings are kept where sums of a few cannot overflow. */
#define MAX_EXTENT ((size_t)1 << 30)

static int check_window(const struct qmac_network *network, const struct net_node *node)
{
	const struct net_window *window = &node->attributes.window;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (!window->kernel[i] || !window->stride[i] || !window->dilation[i])
			return net_fail(network, node, -EINVAL,
					"kernel %zu, stride %zu, dilation %zu: none may be 0",
					window->kernel[i], window->stride[i], window->dilation[i]);
		if (window->kernel[i] > MAX_EXTENT || window->stride[i] > MAX_EXTENT ||
		    window->dilation[i] > MAX_EXTENT / window->kernel[i] ||
		    window->before[i] > MAX_EXTENT || window->after[i] > MAX_EXTENT)
			return net_fail(network, node, -EFBIG,
					"kernel, stride, dilation or padding is beyond 2^30");
	}
	return 0;
}

/* Resolves auto_pad along one axis and gives the number of windows. */
static int windows(const struct qmac_network *network, struct net_node *node, unsigned int i,
		   size_t in, size_t *out)
{
	struct net_window *window = &node->attributes.window;
	size_t reach = window->dilation[i] * (window->kernel[i] - 1) + 1, padded, need;

	if (window->pad == NET_PAD_VALID)
		window->before[i] = window->after[i] = 0;
	if (window->pad == NET_PAD_SAME_UPPER || window->pad == NET_PAD_SAME_LOWER) {
		*out = (in - 1) / window->stride[i] + 1;
		need = (*out - 1) * window->stride[i] + reach;
		need = need > in ? need - in : 0;
		window->before[i] = (need + (window->pad == NET_PAD_SAME_LOWER)) / 2;
		window->after[i] = need - window->before[i];
		return 0;
	}
	padded = in + window->before[i] + window->after[i];
	if (padded < reach)
		return net_fail(network, node, -EINVAL,
				"the window is %zu long, the padded input only %zu", reach, padded);
	*out = (padded - reach) / window->stride[i] + 1;
	if (window->ceil && (padded - reach) % window->stride[i] &&
	    *out * window->stride[i] < in + window->before[i])
		++*out;
	return 0;
}

/* Input [N, C, (H,) W] as 4 dimensions; result likewise, then without the H of 1. */
static int infer_window(struct qmac_network *network, struct net_node *node, size_t channels)
{
	const struct net_shape *in = &net_input(network, node, 0)->shape;
	const unsigned int spatial = node->attributes.window.spatial;
	struct net_shape out = { .rank = in->rank, .dim = { in->dim[0], channels } };
	unsigned int i;
	int error = check_window(network, node);

	for (i = 2 - spatial; !error && i < 2; i++) {
		size_t axis = 2 + i - (2 - spatial);

		if (in->dim[axis] > MAX_EXTENT)
			error = net_fail(network, node, -EFBIG, "dimension %zu is beyond 2^30",
					 in->dim[axis]);
		else
			error = windows(network, node, i, in->dim[axis], &out.dim[axis]);
	}
	return error ? error : net_set_output(network, node, NET_F32, &out);
}

static int check_rank(const struct qmac_network *network, const struct net_node *node)
{
	const struct net_shape *in = &net_input(network, node, 0)->shape;
	char text[NET_SHAPE_TEXT];
	int error = net_need_floats(network, node);

	if (!error && in->rank != 2 + node->attributes.window.spatial)
		error = net_fail(
			network, node, -EINVAL,
			"input is %s: a window of %u dimensions needs [batch, channels] and "
			"%u more",
			net_shape_text(in, text), node->attributes.window.spatial,
			node->attributes.window.spatial);
	return error;
}

/* kernel_shape may be left out; the weights tell it, too. */
static int take_kernel(struct qmac_network *network, struct net_node *node,
		       const struct net_shape *weight)
{
	struct net_window *window = &node->attributes.window;
	unsigned int i;

	if (weight->rank != 2 + window->spatial)
		return net_fail(network, node, -EINVAL, "weights have %u dimensions, expected %u",
				weight->rank, 2 + window->spatial);
	for (i = 2 - window->spatial; i < 2; i++) {
		size_t given = weight->dim[2 + i - (2 - window->spatial)];

		if (window->kernel[i] && window->kernel[i] != given)
			return net_fail(network, node, -EINVAL,
					"kernel_shape says %zu, the weights have %zu",
					window->kernel[i], given);
		window->kernel[i] = given;
	}
	return 0;
}

int net_infer_conv(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *x = net_input(network, node, 0), *w = net_input(network, node, 1);
	const struct net_tensor *bias = net_input(network, node, 2);
	struct net_window *window = &node->attributes.window;
	size_t inputs, outputs;
	int error;

	if (!window->spatial && x->shape.rank >= 3 && x->shape.rank <= 4)
		window->spatial = x->shape.rank - 2;
	if (window->spatial == 1)
		window->kernel[0] = 1;
	error = check_rank(network, node);
	if (!error)
		error = take_kernel(network, node, &w->shape);
	if (error)
		return error;
	inputs = x->shape.dim[1];
	outputs = w->shape.dim[0];
	if (!window->groups || inputs % window->groups || outputs % window->groups)
		return net_fail(network, node, -EINVAL,
				"%zu groups divide neither or not both of %zu input and %zu output "
				"channels",
				window->groups, inputs, outputs);
	if (w->shape.dim[1] != inputs / window->groups)
		return net_fail(network, node, -EINVAL,
				"weights take %zu channels per group, the input has %zu",
				w->shape.dim[1], inputs / window->groups);
	if (bias && (bias->shape.rank != 1 || bias->shape.dim[0] != outputs))
		return net_fail(network, node, -EINVAL,
				"bias must have %zu values, one per output channel", outputs);
	return infer_window(network, node, outputs);
}

int net_infer_pool(struct qmac_network *network, struct net_node *node)
{
	const struct net_window *window = &node->attributes.window;
	int error = check_rank(network, node);
	unsigned int i;

	for (i = 0; !error && i < 2; i++) {
		size_t reach = window->dilation[i] * (window->kernel[i] - 1) + 1;

		/* A window all in the padding has no greatest element and no mean. */
		if (window->pad == NET_PAD_EXPLICIT &&
		    (window->before[i] >= reach || window->after[i] >= reach))
			error = net_fail(network, node, -EINVAL,
					 "padding %zu and %zu: must be less than the window, %zu",
					 window->before[i], window->after[i], reach);
	}
	if (error)
		return error;
	return infer_window(network, node, net_input(network, node, 0)->shape.dim[1]);
}

int net_infer_global_pool(struct qmac_network *network, struct net_node *node)
{
	struct net_shape shape = net_input(network, node, 0)->shape;
	int error = net_need_floats(network, node);
	unsigned int i;

	if (!error && shape.rank < 3)
		error = net_fail(network, node, -EINVAL, "needs at least 3 dimensions, has %u",
				 shape.rank);
	for (i = 2; i < shape.rank; i++)
		shape.dim[i] = 1;
	return error ? error : net_set_output(network, node, NET_F32, &shape);
}
