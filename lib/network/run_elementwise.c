// SPDX-License-Identifier: MIT
/* Operators that work element by element. */
#include <math.h>
#include <stddef.h>

#include "network/ops.h"

static size_t count_of(const struct net_call *call)
{
	return net_shape_count(&call->network->tensors[call->node->output].shape);
}

/* Elements to advance in an operand for one step along each axis of the result. */
static void strides_of(const struct net_shape *shape, const struct net_shape *out, size_t *strides)
{
	size_t step = 1;
	unsigned int i;

	for (i = 0; i < out->rank; i++) { /* from the last axis */
		unsigned int axis = out->rank - 1 - i;
		size_t dim = i < shape->rank ? shape->dim[shape->rank - 1 - i] : 1;

		strides[axis] = dim == 1 ? 0 : step;
		step *= dim;
	}
}

static void row(bool multiply, const float *a, size_t a_step, const float *b, size_t b_step,
		float *out, size_t count)
{
	size_t i;

	if (multiply)
		for (i = 0; i < count; i++)
			out[i] = a[i * a_step] * b[i * b_step];
	else
		for (i = 0; i < count; i++)
			out[i] = a[i * a_step] + b[i * b_step];
}

/* Row by row along the last axis; @at counts the axes before it. */
static void broadcast(const struct net_call *call, bool multiply)
{
	const struct net_shape *out = &call->network->tensors[call->node->output].shape;
	size_t a_strides[QMAC_NETWORK_RANK], b_strides[QMAC_NETWORK_RANK];
	size_t at[QMAC_NETWORK_RANK] = { 0 };
	const float *a = call->in[0], *b = call->in[1];
	size_t length = out->rank ? out->dim[out->rank - 1] : 1;
	size_t rows = net_shape_count(out) / length, i, step;
	float *y = call->out;
	int axis;

	strides_of(&net_input(call->network, call->node, 0)->shape, out, a_strides);
	strides_of(&net_input(call->network, call->node, 1)->shape, out, b_strides);
	for (i = 0; i < rows; i++, y += length) {
		step = out->rank - 1;
		row(multiply, a, out->rank ? a_strides[step] : 0, b,
		    out->rank ? b_strides[step] : 0, y, length);
		for (axis = (int)out->rank - 2; axis >= 0; axis--) {
			a += a_strides[axis];
			b += b_strides[axis];
			if (++at[axis] < out->dim[axis])
				break;
			a -= a_strides[axis] * at[axis];
			b -= b_strides[axis] * at[axis];
			at[axis] = 0;
		}
	}
}

void net_run_add(const struct net_call *call)
{
	broadcast(call, false);
}

void net_run_mul(const struct net_call *call)
{
	broadcast(call, true);
}

/* NaN stays NaN in all of these. */
void net_run_relu(const struct net_call *call)
{
	const float *x = call->in[0];
	float *y = call->out;
	size_t count = count_of(call), i;

	for (i = 0; i < count; i++)
		y[i] = x[i] < 0 ? 0 : x[i];
}

void net_run_clip(const struct net_call *call)
{
	const float lo = call->node->attributes.lo, hi = call->node->attributes.hi;
	const float *x = call->in[0];
	float *y = call->out;
	size_t count = count_of(call), i;

	for (i = 0; i < count; i++) {
		float value = x[i] < lo ? lo : x[i];

		y[i] = value > hi ? hi : value;
	}
}

void net_run_sigmoid(const struct net_call *call)
{
	const float *x = call->in[0];
	float *y = call->out;
	size_t count = count_of(call), i;

	for (i = 0; i < count; i++)
		y[i] = 1 / (1 + expf(-x[i]));
}

/* x * max(0, min(1, x / 6 + 1 / 2)) */
void net_run_hard_swish(const struct net_call *call)
{
	const float *x = call->in[0];
	float *y = call->out;
	size_t count = count_of(call), i;

	for (i = 0; i < count; i++) {
		float gate = x[i] * (1.0f / 6) + 0.5f;

		gate = gate < 0 ? 0 : gate;
		y[i] = x[i] * (gate > 1 ? 1 : gate);
	}
}

/* scale * (x - mean) / sqrt(variance + epsilon) + bias, per channel. */
void net_run_norm(const struct net_call *call)
{
	const struct net_shape *shape = &net_input(call->network, call->node, 0)->shape;
	const float *scale = call->in[1], *bias = call->in[2], *mean = call->in[3];
	const float *variance = call->in[4], *x = call->in[0];
	size_t channels = shape->dim[1], rows = shape->dim[0] * channels, i, j;
	size_t pixels = net_shape_count(shape) / rows;
	float *y = call->out;

	for (i = 0; i < rows; i++) {
		size_t c = i % channels;
		float factor = scale[c] / sqrtf(variance[c] + call->node->attributes.epsilon);

		for (j = 0; j < pixels; j++)
			*y++ = (*x++ - mean[c]) * factor + bias[c];
	}
}

/* The greatest is taken out first, so that no exponential overflows. */
static void softmax(const float *x, float *y, size_t count, size_t step)
{
	float greatest = x[0], sum = 0;
	size_t i;

	for (i = 1; i < count; i++)
		greatest = x[i * step] > greatest ? x[i * step] : greatest;
	for (i = 0; i < count; i++) {
		y[i * step] = expf(x[i * step] - greatest);
		sum += y[i * step];
	}
	for (i = 0; i < count; i++)
		y[i * step] /= sum;
}

void net_run_softmax(const struct net_call *call)
{
	const struct net_shape *shape = &net_input(call->network, call->node, 0)->shape;
	int64_t given = call->node->attributes.axis;
	unsigned int axis = given < 0 ? given + shape->rank : given, i;
	size_t outer = 1, inner = 1, o, j;
	const float *x = call->in[0];
	float *y = call->out;

	for (i = 0; i < axis; i++)
		outer *= shape->dim[i];
	for (i = axis + 1; i < shape->rank; i++)
		inner *= shape->dim[i];
	for (o = 0; o < outer; o++)
		for (j = 0; j < inner; j++) {
			size_t at = o * shape->dim[axis] * inner + j;

			softmax(x + at, y + at, shape->dim[axis], inner);
		}
}
