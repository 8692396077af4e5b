// SPDX-License-Identifier: MIT
/* Learned step size: where scales begin and how fast they learn. */
#include <qmac/train.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"
#include "quant/walk.h"

struct mean {
	double sum;
	size_t count;
};

static EXACT void sum_magnitudes(const struct qmac_granularity *granularity, bool single,
				 const float *x, struct mean *means)
{
	struct walk walk;
	struct run run;
	size_t i;

	qmac_walk_start(&walk, granularity, single);
	while (qmac_walk_next(&walk, &run)) {
		struct mean *mean = &means[run.param];

		for (i = 0; i < run.length; i++)
			mean->sum += fabs((double)x[run.first + i]);
		mean->count += run.length;
	}
}

static EXACT void set_scales(const struct mean *means, struct qmac_quant_params *params)
{
	size_t c;

	for (c = 0; c < params->channels; c++) {
		double positive = (double)params->q_max - params->zero_point[c];
		double scale = 2 * (means[c].sum / (double)means[c].count) / sqrt(positive);

		/* The quotient exceeds fp32 only with the greatest numbers in 2 bits. */
		scale = means[c].sum == 0 ? 1 : scale;
		scale = scale < FLT_MIN ? FLT_MIN : scale;
		params->scale[c] = scale > FLT_MAX ? FLT_MAX : (float)scale;
	}
}

static int check_finite(struct qmac_context *context, const float *x, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!isfinite(x[i]))
			return qmac_fail(context, -EDOM,
					 "element %zu is %g: a scale needs finite numbers", i,
					 x[i]);
	}
	return 0;
}

/* With scales of 1: those of the caller mean nothing yet. */
static int check_codes(struct qmac_context *context, const struct qmac_quant_params *params,
		       const struct qmac_granularity *granularity)
{
	struct qmac_quant_params checked = *params;
	size_t c;
	int error;

	checked.scale = malloc((params->channels ? params->channels : 1) * sizeof(*checked.scale));
	if (!checked.scale)
		return qmac_fail_nomem(context, "scales");
	for (c = 0; c < params->channels; c++)
		checked.scale[c] = 1;
	error = qmac_quant_params_check(context, &checked, qmac_granularity_count(granularity));
	free(checked.scale);
	for (c = 0; c < params->channels && !error; c++) {
		if (params->zero_point[c] >= params->q_max)
			error = qmac_fail(context, -EINVAL,
					  "zero point %d of channel %zu is not below the greatest "
					  "code, %d: no positive number has a code",
					  params->zero_point[c], c, params->q_max);
	}
	return error;
}

int qmac_lsq_init(struct qmac_context *context, struct qmac_quant_params *params,
		  const struct qmac_granularity *granularity, const float *x)
{
	const size_t count = qmac_walk_elements(granularity);
	int error = qmac_walk_check(context, granularity);
	struct mean *means;
	fenv_t saved;

	if (!error)
		error = check_codes(context, params, granularity);
	if (!error && !count)
		error = qmac_fail(context, -ENODATA,
				  "no elements to choose a scale from: pass a batch");
	if (!error)
		error = check_finite(context, x, count);
	if (error)
		return error;
	means = calloc(params->channels, sizeof(*means));
	if (!means)
		return qmac_fail_nomem(context, "mean magnitudes");
	exact_enter(&saved);
	sum_magnitudes(granularity, params->channels == 1, x, means);
	set_scales(means, params);
	exact_leave(&saved);
	free(means);
	return 0;
}

static EXACT double gradient_scale(double count, double q_max)
{
	return count > 0 && q_max > 0 ? 1 / sqrt(count * q_max) : 0;
}

double qmac_lsq_gradient_scale(size_t count, double q_max)
{
	fenv_t saved;
	double scale;

	exact_enter(&saved);
	scale = gradient_scale((double)count, q_max);
	exact_leave(&saved);
	return scale;
}
