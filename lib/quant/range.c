// SPDX-License-Identifier: MIT
/* What range of real numbers a tensor takes. */
#include <qmac/quant.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>

#include "context.h"
#include "quant/exact.h"

#define NO_ELEMENT SIZE_MAX

struct range {
	float lo, hi;
};

/* Extends @range by @count elements; returns the first that cannot be, or NO_ELEMENT. */
static size_t extend(struct range *range, const float *x, size_t count, bool nan_is_zero)
{
	size_t i;

	for (i = 0; i < count; i++) {
		float value = x[i];

		if (isnan(value) && nan_is_zero)
			value = 0;
		if (!isfinite(value))
			return i;
		if (value < range->lo)
			range->lo = value;
		if (value > range->hi)
			range->hi = value;
	}
	return NO_ELEMENT;
}

/* All channels; returns the number of the first element that is not finite, or NO_ELEMENT. */
static EXACT size_t minmax(const float *x, const struct qmac_extent *extent, bool nan_is_zero,
			   float *lo, float *hi)
{
	size_t o, c, bad;

	for (c = 0; c < extent->channels; c++) {
		struct range range = { INFINITY, -INFINITY };

		for (o = 0; o < extent->outer; o++) {
			size_t first = (o * extent->channels + c) * extent->inner;

			bad = extend(&range, x + first, extent->inner, nan_is_zero);
			if (bad != NO_ELEMENT)
				return first + bad;
		}
		lo[c] = range.lo;
		hi[c] = range.hi;
	}
	return NO_ELEMENT;
}

int qmac_range_minmax(struct qmac_context *context, const float *x,
		      const struct qmac_extent *extent, enum qmac_nan nan, float *lo, float *hi)
{
	fenv_t saved;
	size_t bad;

	if (!extent->outer || !extent->channels || !extent->inner)
		return qmac_fail(context, -EINVAL, "an empty tensor has no range");
	exact_enter(&saved);
	bad = minmax(x, extent, nan == QMAC_NAN_ZERO, lo, hi);
	exact_leave(&saved);
	if (bad == NO_ELEMENT)
		return 0;
	if (isnan(x[bad]))
		return qmac_fail(context, -EDOM,
				 "element %zu is NaN: clean the tensor, or ask for QMAC_NAN_ZERO",
				 bad);
	return qmac_fail(context, -EDOM,
			 "element %zu is infinite, its range has no scale: clip the tensor, or "
			 "choose the parameters from a finite range",
			 bad);
}
