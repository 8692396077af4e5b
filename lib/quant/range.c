// SPDX-License-Identifier: MIT
/* What range of real numbers a tensor takes. */
#include <qmac/group.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/nan.h"
#include "quant/tile.h"
#include "quant/walk.h"
#include "simd/choice.h"

/* One call. */
struct work {
	const struct simd_kernels *kernels;
	bool nan_is_zero;
	const float *x;
	float *lo, *hi; /* by parameter */
	bool nan;
};

static void extend(struct work *work, size_t param, float lo, float hi)
{
	if (lo < work->lo[param])
		work->lo[param] = lo;
	if (hi > work->hi[param])
		work->hi[param] = hi;
}

static void extend_runs(struct work *work, const struct strip *strip, const float *x)
{
	size_t param = strip->param, i, n;

	if (simd_runs(strip->run)) {
		work->nan |= work->kernels->range_runs(x, strip->run, work->lo + param,
						       work->hi + param, strip->count);
		return;
	}
	for (i = 0; i < strip->count; i += n, param++) {
		struct simd_range range = { INFINITY, -INFINITY, INFINITY, false };

		n = strip->count - i < strip->run ? strip->count - i : strip->run;
		work->kernels->range(&range, x + i, n);
		extend(work, param, range.lo, range.hi);
		if (range.nan)
			extend(work, param, 0, 0);
		work->nan |= range.nan;
	}
}

/* Columns first, then those that share parameters. */
static void extend_columns(struct work *work, const struct tile *tile, const struct strip *strip)
{
	float lo[STRIP_PARAMS], hi[STRIP_PARAMS];
	size_t row, i, n;

	for (i = 0; i < strip->period; i++) {
		lo[i] = INFINITY;
		hi[i] = -INFINITY;
	}
	for (row = 0; row < strip->rows; row++) {
		const float *x = work->x + strip->first + row * strip->pitch;

		for (i = 0; i < strip->count; i += n) {
			n = strip->count - i < strip->period ? strip->count - i : strip->period;
			work->nan |= work->kernels->range_columns(x + i, lo, hi, n);
		}
	}
	for (i = 0; i < strip->period; i++)
		extend(work, tile->param + (strip->column + i) % tile->columns / tile->repeat,
		       lo[i], hi[i]);
}

/* False as soon as there is a NaN that has no place in a range. */
static bool extend_tile(struct work *work, const struct tile *tile)
{
	size_t column = 0, row;
	struct strip strip;

	while (strip_next(tile, &column, &strip)) {
		if (!strip.run)
			extend_columns(work, tile, &strip);
		for (row = 0; strip.run && row < strip.rows; row++)
			extend_runs(work, &strip, work->x + strip.first + row * strip.pitch);
	}
	return !work->nan || work->nan_is_zero;
}

/* False if there is an element that has no place in a range. */
static EXACT bool minmax(struct work *work, const struct qmac_granularity *granularity)
{
	size_t count = qmac_granularity_count(granularity), i;
	bool finite = true;
	struct tiles tiles;
	struct tile tile;

	for (i = 0; i < count; i++) {
		work->lo[i] = INFINITY;
		work->hi[i] = -INFINITY;
	}
	tiles_start(&tiles, granularity, false);
	while (tiles_next(&tiles, &tile))
		if (!extend_tile(work, &tile))
			return false;
	for (i = 0; i < count; i++) {
		finite = finite && work->lo[i] > -INFINITY && work->hi[i] < INFINITY;
		work->lo[i] += 0.0f; /* -0 depends on the order of the elements */
		work->hi[i] += 0.0f;
	}
	return finite;
}

/* In the exact environment as well: a comparison may raise the flags of exceptions. */
static EXACT size_t first_bad(const struct work *work, bool *nan)
{
	size_t i = 0;

	while (isfinite(work->x[i]) || (work->nan_is_zero && isnan(work->x[i])))
		i++;
	*nan = isnan(work->x[i]);
	return i;
}

int qmac_group_range(struct qmac_context *context, const float *x,
		     const struct qmac_granularity *granularity, enum qmac_nan nan, float *lo,
		     float *hi)
{
	int error = qmac_walk_check(context, granularity);
	struct work work = { .nan_is_zero = nan == QMAC_NAN_ZERO, .x = x, .lo = lo, .hi = hi };
	fenv_t saved;
	bool finite, is_nan = false;
	size_t bad = 0;

	if (error)
		return error;
	if (!qmac_walk_elements(granularity))
		return qmac_fail(context, -EINVAL, "an empty tensor has no range");
	work.kernels = qmac_context_simd(context)->kernels;
	exact_enter(&saved);
	finite = minmax(&work, granularity);
	if (!finite)
		bad = first_bad(&work, &is_nan);
	exact_leave(&saved);
	if (finite)
		return 0;
	if (is_nan)
		return qmac_nan_fail(context, bad);
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
