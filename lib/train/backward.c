// SPDX-License-Identifier: MIT
/* Gradients of fake quantization: the straight-through estimator and learned ranges. */
#include <qmac/train.h>

#include "quant/exact.h"
#include "quant/walk.h"
#include "train/channel.h"

static void pass_through(const struct channel *channel, const float *x, const float *dy, float *dx,
			 size_t count)
{
	const struct channel in = *channel;
	size_t i;

	for (i = 0; i < count; i++) {
		float v = x[i] / in.scale;

		dx[i] = v >= in.lo && v <= in.hi ? dy[i] : 0;
	}
}

/* From @sum on, so that parts of a tensor add up to the bits of the whole. */
static double scale_gradient(const struct channel *channel, const float *x, const float *dy,
			     size_t count, double sum)
{
	const struct channel in = *channel;
	size_t i;

	for (i = 0; i < count; i++) {
		float v = x[i] / in.scale, d;

		if (v <= in.lo)
			d = in.lo;
		else if (v >= in.hi)
			d = in.hi;
		else
			d = to_nearest(v) - v;
		sum += (double)dy[i] * d;
	}
	return sum;
}

static double zero_point_gradient(const struct channel *channel, const float *x, const float *dy,
				  size_t count, double sum)
{
	const struct channel in = *channel;
	size_t i;

	for (i = 0; i < count; i++) {
		float v = x[i] / in.scale;

		if (v <= in.lo || v >= in.hi)
			sum -= (double)dy[i] * in.scale;
	}
	return sum;
}

/* dL/dx comes last: it may replace dL/dy. */
static EXACT void backward(const struct qmac_quant_params *params,
			   const struct qmac_granularity *granularity, const float *x,
			   const float *dy, const struct qmac_fake_gradients *out)
{
	struct walk walk;
	struct run run;

	qmac_walk_start(&walk, granularity, params->channels == 1);
	while (qmac_walk_next(&walk, &run)) {
		const struct channel channel = channel_of(params, run.param);
		const float *from = x + run.first, *gradient = dy + run.first;

		if (out->scale)
			out->scale[run.param] = scale_gradient(&channel, from, gradient, run.length,
							       out->scale[run.param]);
		if (out->zero_point)
			out->zero_point[run.param] = zero_point_gradient(
				&channel, from, gradient, run.length, out->zero_point[run.param]);
		if (out->x)
			pass_through(&channel, from, gradient, out->x + run.first, run.length);
	}
}

int qmac_fake_quantize_backward(struct qmac_context *context,
				const struct qmac_quant_params *params,
				const struct qmac_granularity *granularity, const float *x,
				const float *dy, const struct qmac_fake_gradients *out)
{
	int error = train_check(context, params, granularity, x);
	fenv_t saved;

	if (!error)
		error = train_check_gradients(context, dy, qmac_walk_elements(granularity));
	if (error)
		return error;
	exact_enter(&saved);
	backward(params, granularity, x, dy, out);
	exact_leave(&saved);
	return 0;
}
