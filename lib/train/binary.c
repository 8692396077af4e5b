// SPDX-License-Identifier: MIT
/* One bit: the sign forward, the hard tanh backward. */
#include <qmac/train.h>

#include <errno.h>
#include <math.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"
#include "quant/walk.h"
#include "train/channel.h"

static void sign_run(float alpha, const float *x, float *y, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		y[i] = x[i] < 0 ? -alpha : alpha;
}

static EXACT void forward(const float *alpha, bool single,
			  const struct qmac_granularity *granularity, const float *x, float *y)
{
	struct walk walk;
	struct run run;

	qmac_walk_start(&walk, granularity, single);
	while (qmac_walk_next(&walk, &run))
		sign_run(alpha[run.param], x + run.first, y + run.first, run.length);
}

static double alpha_gradient(const float *x, const float *dy, size_t count, double sum)
{
	size_t i;

	for (i = 0; i < count; i++)
		sum += x[i] < 0 ? -(double)dy[i] : (double)dy[i];
	return sum;
}

static void pass_through(float alpha, const float *x, const float *dy, float *dx, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		dx[i] = fabsf(x[i]) <= 1 ? alpha * dy[i] : 0;
}

/* dL/dx comes last: it may replace dL/dy. */
static EXACT void backward(const float *alpha, bool single,
			   const struct qmac_granularity *granularity, const float *x,
			   const float *dy, float *dx, double *d_alpha)
{
	struct walk walk;
	struct run run;

	qmac_walk_start(&walk, granularity, single);
	while (qmac_walk_next(&walk, &run)) {
		const float *from = x + run.first, *gradient = dy + run.first;

		if (d_alpha)
			d_alpha[run.param] =
				alpha_gradient(from, gradient, run.length, d_alpha[run.param]);
		if (dx)
			pass_through(alpha[run.param], from, gradient, dx + run.first, run.length);
	}
}

static int check(struct qmac_context *context, const float *alpha, size_t alpha_count,
		 const struct qmac_granularity *granularity, const float *x)
{
	int error = qmac_walk_check(context, granularity);
	const size_t count = error ? 0 : qmac_granularity_count(granularity);
	size_t i;

	if (error)
		return error;
	if (alpha_count != 1 && alpha_count != count)
		return qmac_fail(context, -EINVAL, "%zu scales for %zu channels: use as many, or 1",
				 alpha_count, count);
	for (i = 0; i < alpha_count; i++) {
		if (!qmac_scale_valid(alpha[i]))
			return qmac_fail(context, -EINVAL,
					 "scale %g of channel %zu is not a positive normal number",
					 alpha[i], i);
	}
	return train_check_numbers(context, x, qmac_walk_elements(granularity));
}

int qmac_fake_binary(struct qmac_context *context, const float *alpha, size_t alpha_count,
		     const struct qmac_granularity *granularity, const float *x, float *y)
{
	int error = check(context, alpha, alpha_count, granularity, x);
	fenv_t saved;

	if (error)
		return error;
	exact_enter(&saved);
	forward(alpha, alpha_count == 1, granularity, x, y);
	exact_leave(&saved);
	return 0;
}

int qmac_fake_binary_backward(struct qmac_context *context, const float *alpha, size_t alpha_count,
			      const struct qmac_granularity *granularity, const float *x,
			      const float *dy, float *dx, double *d_alpha)
{
	int error = check(context, alpha, alpha_count, granularity, x);
	fenv_t saved;

	if (!error)
		error = train_check_gradients(context, dy, qmac_walk_elements(granularity));
	if (error)
		return error;
	exact_enter(&saved);
	backward(alpha, alpha_count == 1, granularity, x, dy, dx, d_alpha);
	exact_leave(&saved);
	return 0;
}
