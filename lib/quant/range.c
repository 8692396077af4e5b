// SPDX-License-Identifier: MIT
/* What range of real numbers a tensor takes. */
#include <qmac/group.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>

#include "context.h"
#include "quant/exact.h"
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

static void extend_uniform(struct work *work, const struct tile *tile)
{
	struct simd_range range = { INFINITY, -INFINITY, INFINITY, false };

	work->kernels->range(&range, work->x + tile->first, tile->length);
	extend(work, tile->param, range.lo, range.hi);
	if (range.nan)
		extend(work, tile->param, 0, 0);
	work->nan |= range.nan;
}

/* Columns first, then those that share parameters. */
static void extend_strip(struct work *work, const struct tile *tile, const struct strip *strip)
{
	float lo[TILE_COLUMNS], hi[TILE_COLUMNS];
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

/* False as soon as there is an element that has no place in a range. */
static bool extend_tile(struct work *work, const struct tile *tile)
{
	size_t column;

	if (tile_uniform(tile))
		extend_uniform(work, tile);
	for (column = 0; !tile_uniform(tile) && column < tile->columns; column += TILE_COLUMNS) {
		const struct strip strip = tile_strip(tile, column);

		extend_strip(work, tile, &strip);
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

static size_t first_bad(const float *x, bool nan_is_zero)
{
	size_t i = 0;

	while (isfinite(x[i]) || (nan_is_zero && isnan(x[i])))
		i++;
	return i;
}

int qmac_group_range(struct qmac_context *context, const float *x,
		     const struct qmac_granularity *granularity, enum qmac_nan nan, float *lo,
		     float *hi)
{
	int error = qmac_walk_check(context, granularity);
	struct work work = { .nan_is_zero = nan == QMAC_NAN_ZERO, .x = x, .lo = lo, .hi = hi };
	fenv_t saved;
	bool finite;
	size_t bad;

	if (error)
		return error;
	if (!qmac_walk_elements(granularity))
		return qmac_fail(context, -EINVAL, "an empty tensor has no range");
	work.kernels = qmac_context_simd(context)->kernels;
	exact_enter(&saved);
	finite = minmax(&work, granularity);
	exact_leave(&saved);
	if (finite)
		return 0;
	bad = first_bad(x, work.nan_is_zero);
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
