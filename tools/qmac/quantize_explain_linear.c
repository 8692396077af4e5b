// SPDX-License-Identifier: MIT
/* Equal steps: the range, the scale and zero point of it, and the way of one number. */
#include <math.h>
#include <stdio.h>

#include "grain_name.h"
#include "quantize_explain.h"

#define line   quantize_explain_line
#define number quantize_explain_number

/* Name of the method, with what it keeps. */
static void name_method(const struct quantize_tensor_options *options, char *text, size_t size)
{
	const struct qmac_calibration_method *how = &options->method;

	if (options->calibrator != QMAC_CALIBRATOR_OWN)
		snprintf(text, size, "%s", qmac_calibrator_name(options->calibrator));
	else if (how->method == QMAC_METHOD_PERCENTILE)
		snprintf(text, size, "percentile %.9g",
			 how->percentile > 0 ? how->percentile : 99.99);
	else
		snprintf(text, size, "%s", qmac_method_name(how->method));
}

static void tell_range(const struct quantize_tensor_options *options,
		       const struct quantize_tensor *tensor, size_t part,
		       struct quantize_explained *told)
{
	double lo = (double)tensor->lo[part], hi = (double)tensor->hi[part];
	const char *grain = grain_name(options->grain);
	char method[64];

	name_method(options, method, sizeof(method));
	if (options->grain != QMAC_GRAIN_TENSOR)
		line(told, "part", "%s %zu of %zu", grain, part, tensor->scales);
	line(told, "range", "%.9g to %.9g, chosen by %s for this %s", lo, hi, method, grain);
	json_object_object_add(told->object, "part", json_object_new_int64((int64_t)part));
	json_object_object_add(told->object, "method", json_object_new_string(method));
	number(told->object, "lo", lo);
	number(told->object, "hi", hi);
}

/* Why the scale is not the quotient. */
static const char *reason(const struct quantize_tensor_options *options,
			  const struct qmac_scale_steps *steps)
{
	if (steps->lo == steps->hi)
		return "a range of one number has this scale";
	if (options->has_tool && options->tool == QMAC_TOOL_NCNN)
		return "fp32(1 / multiplier)";
	if (options->power_of_two)
		return "the power of two for it";
	if (options->has_tool && options->tool == QMAC_TOOL_ORT)
		return "for a quotient that is no normal fp32";
	if (options->has_tool && options->tool == QMAC_TOOL_FBGEMM &&
	    isinf(1 / (float)steps->quotient))
		return "for a quotient whose reciprocal is beyond fp32";
	return "the least scale that there is";
}

static void tell_multiplier(const struct qmac_scale_steps *steps, bool is_difference,
			    struct quantize_explained *told)
{
	float inverse = (float)steps->divisor / (float)steps->dividend;

	line(told, "multiplier", "%s = %.9g / %.9g = %.9g",
	     is_difference ? "(q_max - q_min) / (hi - lo)" : "steps / magnitude", steps->divisor,
	     steps->dividend, (double)inverse);
	if (inverse < steps->multiplier || inverse > steps->multiplier)
		line(told, "", "%.9g: for a magnitude of 0, or so near to it",
		     (double)steps->multiplier);
}

static void tell_scale(const struct quantize_tensor_options *options,
		       const struct qmac_scale_steps *steps, struct quantize_explained *told)
{
	bool is_difference = steps->divisor == (double)steps->q_max - steps->q_min;
	float quotient = (float)steps->quotient;

	line(told, "codes", "%d to %d", steps->q_min, steps->q_max);
	line(told, "taken as", "lo %.9g, hi %.9g", (double)steps->lo, (double)steps->hi);
	if (steps->lo == steps->hi && fabs(steps->dividend) > 0 && is_difference)
		line(told, "", "hi - lo of a range of zeros counts as %.9g", steps->dividend);
	line(told, "scale", "%s = %.9g / %.9g = %.9g",
	     is_difference ? "(hi - lo) / (q_max - q_min)" : "magnitude / steps", steps->dividend,
	     steps->divisor, (double)quotient);
	if (steps->scale < quotient || steps->scale > quotient)
		line(told, "", "%.9g: %s", (double)steps->scale, reason(options, steps));
	if (steps->multiplier > 0)
		tell_multiplier(steps, is_difference, told);
	number(told->object, "taken_lo", (double)steps->lo);
	number(told->object, "taken_hi", (double)steps->hi);
	number(told->object, "dividend", steps->dividend);
	number(told->object, "divisor", steps->divisor);
	number(told->object, "quotient", steps->quotient);
}

/* The zero point by its formula in double; the scheme or tool may compute it in fp32. */
static double zero_by_formula(const struct qmac_scale_steps *steps)
{
	double lo = (double)steps->lo, hi = (double)steps->hi, scale = (double)steps->scale;

	switch (steps->zero_rule) {
	case QMAC_ZERO_RULE_LEAST:
		return steps->q_min - lo / scale;
	case QMAC_ZERO_RULE_GREATEST:
		return steps->q_max - hi / scale;
	default:
		return steps->q_min - lo * (double)steps->multiplier;
	}
}

/* @zero: What the formula gives before it is clamped to the codes. */
static void tell_zero_formula(const struct qmac_scale_steps *steps, double zero,
			      struct quantize_explained *told)
{
	double lo = (double)steps->lo, hi = (double)steps->hi, scale = (double)steps->scale;

	switch (steps->zero_rule) {
	case QMAC_ZERO_RULE_LEAST:
		line(told, "zero point", "q_min - lo / scale = %d - %.9g / %.9g = %.9g",
		     steps->q_min, lo, scale, zero);
		break;
	case QMAC_ZERO_RULE_GREATEST:
		line(told, "zero point", "q_max - hi / scale = %d - %.9g / %.9g = %.9g",
		     steps->q_max, hi, scale, zero);
		break;
	default:
		line(told, "zero point", "q_min - lo * multiplier = %d - %.9g * %.9g = %.9g",
		     steps->q_min, lo, (double)steps->multiplier, zero);
		break;
	}
}

static void tell_zero(const struct quantize_tensor_options *options,
		      const struct qmac_scale_steps *steps, struct quantize_explained *told)
{
	bool mobile = options->has_tool && options->tool == QMAC_TOOL_TFLITE;
	bool gemm = options->has_tool && options->tool == QMAC_TOOL_FBGEMM;
	double zero = zero_by_formula(steps);
	bool clamped, away = mobile || (options->has_tool && options->tool == QMAC_TOOL_SNPE);

	number(told->object, "zero_point_unrounded", steps->zero);
	if (steps->zero_rule == QMAC_ZERO_RULE_FIXED) {
		line(told, "zero point", "%d: given by the scheme", steps->zero_point);
		return;
	}
	/* More than double and fp32 differ by. */
	clamped = fabs(zero - steps->zero) > 0.01 + fabs(steps->zero) * 3e-7;
	tell_zero_formula(steps, clamped ? zero : steps->zero, told);
	if (clamped)
		line(told, "", "clamped to the codes: %.9g", steps->zero);
	if (mobile || gemm)
		line(told, "", "from this end of the range, as its error is the smaller one");
	line(told, "", "rounded to nearest, ties %s: %d", away ? "away from 0" : "to even",
	     steps->zero_point);
}

static const char *const nearest_ties[] = {
	[QMAC_ROUND_EVEN] = "to nearest, ties to even",
	[QMAC_ROUND_UP] = "to nearest, ties up",
	[QMAC_ROUND_AWAY] = "to nearest, ties away from 0",
	[QMAC_ROUND_TRUNCATE] = "toward 0",
	[QMAC_ROUND_FLOOR] = "down",
	[QMAC_ROUND_CEIL] = "up",
	[QMAC_ROUND_HALF_DOWN] = "to nearest, ties down",
	[QMAC_ROUND_HALF_ZERO] = "to nearest, ties toward 0",
};

static void tell_code(const struct quantize_tensor *tensor, const struct qmac_quantize_steps *steps,
		      struct quantize_explained *told)
{
	double scale = (double)steps->scale, scaled = (double)steps->scaled;

	line(told, "x", "%.9g%s", (double)steps->x, steps->was_nan ? ": a NaN, taken as 0" : "");
	if (steps->multiplies && !tensor->how.multiplier)
		line(told, "multiplier", "1 / scale = %.9g", (double)steps->factor);
	if (steps->multiplies)
		line(told, "product", "x * multiplier = %.9g * %.9g = %.9g", (double)steps->x,
		     (double)steps->factor, scaled);
	else
		line(told, "quotient", "x / scale = %.9g / %.9g = %.9g", (double)steps->x, scale,
		     scaled);
	if (steps->zp_first)
		line(told, "with zero point", "%.9g + %d = %.9g", scaled, steps->zero_point,
		     (double)steps->addend);
	line(told, "rounded", "%.9g: %s%s", steps->rounded, nearest_ties[steps->rounding],
	     steps->tie ? "; this is a tie" : "");
	if (!steps->zp_first)
		line(told, "with zero point", "%.9g + %d = %.9g", steps->rounded, steps->zero_point,
		     steps->sum);
	if (steps->clamped)
		line(told, "clamped", "to %d, as codes are %d to %d", steps->code,
		     tensor->params.q_min, tensor->params.q_max);
	line(told, "code", "%d", steps->code);
	line(told, "back", "scale * (q - zero_point) = %.9g * (%d - %d) = %.9g", scale, steps->code,
	     steps->zero_point, (double)steps->back);
	line(told, "error", "%.9g, %.9g of the scale", (double)steps->back - (double)steps->x,
	     steps->error);
}

static void add_code(const struct qmac_quantize_steps *steps, struct json_object *object)
{
	number(object, "scale", (double)steps->scale);
	json_object_object_add(object, "zero_point", json_object_new_int(steps->zero_point));
	number(object, "x", (double)steps->x);
	json_object_object_add(object, "nan", json_object_new_boolean(steps->was_nan));
	json_object_object_add(object, "multiplier",
			       steps->multiplies ? json_object_new_double((double)steps->factor)
						 : NULL);
	number(object, "scaled", (double)steps->scaled);
	json_object_object_add(object, "zp_first", json_object_new_boolean(steps->zp_first));
	number(object, "addend", (double)steps->addend);
	json_object_object_add(object, "rounding",
			       json_object_new_string(quantize_rounding_name(steps->rounding)));
	json_object_object_add(object, "tie", json_object_new_boolean(steps->tie));
	number(object, "rounded", steps->rounded);
	number(object, "sum", steps->sum);
	json_object_object_add(object, "clamped", json_object_new_boolean(steps->clamped));
	json_object_object_add(object, "q", json_object_new_int(steps->code));
	number(object, "dequantized", (double)steps->back);
	number(object, "error_in_scales", steps->error);
}

/* The scale of the range, unless the calibration has one of its own. */
static int tell_parameters(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   const struct quantize_tensor *tensor, size_t part,
			   struct quantize_explained *told)
{
	struct qmac_scale_steps steps;
	int ret = quantize_tensor_scale_steps(context, options, tensor, part, &steps);
	float scale = tensor->params.scale[part];

	if (ret)
		return ret;
	tell_range(options, tensor, part, told);
	tell_scale(options, &steps, told);
	if (scale < steps.scale || scale > steps.scale)
		line(told, "", "%.9g: the scale that %s gives", (double)scale,
		     qmac_calibrator_name(options->calibrator));
	tell_zero(options, &steps, told);
	return 0;
}

int quantize_explain_linear(struct qmac_context *context,
			    const struct quantize_tensor_options *options,
			    const struct quantize_tensor *tensor, size_t element,
			    struct quantize_explained *told)
{
	struct qmac_quantize_steps steps;
	int ret = qmac_quantize_trace(context, &tensor->params, &tensor->granularity,
				      tensor->x.data, element, &tensor->how, &steps);

	if (!ret)
		ret = tell_parameters(context, options, tensor, steps.part, told);
	if (ret)
		return ret;
	tell_code(tensor, &steps, told);
	add_code(&steps, told->object);
	return 0;
}
