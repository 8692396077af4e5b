// SPDX-License-Identifier: MIT
/* Bias in units of the accumulator. */
#include <qmac/quant.h>

#include <errno.h>
#include <math.h>

#include "context.h"
#include "quant/exact.h"

static bool positive(float scale)
{
	return isfinite(scale) && scale > 0;
}

/* A channel's bias in accumulator units; *ok tells whether it fits 32 bits. */
static double in_units(float bias, float a_scale, float b_scale, bool *ok)
{
	double units = nearbyint((double)bias / ((double)a_scale * b_scale));

	*ok = units >= INT32_MIN && units <= INT32_MAX;
	return units;
}

static EXACT int check(struct qmac_context *context, const float *bias, size_t n, float a_scale,
		       const float *b_scale, size_t b_scale_count)
{
	double units;
	size_t i;
	bool ok;

	if (b_scale_count != 1 && b_scale_count != n)
		return qmac_fail(context, -EINVAL,
				 "%zu weight scales for %zu output channels: use 1 or %zu",
				 b_scale_count, n, n);
	for (i = 0; i < n; i++) {
		float scale = b_scale[b_scale_count == 1 ? 0 : i];

		if (!positive(a_scale) || !positive(scale))
			return qmac_fail(
				context, -EINVAL,
				"scales %g and %g of channel %zu must be positive and finite",
				a_scale, scale, i);
		if (!isfinite(bias[i]))
			return qmac_fail(context, -EDOM, "bias of channel %zu is %g: clean it", i,
					 bias[i]);
		units = in_units(bias[i], a_scale, scale, &ok);
		if (!ok)
			return qmac_fail(
				context, -ERANGE,
				"bias %g of channel %zu is %.0f units of %g * %g, beyond 32 "
				"bits: use a larger scale for the weights of this channel",
				bias[i], i, units, a_scale, scale);
	}
	return 0;
}

static EXACT void quantize_bias(const float *bias, size_t n, float a_scale, const float *b_scale,
				size_t b_scale_count, int32_t *out)
{
	size_t i;
	bool ok;

	for (i = 0; i < n; i++)
		out[i] = (int32_t)in_units(bias[i], a_scale, b_scale[b_scale_count == 1 ? 0 : i],
					   &ok);
}

int qmac_quantize_bias(struct qmac_context *context, const float *bias, size_t n, float a_scale,
		       const float *b_scale, size_t b_scale_count, int32_t *out)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = check(context, bias, n, a_scale, b_scale, b_scale_count);
	if (!error)
		quantize_bias(bias, n, a_scale, b_scale, b_scale_count, out);
	exact_leave(&saved);
	return error;
}
