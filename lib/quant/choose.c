// SPDX-License-Identifier: MIT
/* Scales and zero points from ranges. */
#include <qmac/quant.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <qmac/trace.h>
#include <qmac/type.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"

struct bounds {
	float lo, hi;
};

/* The symmetric scheme has as many codes below its middle as above. */
static struct codes codes_of(const struct qmac_quant_spec *spec)
{
	struct codes codes = qmac_codes(spec->type, spec->bits);

	if (spec->scheme == QMAC_SCHEME_SYMMETRIC)
		codes.lo++;
	return codes;
}

static float next_power_of_two(float scale)
{
	int exponent;

	if (frexpf(scale, &exponent) == 0.5f)
		return scale;
	return ldexpf(1, exponent < 127 ? exponent : 127);
}

/* A scale of zero would leave nothing to divide by; one below FLT_MIN has lost digits. */
static float usable(const struct qmac_quant_spec *spec, float scale, bool range_is_zero)
{
	if (range_is_zero)
		scale = 1;
	if (scale < FLT_MIN)
		scale = FLT_MIN;
	return spec->power_of_two ? next_power_of_two(scale) : scale;
}

static void choose_symmetric(const struct qmac_quant_spec *spec, int32_t middle,
			     struct qmac_scale_steps *out)
{
	float below = -out->lo / (float)(middle - out->q_min);
	float above = out->hi / (float)(out->q_max - middle);
	bool from_lo = below > above;

	out->dividend = from_lo ? -out->lo : out->hi;
	out->divisor = from_lo ? middle - out->q_min : out->q_max - middle;
	out->quotient = from_lo ? below : above;
	out->scale = usable(spec, (float)out->quotient, out->lo == out->hi);
	out->zero = middle;
	out->zero_point = middle;
}

/* False when a free zero point is too far away. */
static bool choose_asymmetric(const struct qmac_quant_spec *spec, struct qmac_scale_steps *out)
{
	float steps = out->q_max - out->q_min, difference = out->hi - out->lo, zero;

	out->dividend = (double)out->hi - (double)out->lo;
	out->divisor = steps;
	out->quotient =
		isfinite(difference) ? difference / steps : out->hi / steps - out->lo / steps;
	out->scale = usable(spec, (float)out->quotient, out->lo == out->hi);
	zero = (float)out->q_min - out->lo / out->scale;
	if (spec->zero == QMAC_ZERO_FREE) {
		if (!(fabsf(zero) <= ZERO_FREE_MAX))
			return false;
	} else {
		zero = zero > (float)out->q_max ? out->q_max : zero;
		zero = zero < (float)out->q_min ? out->q_min : zero;
	}
	out->zero_rule = QMAC_ZERO_RULE_LEAST;
	out->zero = zero;
	out->zero_point = (int32_t)lrintf(zero);
	return true;
}

/* The range with 0 in it, unless the asymmetric scheme takes it as it is. */
static struct bounds range_of(const struct qmac_quant_spec *spec, float lo, float hi)
{
	bool widen = spec->scheme != QMAC_SCHEME_ASYMMETRIC || spec->zero == QMAC_ZERO_WIDEN;
	struct bounds range = { lo, hi };

	if (widen && lo > 0)
		range.lo = 0;
	if (widen && hi < 0)
		range.hi = 0;
	if (range.hi - range.lo < spec->min_range)
		range.hi = range.lo + spec->min_range;
	return range;
}

static bool choose(const struct qmac_quant_spec *spec, float lo, float hi,
		   struct qmac_scale_steps *out)
{
	struct bounds range = range_of(spec, lo, hi);
	struct codes codes = codes_of(spec);

	*out = (struct qmac_scale_steps){
		.lo = range.lo, .hi = range.hi, .q_min = codes.lo, .q_max = codes.hi
	};
	if (spec->scheme == QMAC_SCHEME_ASYMMETRIC)
		return choose_asymmetric(spec, out);
	choose_symmetric(spec, codes.middle, out);
	return true;
}

static int check_spec(struct qmac_context *context, const struct qmac_quant_spec *spec)
{
	int error = qmac_quant_bits_check(context, spec->type, spec->bits);

	if (error)
		return error;
	if (spec->scheme > QMAC_SCHEME_ASYMMETRIC)
		return qmac_fail(context, -EINVAL, "scheme %u is none of QMAC_SCHEME_*",
				 spec->scheme);
	if (spec->zero > QMAC_ZERO_FREE)
		return qmac_fail(context, -EINVAL, "zero %u is none of QMAC_ZERO_*", spec->zero);
	if (!isfinite(spec->min_range) || spec->min_range < 0)
		return qmac_fail(context, -EINVAL, "min_range %g: use 0 or a positive number",
				 spec->min_range);
	return 0;
}

static EXACT int check(struct qmac_context *context, const struct qmac_quant_spec *spec,
		       const float *lo, const float *hi, size_t channels)
{
	int error = check_spec(context, spec);
	struct qmac_scale_steps choice;
	size_t c;

	if (!error)
		error = qmac_quant_bounds_check(context, lo, hi, channels);
	for (c = 0; c < channels && !error; c++) {
		if (!choose(spec, lo[c], hi[c], &choice))
			error = qmac_fail(context, -ERANGE,
					  "range %g to %g of channel %zu needs a zero point beyond "
					  "%d: ask for QMAC_ZERO_WIDEN",
					  lo[c], hi[c], c, ZERO_FREE_MAX);
	}
	return error;
}

static EXACT void choose_all(const struct qmac_quant_spec *spec, const float *lo, const float *hi,
			     struct qmac_quant_params *params)
{
	struct codes codes = codes_of(spec);
	struct qmac_scale_steps choice;
	size_t c;

	for (c = 0; c < params->channels; c++) {
		choose(spec, lo[c], hi[c], &choice);
		params->scale[c] = choice.scale;
		params->zero_point[c] = choice.zero_point;
	}
	params->type = spec->type;
	params->q_min = codes.lo;
	params->q_max = codes.hi;
	params->zero_free = spec->scheme == QMAC_SCHEME_ASYMMETRIC && spec->zero == QMAC_ZERO_FREE;
}

int qmac_quant_choose(struct qmac_context *context, const struct qmac_quant_spec *spec,
		      const float *lo, const float *hi, struct qmac_quant_params *params)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = check(context, spec, lo, hi, params->channels);
	if (!error)
		choose_all(spec, lo, hi, params);
	exact_leave(&saved);
	return error;
}

static EXACT void choose_one(const struct qmac_quant_spec *spec, float lo, float hi,
			     struct qmac_scale_steps *out)
{
	choose(spec, lo, hi, out);
}

int qmac_quant_choose_trace(struct qmac_context *context, const struct qmac_quant_spec *spec,
			    float lo, float hi, struct qmac_scale_steps *out)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = check(context, spec, &lo, &hi, 1);
	if (!error)
		choose_one(spec, lo, hi, out);
	exact_leave(&saved);
	return error;
}
