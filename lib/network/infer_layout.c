// SPDX-License-Identifier: MIT
/* Shapes of operators that move elements. */
#include "network/infer.h"

#include <errno.h>

#include "network/ops.h"

int net_infer_concat(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *first = net_input(network, node, 0);
	struct net_shape shape = first->shape, other;
	unsigned int axis;
	size_t i;
	int error = net_axis(network, node, node->attributes.axis, shape.rank, &axis);

	if (error)
		return error;
	for (i = 1; i < node->input_count; i++) {
		const struct net_tensor *tensor = net_input(network, node, i);
		char a[NET_SHAPE_TEXT], b[NET_SHAPE_TEXT];

		other = tensor->shape;
		if (other.rank == shape.rank)
			other.dim[axis] = shape.dim[axis];
		if (tensor->type != first->type || !net_shape_equal(&other, &shape))
			return net_fail(
				network, node, -EINVAL,
				"'%.60s' is %s %s, '%.60s' is %s %s: they may differ on axis "
				"%u only",
				first->name, net_type_name(first->type),
				net_shape_text(&first->shape, a), tensor->name,
				net_type_name(tensor->type), net_shape_text(&tensor->shape, b),
				axis);
		shape.dim[axis] += tensor->shape.dim[axis];
	}
	return net_set_output(network, node, first->type, &shape);
}

int net_infer_flatten(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *in = net_input(network, node, 0);
	struct net_shape shape = { .rank = 2, .dim = { 1, 1 } };
	int64_t axis = node->attributes.axis;
	unsigned int i;

	if (axis < -(int64_t)in->shape.rank || axis > (int64_t)in->shape.rank)
		return net_fail(network, node, -EINVAL, "axis %lld of a tensor with %u dimensions",
				(long long)axis, in->shape.rank);
	if (axis < 0)
		axis += in->shape.rank;
	for (i = 0; i < in->shape.rank; i++)
		shape.dim[i >= axis] *= in->shape.dim[i];
	return net_set_output(network, node, in->type, &shape);
}

/* Fills in dimensions that are copied (0); tells where the one to infer (-1) is. */
static int reshape_dims(struct qmac_network *network, struct net_node *node, const int64_t *dims,
			struct net_shape *shape, int *unknown)
{
	const struct net_shape *in = &net_input(network, node, 0)->shape;
	unsigned int i;

	*unknown = -1;
	for (i = 0; i < shape->rank; i++) {
		if (dims[i] < -1 || (dims[i] == -1 && *unknown >= 0))
			return net_fail(network, node, -EINVAL,
					"dimension %u is %lld: one may be -1, the others not "
					"negative",
					i, (long long)dims[i]);
		if (dims[i] == 0 && (node->attributes.allow_zero || i >= in->rank))
			return net_fail(network, node, -EINVAL,
					"dimension %u is 0: the result would be empty", i);
		if (dims[i] == -1)
			*unknown = i;
		shape->dim[i] = dims[i] == -1 ? 1 : dims[i] ? (size_t)dims[i] : in->dim[i];
	}
	return 0;
}

int net_infer_reshape(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *in = net_input(network, node, 0);
	const struct net_tensor *wanted = net_input(network, node, 1);
	struct net_shape shape = { 0 };
	size_t have = net_shape_count(&in->shape), count;
	char a[NET_SHAPE_TEXT], b[NET_SHAPE_TEXT];
	int unknown, error;

	if (!wanted->data || wanted->type != NET_S64)
		return net_fail(network, node, -ENOTSUP,
				"the shape '%.100s' is not a constant: export with fixed sizes",
				wanted->name);
	if (wanted->shape.rank != 1 || wanted->shape.dim[0] > QMAC_NETWORK_RANK)
		return net_fail(network, node, -EINVAL, "the shape must list up to %d dimensions",
				QMAC_NETWORK_RANK);
	shape.rank = wanted->shape.dim[0];
	error = reshape_dims(network, node, wanted->data, &shape, &unknown);
	if (error)
		return error;
	count = net_shape_count(&shape);
	if (unknown >= 0 && count && have % count == 0) {
		shape.dim[unknown] = have / count;
		count = have;
	}
	if (count != have)
		return net_fail(network, node, -EINVAL,
				"%zu elements (%s) cannot become %s: the sizes before it need %zu "
				"elements%s",
				have, net_shape_text(&in->shape, a), net_shape_text(&shape, b),
				count, unknown >= 0 ? " or a multiple" : "");
	return net_set_output(network, node, in->type, &shape);
}

int net_infer_transpose(struct qmac_network *network, struct net_node *node)
{
	const struct net_tensor *in = net_input(network, node, 0);
	struct net_attributes *attributes = &node->attributes;
	struct net_shape shape = { .rank = in->shape.rank };
	unsigned int i, seen = 0;

	if (!attributes->perm_count) { /* the default: reversed */
		attributes->perm_count = in->shape.rank;
		for (i = 0; i < in->shape.rank; i++)
			attributes->perm[i] = in->shape.rank - 1 - i;
	}
	for (i = 0; i < attributes->perm_count && i < in->shape.rank; i++)
		seen |= attributes->perm[i] < in->shape.rank ? 1u << attributes->perm[i] : 0;
	if (attributes->perm_count != in->shape.rank || seen != (1u << in->shape.rank) - 1)
		return net_fail(network, node, -EINVAL,
				"perm has %u entries: it must name each of the %u axes once",
				attributes->perm_count, in->shape.rank);
	for (i = 0; i < in->shape.rank; i++)
		shape.dim[i] = in->shape.dim[attributes->perm[i]];
	return net_set_output(network, node, in->type, &shape);
}
