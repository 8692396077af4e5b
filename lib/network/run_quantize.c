// SPDX-License-Identifier: MIT
/*
 * QuantizeLinear and DequantizeLinear. Formulas: ONNX, operators of that name;
 * the clamp comes before the rounding, so that infinities need no special case.
 */
#include <math.h>

#include "network/fake.h"
#include "network/ops.h"

/*
 * A tensor as [outer, channels, inner], one channel for one scale. With blocks,
 * element (o, c, i) has the scale (o * groups + c / block) * inner + i.
 */
struct split {
	size_t outer, channels, inner, block, groups;
};

static struct split split_of(const struct net_call *call)
{
	const struct net_shape *shape = &net_input(call->network, call->node, 0)->shape;
	const struct net_tensor *scale = net_input(call->network, call->node, 1);
	const size_t block = call->node->attributes.block;
	struct split split = { 1, net_shape_count(&scale->shape), 1, block, 0 };
	int64_t given = call->node->attributes.axis;
	unsigned int axis = given < 0 ? given + shape->rank : given, i;

	if (split.channels == 1 && !block) {
		split.inner = net_shape_count(shape);
		return split;
	}
	for (i = 0; i < axis; i++)
		split.outer *= shape->dim[i];
	for (i = axis + 1; i < shape->rank; i++)
		split.inner *= shape->dim[i];
	split.channels = shape->dim[axis];
	if (block)
		split.groups = split.channels / block + !!(split.channels % block);
	return split;
}

/* Calls @run for each piece of the tensor that has one scale. */
static void for_each_scale(const struct net_call *call,
			   void (*run)(const struct net_call *call, size_t at, size_t count,
				       size_t scale))
{
	const struct split split = split_of(call);
	size_t row, i;

	for (row = 0; row < split.outer * split.channels; row++) {
		size_t c = row % split.channels, o = row / split.channels, at = row * split.inner;

		if (!split.block)
			run(call, at, split.inner, c);
		for (i = 0; split.block && i < split.inner; i++)
			run(call, at + i, 1,
			    (o * split.groups + c / split.block) * split.inner + i);
	}
}

static int32_t load(enum net_type type, const void *from, size_t i)
{
	switch (type) {
	case NET_S4:
	case NET_S8:
		return ((const int8_t *)from)[i];
	case NET_U4:
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
	static const int32_t all[][2] = {
		[NET_S8] = { INT8_MIN, INT8_MAX },
		[NET_U8] = { 0, UINT8_MAX },
		[NET_S16] = { INT16_MIN, INT16_MAX },
		[NET_U16] = { 0, UINT16_MAX },
		[NET_S4] = { -8, 7 },
		[NET_U4] = { 0, 15 },
	};

	*lo = all[type][0];
	*hi = all[type][1];
}

static void quantize(const struct net_call *call, size_t at, size_t count, size_t scale)
{
	const enum net_type type = call->network->tensors[call->node->output].type;
	const int32_t zero = call->in[2] ? load(type, call->in[2], scale) : 0;
	const float *x = call->in[0], step = ((const float *)call->in[1])[scale];
	int32_t lo, hi;
	size_t i;

	limits(type, &lo, &hi);
	for (i = at; i < at + count; i++)
		store(type, call->out, i,
		      net_code(x[i], step, (float)(lo - zero), (float)(hi - zero)) + zero);
}

void net_run_quantize(const struct net_call *call)
{
	for_each_scale(call, quantize);
}

static void dequantize(const struct net_call *call, size_t at, size_t count, size_t scale)
{
	const enum net_type type = net_input(call->network, call->node, 0)->type;
	const int32_t zero = call->in[2] ? load(type, call->in[2], scale) : 0;
	const float step = ((const float *)call->in[1])[scale];
	float *y = call->out;
	size_t i;

	for (i = at; i < at + count; i++)
		y[i] = (float)((int64_t)load(type, call->in[0], i) - zero) * step;
}

void net_run_dequantize(const struct net_call *call)
{
	for_each_scale(call, dequantize);
}
