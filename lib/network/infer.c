// SPDX-License-Identifier: MIT
/* Shapes: the pass over the network, and operators that keep them. */
#include "network/infer.h"

#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <string.h>

#include "context.h"
#include "network/ops.h"
#include "quant/exact.h"

int net_set_output(struct qmac_network *network, const struct net_node *node, enum net_type type,
		   const struct net_shape *shape)
{
	struct net_tensor *out = &network->tensors[node->output];
	size_t count = net_shape_count(shape);
	char text[NET_SHAPE_TEXT];

	if (!count || count == SIZE_MAX)
		return net_fail(network, node, count ? -EFBIG : -EINVAL,
				"the result is %s elements, %s", net_shape_text(shape, text),
				count ? "more than 4 GiB: reduce the batch" : "none at all");
	out->type = type;
	out->shape = *shape;
	return 0;
}

int net_need_floats(const struct qmac_network *network, const struct net_node *node)
{
	size_t i;

	for (i = 0; i < node->input_count; i++) {
		const struct net_tensor *tensor = net_input(network, node, i);

		if (tensor && tensor->type != NET_F32)
			return net_fail(network, node, -ENOTSUP,
					"input '%.100s' is %s: this operator is read for float32",
					tensor->name, net_type_name(tensor->type));
	}
	return 0;
}

int net_axis(const struct qmac_network *network, const struct net_node *node, int64_t axis,
	     unsigned int rank, unsigned int *out)
{
	if (axis < -(int64_t)rank || axis >= (int64_t)rank)
		return net_fail(network, node, -EINVAL,
				"axis %lld of a tensor with %u dimensions: use %d to %d",
				(long long)axis, rank, -(int)rank, (int)rank - 1);
	*out = axis < 0 ? axis + rank : axis;
	return 0;
}

int net_broadcast(const struct qmac_network *network, const struct net_node *node,
		  const struct net_shape *a, const struct net_shape *b, struct net_shape *out)
{
	char a_text[NET_SHAPE_TEXT], b_text[NET_SHAPE_TEXT];
	unsigned int i;

	out->rank = a->rank > b->rank ? a->rank : b->rank;
	for (i = 0; i < out->rank; i++) { /* from the last dimension */
		size_t x = i < a->rank ? a->dim[a->rank - 1 - i] : 1;
		size_t y = i < b->rank ? b->dim[b->rank - 1 - i] : 1;

		if (x != y && x != 1 && y != 1)
			return net_fail(network, node, -EINVAL,
					"shapes %s and %s: %zu and %zu must be equal, or one of "
					"them 1",
					net_shape_text(a, a_text), net_shape_text(b, b_text), x, y);
		out->dim[out->rank - 1 - i] = x == 1 ? y : x;
	}
	return 0;
}

int net_infer_same(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *in = net_input(network, node, 0);
	int error = node->op == NET_IDENTITY ? 0 : net_need_floats(network, node);

	return error ? error : net_set_output(network, node, in->type, &in->shape);
}

int net_infer_broadcast(struct qmac_network *network, struct net_node *node)
{
	struct net_shape shape;
	int error = net_need_floats(network, node);

	if (!error)
		error = net_broadcast(network, node, &net_input(network, node, 0)->shape,
				      &net_input(network, node, 1)->shape, &shape);
	return error ? error : net_set_output(network, node, NET_F32, &shape);
}

int net_infer_softmax(struct qmac_network *network, struct net_node *node)
{
	const struct net_shape *shape = &net_input(network, node, 0)->shape;
	unsigned int axis;
	int error = net_axis(network, node, node->attributes.axis, shape->rank, &axis);

	return error ? error : net_infer_same(network, node);
}

/* The first channel whose deviation is no positive number, or @channels. */
static EXACT size_t first_without_root(const float *variance, size_t channels, float epsilon)
{
	size_t i;

	for (i = 0; i < channels; i++)
		if (!(variance[i] + epsilon > 0))
			break;
	return i;
}

int net_infer_norm(struct qmac_network *network, struct net_node *node)
{
	const struct net_shape *shape = &net_input(network, node, 0)->shape;
	fenv_t saved;
	size_t i;

	if (shape->rank < 2)
		return net_fail(network, node, -EINVAL, "needs at least 2 dimensions, has %u",
				shape->rank);
	for (i = 1; i < 5; i++) {
		const struct net_tensor *tensor = net_input(network, node, i);

		if (!tensor->data || tensor->type != NET_F32)
			return net_fail(
				network, node, -ENOTSUP,
				"'%.100s' is no float32 constant: scale, bias, mean and variance "
				"must be",
				tensor->name);
		if (tensor->shape.rank != 1 || tensor->shape.dim[0] != shape->dim[1])
			return net_fail(network, node, -EINVAL,
					"'%.100s' must have as many values as there are channels, "
					"%zu",
					tensor->name, shape->dim[1]);
	}
	exact_enter(&saved);
	i = first_without_root(net_input(network, node, 4)->data, shape->dim[1],
			       node->attributes.epsilon);
	exact_leave(&saved);
	if (i < shape->dim[1])
		return net_fail(network, node, -EINVAL,
				"variance plus epsilon of channel %zu is not positive", i);
	return net_infer_same(network, node);
}

/* Blocks: the shape of the scales is that of the input, but for the axis. */
static int check_blocks(struct qmac_network *network, struct net_node *node, unsigned int axis)
{
	const struct net_shape *x = &net_input(network, node, 0)->shape;
	const struct net_shape *scale = &net_input(network, node, 1)->shape;
	size_t block = node->attributes.block;
	char x_text[NET_SHAPE_TEXT], scale_text[NET_SHAPE_TEXT];
	struct net_shape want = *x;

	want.dim[axis] = x->dim[axis] / block + !!(x->dim[axis] % block);
	if (!net_shape_equal(&want, scale))
		return net_fail(network, node, -EINVAL,
				"scales of %s for %s in blocks of %zu along axis %u: one per block "
				"is needed",
				net_shape_text(scale, scale_text), net_shape_text(x, x_text), block,
				axis);
	return 0;
}

/* Scale and zero point: one number, or a constant vector along the axis. */
static int check_params(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *x = net_input(network, node, 0), *scale, *zero;
	unsigned int axis = 0;
	int error;

	scale = net_input(network, node, 1);
	zero = net_input(network, node, 2);
	if (!scale->data || (zero && !zero->data))
		return net_fail(network, node, -ENOTSUP, "scale and zero point must be constants");
	if (scale->type != NET_F32)
		return net_fail(network, node, -ENOTSUP, "scale is %s: use float32",
				net_type_name(scale->type));
	if (zero && net_shape_count(&zero->shape) != net_shape_count(&scale->shape))
		return net_fail(network, node, -EINVAL,
				"scale '%.80s' and zero point '%.80s' differ in length",
				scale->name, zero->name);
	if (net_shape_count(&scale->shape) == 1 && !node->attributes.block)
		return 0;
	error = net_axis(network, node, node->attributes.axis, x->shape.rank, &axis);
	if (error)
		return error;
	if (node->attributes.block)
		return check_blocks(network, node, axis);
	if (scale->shape.rank != 1 || scale->shape.dim[0] != x->shape.dim[axis])
		return net_fail(network, node, -EINVAL,
				"scale '%.80s' must be one number, or %zu as axis %u has",
				scale->name, x->shape.dim[axis], axis);
	return 0;
}

/* A scale that is no positive number would make results that mean nothing. */
static int check_scales(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *tensor = net_input(network, node, 1);
	size_t count = net_shape_count(&tensor->shape), i;
	const float *scale = tensor->data;

	for (i = 0; i < count; i++)
		if (!isnormal(scale[i]) || scale[i] < 0)
			return net_fail(network, node, -EINVAL,
					"scale %g of channel %zu is not a positive normal number",
					scale[i], i);
	return 0;
}

int net_infer_quantize(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *x = net_input(network, node, 0);
	const struct net_tensor *zero = net_input(network, node, 2);
	enum net_type type = zero ? zero->type : NET_U8;
	int error = check_params(network, node);

	if (!error)
		error = check_scales(network, node);
	if (error)
		return error;
	if (x->type != NET_F32)
		return net_fail(network, node, -ENOTSUP, "input '%.100s' is %s: use float32",
				x->name, net_type_name(x->type));
	if (type == NET_F32 || type == NET_S32 || type == NET_S64)
		return net_fail(network, node, -ENOTSUP, "cannot quantize to %s",
				net_type_name(type));
	return net_set_output(network, node, type, &x->shape);
}

int net_infer_dequantize(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *x = net_input(network, node, 0);
	const struct net_tensor *zero = net_input(network, node, 2);
	int error = check_params(network, node);

	if (error)
		return error;
	if (x->type == NET_F32 || x->type == NET_S64 || (zero && zero->type != x->type))
		return net_fail(network, node, -EINVAL,
				"input '%.100s' is %s, zero point %s: use the same 8-, 16- or "
				"32-bit integer type",
				x->name, net_type_name(x->type),
				zero ? net_type_name(zero->type) : "none");
	return net_set_output(network, node, NET_F32, &x->shape);
}

int net_infer(struct qmac_network *network, size_t batch)
{
	size_t i;

	network->batch = 0;
	for (i = 0; i < network->input_count; i++) {
		struct net_tensor *input = &network->tensors[network->inputs[i]];

		if (network->batch_is_free)
			input->shape.dim[0] = batch;
		if (net_shape_count(&input->shape) == SIZE_MAX)
			return qmac_fail(network->context, -EFBIG,
					 "input '%.100s' is more than 4 GiB: reduce the batch",
					 input->name);
	}
	for (i = 0; i < network->node_count; i++) {
		struct net_node *node = &network->nodes[i];
		int error = node->dead ? 0 : net_ops[node->op].infer(network, node);

		if (error)
			return error;
	}
	return 0;
}
