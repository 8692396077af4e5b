// SPDX-License-Identifier: MIT
/* Range moved from activations to weights, as SmoothQuant does. */
#include <qmac/improve.h>

#include <errno.h>
#include <math.h>

#include "calibrate/log.h"
#include "context.h"
#include "improve/factor.h"
#include "quant/exact.h"

/* 1 / ln 2 */
#define PER_LN2 0x1.71547652b82fep+0

static float factor(float activation, float weight, double alpha)
{
	double exponent;

	if (activation == 0 || weight == 0)
		return 1;
	exponent =
		(alpha * exact_log((double)activation) - (1 - alpha) * exact_log((double)weight)) *
		PER_LN2;
	return qmac_factor_of(floor(exponent + 0.5));
}

/* Half of each is the usual choice and needs no logarithms, whose last digit could tip it. */
static EXACT void smooth(const float *activation, const float *weight, size_t count, float alpha,
			 float *scale)
{
	size_t i;

	for (i = 0; i < count; i++)
		scale[i] = alpha == 0.5f ? qmac_factor_even(activation[i], weight[i])
					 : factor(activation[i], weight[i], (double)alpha);
}

static EXACT int check(struct qmac_context *context, const float *activation, const float *weight,
		       size_t count, float alpha)
{
	int error = qmac_factor_check(context, "range of activation", activation, count);

	if (!(alpha >= 0 && alpha <= 1))
		return qmac_fail(context, -EINVAL, "alpha %g: use 0 to 1; 0.5 is usual", alpha);
	return error ? error : qmac_factor_check(context, "range of weight", weight, count);
}

int qmac_smooth_scales(struct qmac_context *context, const float *activation, const float *weight,
		       size_t count, float alpha, float *scale)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = check(context, activation, weight, count, alpha);
	if (!error)
		smooth(activation, weight, count, alpha, scale);
	exact_leave(&saved);
	return error;
}
