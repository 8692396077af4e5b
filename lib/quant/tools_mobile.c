// SPDX-License-Identifier: MIT
/* TFLite, TensorRT, ncnn, FBGEMM and SNPE. */
#include "quant/tools.h"

#include <errno.h>
#include <float.h>
#include <math.h>

/* fp16's least normal number, about: FBGEMM has no smaller scales. */
#define FBGEMM_LEAST 6.1e-5f

/* SNPE's least range. */
#define SNPE_RANGE 0.01f

struct tool_range qmac_tool_widen(struct tool_range range)
{
	range.lo = range.lo < 0 ? range.lo : 0;
	range.hi = range.hi > 0 ? range.hi : 0;
	return range;
}

float qmac_tool_magnitude(struct tool_range range)
{
	float below = fabsf(range.lo), above = fabsf(range.hi);

	return below > above ? below : above;
}

float qmac_tool_usable(float scale, struct tool_range range)
{
	if (range.lo == 0 && range.hi == 0)
		return 1;
	return scale < FLT_MIN ? FLT_MIN : scale;
}

double qmac_tool_zero_point(const struct codes *codes, double scale, struct qmac_scale_steps *out)
{
	double below = out->lo / scale, above = out->hi / scale;
	double lo_error = fabs((double)codes->lo) + fabs(below);
	double hi_error = fabs((double)codes->hi) + fabs(above);
	bool from_lo = lo_error < hi_error;
	double zero = from_lo ? codes->lo - below : codes->hi - above;

	zero = zero < codes->lo ? codes->lo : zero;
	zero = zero > codes->hi ? codes->hi : zero;
	out->zero_rule = from_lo ? QMAC_ZERO_RULE_LEAST : QMAC_ZERO_RULE_GREATEST;
	out->zero = zero;
	return zero;
}

double qmac_tool_divide(struct qmac_scale_steps *out, struct tool_range range, double dividend,
			double divisor)
{
	out->lo = range.lo;
	out->hi = range.hi;
	out->dividend = dividend;
	out->divisor = divisor;
	out->quotient = dividend / divisor;
	return out->quotient;
}

float qmac_tool_divide_f32(struct qmac_scale_steps *out, struct tool_range range, float dividend,
			   float divisor)
{
	float quotient = dividend / divisor;

	qmac_tool_divide(out, range, dividend, divisor);
	out->quotient = quotient;
	return quotient;
}

int qmac_tool_tflite(const struct codes *codes, const struct qmac_tool_spec *spec,
		     struct tool_range range, struct qmac_scale_steps *out)
{
	double scale;

	(void)spec;
	range = qmac_tool_widen(range);
	scale = qmac_tool_divide(out, range, (double)range.hi - range.lo, codes->hi - codes->lo);
	out->scale = qmac_tool_usable((float)scale, range);
	if (scale > 0)
		out->zero_point = (int32_t)lround(qmac_tool_zero_point(codes, scale, out));
	return 0;
}

/* ncnn, and the weights of TFLite: multiply by h / max; the scales differ. */
int qmac_tool_multiply(const struct codes *codes, const struct qmac_tool_spec *spec,
		       struct tool_range range, struct qmac_scale_steps *out)
{
	float most = qmac_tool_magnitude(range), steps = codes->hi;

	out->multiplier = most > 0 ? steps / most : 1;
	if (out->multiplier < FLT_MIN)
		return -ERANGE;
	if (out->multiplier > 0x1p126f)
		out->multiplier = 0x1p126f;
	out->scale = qmac_tool_divide_f32(out, (struct tool_range){ -most, most }, most, steps);
	if (spec->tool == QMAC_TOOL_NCNN)
		out->scale = 1 / out->multiplier;
	out->scale = qmac_tool_usable(out->scale, range);
	return 0;
}

int qmac_tool_tensorrt(const struct codes *codes, const struct qmac_tool_spec *spec,
		       struct tool_range range, struct qmac_scale_steps *out)
{
	float most = qmac_tool_magnitude(range);
	const struct tool_range taken = { -most, most };

	(void)spec;
	out->scale = qmac_tool_divide_f32(out, taken, most, (float)codes->hi);
	out->scale = qmac_tool_usable(out->scale, range);
	return 0;
}

/* preserve_sparsity: as far below 0 as above, in the proportion of the codes. */
static struct tool_range fbgemm_symmetric(const struct codes *codes, struct tool_range range)
{
	int32_t hi = (codes->hi - codes->lo) / 2, lo = -(hi + 1);
	double below = fabsf(range.lo / (float)lo), above = fabsf(range.hi / (float)hi);
	double scale = below > above ? below : above;

	return (struct tool_range){ (float)(scale * lo), (float)(scale * hi) };
}

static int fbgemm_power_of_two(float *scale)
{
	double exponent;

	if (*scale >= 0x1p30f)
		return -ERANGE; /* FBGEMM shifts an int */
	exponent = *scale < 1 ? -floor(log2(1.0 / *scale)) : ceilf((float)log2(*scale));
	*scale = (float)ldexp(1, (int)exponent);
	return 0;
}

/* Raises a small scale, and the range with it. */
static void fbgemm_cut(const struct codes *codes, float *scale, struct tool_range *range)
{
	float amplifier = FBGEMM_LEAST / *scale, steps = codes->hi - codes->lo;

	if (*scale >= FBGEMM_LEAST)
		return;
	*scale = FBGEMM_LEAST;
	if (range->lo == 0) {
		range->hi = FBGEMM_LEAST * steps;
	} else if (range->hi == 0) {
		range->lo = -FBGEMM_LEAST * steps;
	} else {
		range->lo *= amplifier;
		range->hi *= amplifier;
	}
}

int qmac_tool_fbgemm(const struct codes *codes, const struct qmac_tool_spec *spec,
		     struct tool_range range, struct qmac_scale_steps *out)
{
	bool sparse;
	float scale;

	if (range.lo < 0 && range.hi > 0 && spec->symmetric)
		range = fbgemm_symmetric(codes, range);
	range = qmac_tool_widen(range);
	scale = (float)qmac_tool_divide(out, range, (double)range.hi - range.lo,
					codes->hi - codes->lo);
	if (scale == 0 || isinf(1 / scale))
		scale = 0.1f;
	if (spec->power_of_two && fbgemm_power_of_two(&scale))
		return -ERANGE;
	fbgemm_cut(codes, &scale, &range);
	if (!isfinite(range.lo) || !isfinite(range.hi))
		return -ERANGE;
	sparse = spec->symmetric && range.lo < 0 && range.hi > 0;
	out->lo = range.lo;
	out->hi = range.hi;
	out->scale = scale;
	if (sparse)
		out->zero = ((double)codes->lo + codes->hi) / 2;
	else
		qmac_tool_zero_point(codes, scale, out);
	out->zero_point = (int32_t)lrint(out->zero);
	return 0;
}

/* The least range comes before the zero: 3 to 3 becomes 0 to 3.01. */
int qmac_tool_snpe(const struct codes *codes, const struct qmac_tool_spec *spec,
		   struct tool_range range, struct qmac_scale_steps *out)
{
	float steps = codes->hi - codes->lo, difference, zero;

	(void)spec;
	if (range.hi < range.lo + SNPE_RANGE)
		range.hi = range.lo + SNPE_RANGE;
	range = qmac_tool_widen(range);
	difference = range.hi - range.lo;
	if (!isfinite(difference))
		return -ERANGE;
	out->multiplier = steps / difference;
	if (out->multiplier < FLT_MIN)
		return -ERANGE;
	zero = roundf(-range.lo * out->multiplier);
	out->scale = qmac_tool_divide_f32(out, range, difference, steps);
	out->zero_rule = QMAC_ZERO_RULE_PRODUCT;
	out->zero = (double)codes->lo - (double)(range.lo * out->multiplier);
	out->zero_point = codes->lo + (int32_t)(zero > steps ? steps : zero);
	return 0;
}
