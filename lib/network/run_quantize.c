// SPDX-License-Identifier: MIT
/*
 * QuantizeLinear and DequantizeLinear. Formulas: ONNX, operators of that name;
 * the clamp comes before the rounding, so that infinities need no special case.
 */
#include <math.h>

#include "network/fake.h"
#include "network/ops.h"

/* A tensor as [outer, channels, inner]; one channel for one scale. */
struct split {
	size_t outer, channels, inner;
};

static struct split split_of(const struct net_call *call)
{
	const struct net_shape *shape = &net_input(call->network, call->node, 0)->shape;
	const struct net_tensor *scale = net_input(call->network, call->node, 1);
	struct split split = { 1, net_shape_count(&scale->shape), 1 };
	int64_t given = call->node->attributes.axis;
	unsigned int axis = given < 0 ? given + shape->rank : given, i;

	if (split.channels == 1) {
		split.inner = net_shape_count(shape);
		return split;
	}
	for (i = 0; i < axis; i++)
		split.outer *= shape->dim[i];
	for (i = axis + 1; i < shape->rank; i++)
		split.inner *= shape->dim[i];
	return split;
}

static int32_t load(enum net_type type, const void *from, size_t i)
{
	switch (type) {
	case NET_S8:
		return ((const int8_t *)from)[i];
	case NET_U8:
		return ((const uint8_t *)from)[i];
	case NET_S16:
		return ((const int16_t *)from)[i];
	case NET_U16:
		return ((const uint16_t *)from)[i];
	default:
		return ((const int32_t *)from)[i];
	}
}

static void store(enum net_type type, void *to, size_t i, int32_t value)
{
	if (net_type_size(type) == 1)
		((uint8_t *)to)[i] = (uint8_t)value;
	else
		((uint16_t *)to)[i] = (uint16_t)value;
}

static void limits(enum net_type type, int32_t *lo, int32_t *hi)
{
	*lo = type == NET_S8 ? INT8_MIN : type == NET_S16 ? INT16_MIN : 0;
	*hi = type == NET_S8	? INT8_MAX
	      : type == NET_S16 ? INT16_MAX
	      : type == NET_U8	? UINT8_MAX
				: UINT16_MAX;
}

void net_run_quantize(const struct net_call *call)
{
	const enum net_type type = call->network->tensors[call->node->output].type;
	struct split split = split_of(call);
	const float *x = call->in[0], *scale = call->in[1];
	size_t block, i;
	int32_t lo, hi;

	limits(type, &lo, &hi);
	for (block = 0; block < split.outer * split.channels; block++) {
		size_t c = block % split.channels, at = block * split.inner;
		int32_t zero = call->in[2] ? load(type, call->in[2], c) : 0;

		for (i = at; i < at + split.inner; i++)
			store(type, call->out, i,
			      net_code(x[i], scale[c], (float)(lo - zero), (float)(hi - zero)) +
				      zero);
	}
}

void net_run_dequantize(const struct net_call *call)
{
	const enum net_type type = net_input(call->network, call->node, 0)->type;
	struct split split = split_of(call);
	const float *scale = call->in[1];
	float *y = call->out;
	size_t block, i;

	for (block = 0; block < split.outer * split.channels; block++) {
		size_t c = block % split.channels, at = block * split.inner;
		int32_t zero = call->in[2] ? load(type, call->in[2], c) : 0;

		for (i = at; i < at + split.inner; i++)
			y[i] = (float)((int64_t)load(type, call->in[0], i) - zero) * scale[c];
	}
}
