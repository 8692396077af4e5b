// SPDX-License-Identifier: MIT
/* What range of real numbers a tensor takes. */
#include <qmac/group.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/walk.h"

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

/* Returns the number of the first element that is not finite, or NO_ELEMENT. */
static EXACT size_t minmax(const float *x, const struct qmac_granularity *granularity,
			   bool nan_is_zero, float *lo, float *hi)
{
	size_t count = qmac_granularity_count(granularity), i, bad;
	struct walk walk;
	struct run run;

	for (i = 0; i < count; i++) {
		lo[i] = INFINITY;
		hi[i] = -INFINITY;
	}
	qmac_walk_start(&walk, granularity, false);
	while (qmac_walk_next(&walk, &run)) {
		struct range range = { lo[run.param], hi[run.param] };

		bad = extend(&range, x + run.first, run.length, nan_is_zero);
		if (bad != NO_ELEMENT)
			return run.first + bad;
		lo[run.param] = range.lo;
		hi[run.param] = range.hi;
	}
	return NO_ELEMENT;
}

int qmac_group_range(struct qmac_context *context, const float *x,
		     const struct qmac_granularity *granularity, enum qmac_nan nan, float *lo,
		     float *hi)
{
	int error = qmac_walk_check(context, granularity);
	fenv_t saved;
	size_t bad;

	if (error)
		return error;
	if (!qmac_walk_elements(granularity))
		return qmac_fail(context, -EINVAL, "an empty tensor has no range");
	exact_enter(&saved);
	bad = minmax(x, granularity, nan == QMAC_NAN_ZERO, lo, hi);
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

int qmac_range_minmax(struct qmac_context *context, const float *x,
		      const struct qmac_extent *extent, enum qmac_nan nan, float *lo, float *hi)
{
	const struct qmac_granularity channels = qmac_walk_channels(extent);

	return qmac_group_range(context, x, &channels, nan, lo, hi);
}
