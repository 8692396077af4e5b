// SPDX-License-Identifier: MIT
/* Ranges that leave out the outermost elements or bins. */
#include <errno.h>
#include <math.h>

#include "calibrate/search.h"
#include "calibrate/view.h"
#include "quant/exact.h"

/*
 * Elements beyond @percent of them, not all. A percentile like 99.9 is
 * not a number in binary, and 99.9 % of 1,000 elements are 999: what is a whole
 * number but for the rounding is taken as one.
 */
static EXACT uint64_t cut_of(uint64_t count, double percent)
{
	double kept = (double)count * percent / 100;
	double whole = ceil(kept - fmin(kept * 0x1p-50, 0.25));

	return whole < (double)count ? count - (uint64_t)whole : 0;
}

/* The bin of the element with @cut others below it (or above it, from the end). */
static size_t bin_after(const struct view *view, uint64_t cut, bool from_end)
{
	uint64_t seen = 0;
	size_t i;

	for (i = 0; i < view->bins; i++) {
		size_t at = from_end ? view->bins - 1 - i : i;

		seen += view->count[at];
		if (seen > cut)
			return at;
	}
	return from_end ? 0 : view->bins - 1;
}

/* The greatest element with @cut others above it is at most this. */
static EXACT double upper_bound(const struct qmac_calibration *c, const struct view *view,
				uint64_t cut)
{
	size_t at = bin_after(view, cut, true), i;
	uint64_t above = view_nonzero(c, view, at);

	for (i = at + 1; i < view->bins; i++)
		above += view->count[i];
	/* Zeros are the least of their bin. */
	return above > cut ? view_edge(view, at + 1) : 0;
}

static EXACT void both_sides(const struct qmac_calibration *c, const struct view *view,
			     double percentile, struct qmac_calibration_range *out)
{
	uint64_t cut = cut_of(c->count, percentile) / 2;

	out->lo = (float)view_edge(view, bin_after(view, cut, false));
	out->hi = (float)upper_bound(c, view, cut);
}

static EXACT void magnitudes(const struct qmac_calibration *c, const struct view *view,
			     double percentile, struct qmac_calibration_range *out)
{
	uint64_t cut = cut_of(c->count, percentile);

	/* Zeros are not in the view, but the least magnitudes of all. */
	if (cut >= c->count - c->zeros)
		out->hi = 0;
	else
		out->hi = (float)view_edge(view, bin_after(view, cut, true) + 1);
	out->lo = -out->hi + 0.0f;
}

int search_percentile(const struct qmac_calibration *c,
		      const struct qmac_calibration_method *method,
		      struct qmac_calibration_range *out)
{
	struct view view;

	if (method->one_sided ? view_magnitudes(c, &view) : view_signed(c, &view))
		return -ENOMEM;
	if (method->one_sided)
		magnitudes(c, &view, method->percentile, out);
	else
		both_sides(c, &view, method->percentile, out);
	view_release(&view);
	return 0;
}

int search_two_pointer(const struct qmac_calibration *c,
		       const struct qmac_calibration_method *method,
		       struct qmac_calibration_range *out)
{
	struct view view;
	size_t left, right;

	if (view_signed(c, &view))
		return -ENOMEM;
	qmac_two_pointer(c->context, view.count, view.bins, method->coverage,
			 method->method == QMAC_METHOD_TWO_POINTER_AS_WRITTEN, &left, &right);
	out->lo = (float)view_edge(&view, left);
	out->hi = (float)view_edge(&view, right);
	view_release(&view);
	return 0;
}
