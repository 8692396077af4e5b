// SPDX-License-Identifier: MIT
/* One element's way to its code, step by step. */
#include <qmac/trace.h>
#include <qmac/type.h>

#include <errno.h>
#include <math.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"
#include "quant/walk.h"
#include "simd/rounding.h"

/* The order in which the steps are defined; the loops clamp earlier. */
static EXACT void follow(const struct qmac_quant_params *params,
			 const struct qmac_quantize_options *options,
			 struct qmac_quantize_steps *steps)
{
	float even;

	steps->was_nan = isnan(steps->x);
	if (steps->was_nan)
		steps->x = 0;
	steps->multiplies = options->multiplier || options->reciprocal;
	steps->factor = options->multiplier ? *options->multiplier : 1 / steps->scale;
	steps->scaled = steps->multiplies ? steps->x * steps->factor : steps->x / steps->scale;
	steps->zp_first = options->zp_first;
	steps->addend = steps->scaled + (options->zp_first ? (float)steps->zero_point : 0);
	steps->rounding = options->rounding;
	even = rintf(steps->addend);
	steps->rounded = even;
	if (isfinite(even)) {
		float distance = steps->addend - even;

		steps->tie = fabsf(distance) == 0.5f;
		steps->rounded += rounding_correction(steps->addend, distance, options->rounding);
	}
	steps->sum = steps->rounded + (options->zp_first ? 0 : steps->zero_point);
	steps->clamped = steps->sum < params->q_min || steps->sum > params->q_max;
}

static EXACT void compare(struct qmac_quantize_steps *steps)
{
	steps->error = ((double)steps->back - (double)steps->x) / (double)steps->scale;
}

static int32_t stored(uint8_t type, const void *q)
{
	bool is_signed = qmac_type_is_signed(type);

	if (qmac_type_bytes(type) == 2)
		return is_signed ? *(const int16_t *)q : *(const uint16_t *)q;
	return is_signed ? *(const int8_t *)q : *(const uint8_t *)q;
}

/* The element as a tensor of its own. */
static int convert(struct qmac_context *context, struct qmac_quant_params *params,
		   const struct qmac_quantize_options *options, const float *x,
		   struct qmac_quantize_steps *steps)
{
	static const struct qmac_extent one = { 1, 1, 1 };
	uint16_t q = 0;
	int error = qmac_quantize(context, params, &one, x, &q, options);

	if (!error)
		error = qmac_dequantize(context, params, &one, &q, &steps->back);
	if (!error)
		steps->code = stored(params->type, &q);
	return error;
}

static int check(struct qmac_context *context, const struct qmac_quant_params *params,
		 const struct qmac_granularity *granularity, size_t element)
{
	int error = qmac_walk_check(context, granularity);

	if (!error)
		error = qmac_quant_params_check(context, params,
						qmac_granularity_count(granularity));
	if (error || element < qmac_walk_elements(granularity))
		return error;
	return qmac_fail(context, -EINVAL, "element %zu of a tensor of %zu: count from 0", element,
			 qmac_walk_elements(granularity));
}

int qmac_quantize_trace(struct qmac_context *context, const struct qmac_quant_params *params,
			const struct qmac_granularity *granularity, const float *x, size_t element,
			const struct qmac_quantize_options *options,
			struct qmac_quantize_steps *out)
{
	int error = check(context, params, granularity, element);
	struct qmac_quantize_options how = { 0 };
	struct qmac_quant_params own = *params;
	struct qmac_quantize_steps steps;
	fenv_t saved;
	size_t shared;

	if (error)
		return error;
	if (options)
		how = *options;
	steps = (struct qmac_quantize_steps){ .x = x[element] };
	steps.part = qmac_granularity_part(granularity, element);
	shared = params->channels == 1 ? 0 : steps.part;
	steps.scale = params->scale[shared];
	steps.zero_point = params->zero_point[shared];
	own.channels = 1;
	own.scale = &steps.scale;
	own.zero_point = &steps.zero_point;
	if (how.multiplier)
		how.multiplier += shared;
	error = convert(context, &own, &how, x + element, &steps);
	if (error == -EDOM)
		return qmac_fail(context, error,
				 "element %zu is NaN: clean the tensor, or ask for QMAC_NAN_ZERO",
				 element);
	if (error)
		return error;
	exact_enter(&saved);
	follow(params, &how, &steps);
	compare(&steps);
	exact_leave(&saved);
	*out = steps;
	return 0;
}
