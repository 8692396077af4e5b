// SPDX-License-Identifier: MIT
/* Gradients of scale and zero point taken back to the bounds they were chosen from. */
#include <qmac/train.h>

#include <errno.h>
#include <float.h>
#include <math.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"

/* Derivatives by lo and by hi. */
struct slope {
	double lo, hi;
};

/* The bounds as qmac_quant_choose() takes them, and what a bound of the caller moves. */
struct bounds {
	double lo, hi;
	bool lo_moves, hi_moves;
	bool width_fixed;
};

static struct bounds bounds_of(const struct qmac_quant_spec *spec, float lo, float hi)
{
	bool widen = spec->scheme != QMAC_SCHEME_ASYMMETRIC || spec->zero == QMAC_ZERO_WIDEN;
	struct bounds bounds = { lo, hi, true, true, false };

	if (widen && lo > 0) {
		bounds.lo = 0;
		bounds.lo_moves = false;
	}
	if (widen && hi < 0) {
		bounds.hi = 0;
		bounds.hi_moves = false;
	}
	if ((float)bounds.hi - (float)bounds.lo < spec->min_range) {
		bounds.hi = (float)bounds.lo + spec->min_range;
		bounds.width_fixed = true;
	}
	return bounds;
}

/* A scale that was raised to the least, or stands for a range of one number, is constant. */
static bool scale_follows(const struct bounds *bounds, double scale)
{
	return bounds->lo != bounds->hi && scale > FLT_MIN;
}

static struct slope symmetric_scale(const struct bounds *bounds,
				    const struct qmac_quant_params *params, size_t c)
{
	const double below = -bounds->lo / (params->zero_point[c] - params->q_min);
	const double above = bounds->hi / (params->q_max - params->zero_point[c]);
	const double scale = params->scale[c];

	if (below == above)
		return (struct slope){ scale / bounds->lo / 2, scale / bounds->hi / 2 };
	if (below > above)
		return (struct slope){ scale / bounds->lo, 0 };
	return (struct slope){ 0, scale / bounds->hi };
}

/* With the width n * scale as chosen: 1 / n, or more for a scale raised to a power of two. */
static struct slope asymmetric_scale(const struct bounds *bounds, double scale)
{
	double slope = scale / (bounds->hi - bounds->lo);

	return (struct slope){ -slope, slope };
}

static struct slope asymmetric_zero(const struct bounds *bounds, struct slope scale_slope,
				    const struct qmac_quant_spec *spec,
				    const struct qmac_quant_params *params, size_t c)
{
	const double scale = params->scale[c], zero = params->q_min - bounds->lo / scale;
	const double by_scale = bounds->lo / (scale * scale);

	if (spec->zero != QMAC_ZERO_FREE && (zero < params->q_min || zero > params->q_max))
		return (struct slope){ 0, 0 };
	return (struct slope){ -1 / scale + by_scale * scale_slope.lo, by_scale * scale_slope.hi };
}

static struct slope channel(const struct qmac_quant_spec *spec, const struct bounds *bounds,
			    const struct qmac_quant_params *params, size_t c, double d_scale,
			    double d_zero)
{
	const bool asymmetric = spec->scheme == QMAC_SCHEME_ASYMMETRIC;
	struct slope scale = { 0, 0 }, zero = { 0, 0 }, sum;

	if (scale_follows(bounds, params->scale[c]))
		scale = asymmetric ? asymmetric_scale(bounds, params->scale[c])
				   : symmetric_scale(bounds, params, c);
	if (asymmetric && bounds->lo != bounds->hi)
		zero = asymmetric_zero(bounds, scale, spec, params, c);
	sum.lo = d_scale * scale.lo + d_zero * zero.lo;
	sum.hi = d_scale * scale.hi + d_zero * zero.hi;
	if (bounds->width_fixed) /* hi is lo and a constant */
		sum = (struct slope){ sum.lo + sum.hi, 0 };
	return (struct slope){ bounds->lo_moves ? sum.lo : 0, bounds->hi_moves ? sum.hi : 0 };
}

static EXACT void backward(const struct qmac_quant_spec *spec, const float *lo, const float *hi,
			   const struct qmac_quant_params *params, const double *d_scale,
			   const double *d_zero_point, double *d_lo, double *d_hi)
{
	size_t c;

	for (c = 0; c < params->channels; c++) {
		const struct bounds bounds = bounds_of(spec, lo[c], hi[c]);
		const struct slope slope = channel(spec, &bounds, params, c, d_scale[c],
						   d_zero_point ? d_zero_point[c] : 0);

		d_lo[c] = slope.lo;
		d_hi[c] = slope.hi;
	}
}

static int check(struct qmac_context *context, const struct qmac_quant_spec *spec, const float *lo,
		 const float *hi, const struct qmac_quant_params *params,
		 const double *d_zero_point)
{
	int error = qmac_quant_bits_check(context, spec->type, spec->bits);
	struct codes codes;

	if (error)
		return error;
	codes = qmac_codes(spec->type, spec->bits);
	if (spec->scheme == QMAC_SCHEME_SYMMETRIC)
		codes.lo++;
	if (spec->scheme > QMAC_SCHEME_ASYMMETRIC || spec->zero > QMAC_ZERO_FREE ||
	    params->type != spec->type || params->q_min != codes.lo || params->q_max != codes.hi)
		return qmac_fail(context, -EINVAL,
				 "parameters with codes %d to %d, the specification has %d to %d: "
				 "pass those that qmac_quant_choose() made of it",
				 params->q_min, params->q_max, codes.lo, codes.hi);
	if (spec->scheme == QMAC_SCHEME_ASYMMETRIC && !d_zero_point)
		return qmac_fail(context, -EINVAL,
				 "no gradient of the zero point: the asymmetric scheme needs it");
	error = qmac_quant_params_check(context, params, params->channels);
	if (!error)
		error = qmac_quant_bounds_check(context, lo, hi, params->channels);
	return error;
}

int qmac_learned_range_backward(struct qmac_context *context, const struct qmac_quant_spec *spec,
				const float *lo, const float *hi,
				const struct qmac_quant_params *params, const double *d_scale,
				const double *d_zero_point, double *d_lo, double *d_hi)
{
	int error = check(context, spec, lo, hi, params, d_zero_point);
	fenv_t saved;

	if (error)
		return error;
	exact_enter(&saved);
	backward(spec, lo, hi, params, d_scale, d_zero_point, d_lo, d_hi);
	exact_leave(&saved);
	return 0;
}
