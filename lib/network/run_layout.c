// SPDX-License-Identifier: MIT
/* Operators that move elements of any type. */
#include <string.h>

#include "network/ops.h"

static const struct net_tensor *result(const struct net_call *call)
{
	return &call->network->tensors[call->node->output];
}

/* Flatten, Reshape, Identity. */
void net_run_copy(const struct net_call *call)
{
	const struct net_tensor *out = result(call);

	memcpy(call->out, call->in[0], net_shape_count(&out->shape) * net_type_size(out->type));
}

void net_run_concat(const struct net_call *call)
{
	const struct net_shape *out = &result(call)->shape;
	const size_t size = net_type_size(result(call)->type);
	int64_t given = call->node->attributes.axis;
	unsigned int axis = given < 0 ? given + out->rank : given, d;
	size_t outer = 1, inner = size, done = 0, row, i, o;
	char *to = call->out;

	for (d = 0; d < axis; d++)
		outer *= out->dim[d];
	for (d = axis + 1; d < out->rank; d++)
		inner *= out->dim[d];
	row = out->dim[axis] * inner;
	for (i = 0; i < call->node->input_count; i++) {
		const struct net_tensor *in = net_input(call->network, call->node, i);
		const char *from = net_values(call->network, in);
		size_t part = in->shape.dim[axis] * inner;

		for (o = 0; o < outer; o++)
			memcpy(to + o * row + done, from + o * part, part);
		done += part;
	}
}

void net_run_transpose(const struct net_call *call)
{
	const struct net_shape *in = &net_input(call->network, call->node, 0)->shape;
	const struct net_shape *out = &result(call)->shape;
	const size_t size = net_type_size(result(call)->type);
	size_t in_step[QMAC_NETWORK_RANK], step[QMAC_NETWORK_RANK], at[QMAC_NETWORK_RANK] = { 0 };
	size_t count = net_shape_count(out), i, bytes = size;
	const char *from = call->in[0];
	char *to = call->out;
	int axis;

	for (axis = (int)in->rank - 1; axis >= 0; axis--) {
		in_step[axis] = bytes;
		bytes *= in->dim[axis];
	}
	for (axis = 0; axis < (int)out->rank; axis++)
		step[axis] = in_step[call->node->attributes.perm[axis]];
	for (i = 0; i < count; i++, to += size) {
		memcpy(to, from, size);
		for (axis = (int)out->rank - 1; axis >= 0; axis--) {
			from += step[axis];
			if (++at[axis] < out->dim[axis])
				break;
			from -= step[axis] * at[axis];
			at[axis] = 0;
		}
	}
}
