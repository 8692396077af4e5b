// SPDX-License-Identifier: MIT
/* Scales and zero points from ranges. */
#include <qmac/quant.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <qmac/type.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"

/* Codes of a type under a scheme; the middle is the zero point of symmetric schemes. */
struct codes {
	int32_t lo, middle, hi;
};

static struct codes codes_of(const struct qmac_quant_spec *spec)
{
	struct codes codes;

	qmac_type_range(spec->type, &codes.lo, &codes.hi);
	codes.middle = spec->type == QMAC_TYPE_U8 ? 128 : 0;
	if (spec->scheme == QMAC_SCHEME_SYMMETRIC)
		codes.lo++;
	return codes;
}

/* A scale of zero would leave nothing to divide by; one below FLT_MIN has lost digits. */
static float usable(float scale, bool range_is_zero)
{
	if (range_is_zero)
		return 1;
	return scale < FLT_MIN ? FLT_MIN : scale;
}

static void choose_symmetric(const struct codes *codes, float lo, float hi, float *scale,
			     int32_t *zero_point)
{
	float below = -lo / (float)(codes->middle - codes->lo);
	float above = hi / (float)(codes->hi - codes->middle);

	*scale = usable(below > above ? below : above, lo == 0 && hi == 0);
	*zero_point = codes->middle;
}

static void choose_asymmetric(const struct codes *codes, float lo, float hi, float *scale,
			      int32_t *zero_point)
{
	float steps = codes->hi - codes->lo;
	float zero;

	*scale = isfinite(hi - lo) ? (hi - lo) / steps : hi / steps - lo / steps;
	*scale = usable(*scale, lo == 0 && hi == 0);
	zero = (float)codes->lo - lo / *scale;
	if (zero > (float)codes->hi)
		zero = codes->hi;
	*zero_point = lrintf(zero);
}

/* The range with 0 in it; the real 0 must have a code. */
static EXACT void choose(const struct qmac_quant_spec *spec, const float *lo, const float *hi,
			 struct qmac_quant_params *params)
{
	struct codes codes = codes_of(spec);
	size_t c;

	for (c = 0; c < params->channels; c++) {
		float least = lo[c] < 0 ? lo[c] : 0;
		float greatest = hi[c] > 0 ? hi[c] : 0;

		if (greatest - least < spec->min_range)
			greatest = least + spec->min_range;
		if (spec->scheme == QMAC_SCHEME_ASYMMETRIC)
			choose_asymmetric(&codes, least, greatest, &params->scale[c],
					  &params->zero_point[c]);
		else
			choose_symmetric(&codes, least, greatest, &params->scale[c],
					 &params->zero_point[c]);
	}
	params->type = spec->type;
	params->q_min = codes.lo;
	params->q_max = codes.hi;
}

static EXACT int check(struct qmac_context *context, const struct qmac_quant_spec *spec,
		       const float *lo, const float *hi, size_t channels)
{
	int error = qmac_quant_type_check(context, spec->type);
	size_t c;

	if (error)
		return error;
	if (spec->scheme > QMAC_SCHEME_ASYMMETRIC)
		return qmac_fail(context, -EINVAL, "scheme %u is none of QMAC_SCHEME_*",
				 spec->scheme);
	if (!isfinite(spec->min_range) || spec->min_range < 0)
		return qmac_fail(context, -EINVAL, "min_range %g: use 0 or a positive number",
				 spec->min_range);
	for (c = 0; c < channels; c++) {
		if (!isfinite(lo[c]) || !isfinite(hi[c]) || lo[c] > hi[c])
			return qmac_fail(
				context, -EDOM,
				"range %g to %g of channel %zu: bounds must be finite and in "
				"order",
				lo[c], hi[c], c);
	}
	return 0;
}

int qmac_quant_choose(struct qmac_context *context, const struct qmac_quant_spec *spec,
		      const float *lo, const float *hi, struct qmac_quant_params *params)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = check(context, spec, lo, hi, params->channels);
	if (!error)
		choose(spec, lo, hi, params);
	exact_leave(&saved);
	return error;
}

int qmac_quant_minmax(struct qmac_context *context, const struct qmac_quant_spec *spec,
		      const float *x, const struct qmac_extent *extent, enum qmac_nan nan,
		      struct qmac_quant_params *params)
{
	struct qmac_quant_params chosen;
	float *bounds;
	int error;

	error = qmac_quant_params_init(context, &chosen, spec->type, extent->channels);
	if (error)
		return error;
	bounds = calloc(extent->channels, 2 * sizeof(*bounds));
	if (!bounds)
		error = qmac_fail_nomem(context, "the ranges of the channels");
	if (!error)
		error = qmac_range_minmax(context, x, extent, nan, bounds,
					  bounds + extent->channels);
	if (!error)
		error = qmac_quant_choose(context, spec, bounds, bounds + extent->channels,
					  &chosen);
	free(bounds);
	if (error)
		qmac_quant_params_release(&chosen);
	else
		*params = chosen;
	return error;
}
