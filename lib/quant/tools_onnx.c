// SPDX-License-Identifier: MIT
/* ONNX and ONNX Runtime. */
#include "quant/tools.h"

#include <errno.h>
#include <float.h>
#include <math.h>

/* DynamicQuantizeLinear: all in fp32; @zero_range stands for hi - lo where that is 0. */
static int dynamic(const struct codes *codes, struct tool_range range, float zero_range,
		   struct qmac_scale_steps *out)
{
	float steps = codes->hi - codes->lo, zero;

	range = qmac_tool_widen(range);
	out->scale = qmac_tool_divide_f32(
		out, range, range.hi == range.lo ? zero_range : range.hi - range.lo, steps);
	if (!isfinite(out->scale))
		return -ERANGE;
	out->scale = out->scale < FLT_MIN ? FLT_MIN : out->scale;
	zero = (float)codes->lo - range.lo / out->scale;
	zero = zero < (float)codes->lo ? codes->lo : zero;
	zero = zero > (float)codes->hi ? codes->hi : zero;
	out->zero_rule = QMAC_ZERO_RULE_LEAST;
	out->zero = zero;
	out->zero_point = (int32_t)lrintf(zero);
	return 0;
}

int qmac_tool_onnx(const struct codes *codes, const struct qmac_tool_spec *spec,
		   struct tool_range range, struct qmac_scale_steps *out)
{
	(void)spec;
	return dynamic(codes, range, 1, out);
}

/* The kernel has 1 for a scale then, not 1 / steps. */
int qmac_tool_ort_dynamic(const struct codes *codes, const struct qmac_tool_spec *spec,
			  struct tool_range range, struct qmac_scale_steps *out)
{
	(void)spec;
	return dynamic(codes, range, codes->hi - codes->lo, out);
}

/* compute_scale_zp(): the range in fp32, the division in double. */
static int from_range(const struct codes *codes, struct tool_range range, bool symmetric,
		      struct qmac_scale_steps *out)
{
	float difference = range.hi - range.lo;
	double scale = qmac_tool_divide(out, range, difference, (double)codes->hi - codes->lo);

	if (!isfinite(difference))
		return -ERANGE;
	if (scale < FLT_MIN) {
		out->scale = 1;
		return 0;
	}
	out->scale = (float)scale;
	out->zero_rule = symmetric ? QMAC_ZERO_RULE_FIXED : QMAC_ZERO_RULE_LEAST;
	out->zero = symmetric ? ((double)codes->lo + codes->hi) / 2 : codes->lo - range.lo / scale;
	out->zero_point = (int32_t)lrint(out->zero);
	return 0;
}

int qmac_tool_ort(const struct codes *codes, const struct qmac_tool_spec *spec,
		  struct tool_range range, struct qmac_scale_steps *out)
{
	(void)spec;
	return from_range(codes, qmac_tool_widen(range), false, out);
}

int qmac_tool_ort_symmetric(const struct codes *codes, const struct qmac_tool_spec *spec,
			    struct tool_range range, struct qmac_scale_steps *out)
{
	float most = qmac_tool_magnitude(range);

	(void)spec;
	return from_range(codes, (struct tool_range){ -most, most }, true, out);
}
