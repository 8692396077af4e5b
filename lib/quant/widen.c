// SPDX-License-Identifier: MIT
/* Weight scales that leave room for the bias. */
#include <qmac/quant.h>

#include <errno.h>
#include <float.h>
#include <math.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"

/*
 * The scale that @bias needs, or @scale where that is enough, as TFLite has it: for
 * a scale per tensor it divides by INT32_MAX as an fp32, which is 2^31, and it keeps
 * the range of the weights, 127 steps to either side, in fp32.
 */
static float wide_enough(float bias, float a_scale, float scale, bool per_tensor)
{
	double size = fabs((double)bias), most = per_tensor ? 0x1p31 : INT32_MAX;
	float range;

	if (size < 0.5 * a_scale * scale * most)
		return scale;
	range = (float)(2 * size / INT32_MAX * (127 / a_scale));
	/* The scale may fit fp32 where its range does not. */
	return isfinite(range) ? range / 127 : (float)(2 * size / INT32_MAX / a_scale);
}

static EXACT int check(struct qmac_context *context, const float *bias, size_t n, float a_scale,
		       const float *b_scale, size_t b_scale_count)
{
	size_t i;

	for (i = 0; i < n; i++) {
		float scale = b_scale[b_scale_count == 1 ? 0 : i];

		if (!qmac_scale_valid(a_scale) || !qmac_scale_valid(scale))
			return qmac_fail(
				context, -EINVAL,
				"scales %g and %g of channel %zu must be positive normal numbers",
				a_scale, scale, i);
		if (!isfinite(bias[i]))
			return qmac_fail(context, -EDOM, "bias of channel %zu is %g: clean it", i,
					 bias[i]);
		if (!isfinite(wide_enough(bias[i], a_scale, scale, b_scale_count == 1)))
			return qmac_fail(context, -ERANGE,
					 "bias %g of channel %zu fits no weight scale: use a "
					 "larger scale than %g for the activations",
					 bias[i], i, a_scale);
	}
	return 0;
}

static EXACT size_t widen(const float *bias, size_t n, float a_scale, float *b_scale,
			  size_t b_scale_count)
{
	bool per_tensor = b_scale_count == 1;
	size_t widened = 0, i;

	for (i = 0; i < b_scale_count; i++) {
		size_t first = per_tensor ? 0 : i, last = per_tensor ? n : i + 1;
		float most = 0, scale;

		for (; first < last; first++)
			most = fmaxf(most, fabsf(bias[first]));
		scale = wide_enough(most, a_scale, b_scale[i], per_tensor);
		widened += scale != b_scale[i];
		b_scale[i] = scale;
	}
	return widened;
}

int qmac_widen_scales(struct qmac_context *context, const float *bias, size_t n, float a_scale,
		      float *b_scale, size_t b_scale_count, size_t *widened)
{
	size_t count = 0;
	fenv_t saved;
	int error;

	if (b_scale_count != 1 && b_scale_count != n)
		return qmac_fail(context, -EINVAL,
				 "%zu weight scales for %zu output channels: use 1 or %zu",
				 b_scale_count, n, n);
	exact_enter(&saved);
	error = check(context, bias, n, a_scale, b_scale, b_scale_count);
	if (!error)
		count = widen(bias, n, a_scale, b_scale, b_scale_count);
	exact_leave(&saved);
	if (!error && widened)
		*widened = count;
	return error;
}
