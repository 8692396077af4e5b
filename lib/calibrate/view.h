/* SPDX-License-Identifier: MIT */
/* The own histogram as searches want it. */
#ifndef QMAC_CALIBRATE_VIEW_H
#define QMAC_CALIBRATE_VIEW_H

#include "calibrate/calibration.h"

/**
 * struct view - equal bins from the least to the greatest element
 * @bins: Bins, not 0.
 * @first: Left edge of bin 0 is first * width.
 * @width: Width of a bin, a power of two.
 * @count: Counts; zeros are in the bin that begins at 0.
 */
struct view {
	size_t bins;
	int64_t first;
	double width;
	uint64_t *count;
};

/* Both signs. 0 or -ENOMEM. */
int view_signed(const struct qmac_calibration *c, struct view *view);

/* Magnitudes without zeros; @first is 0. 0 or -ENOMEM. */
int view_magnitudes(const struct qmac_calibration *c, struct view *view);

/* Merges pairs of bins until there are at most @bins. */
void view_coarsen(struct view *view, size_t bins);

void view_release(struct view *view);

/* Left edge of bin @i, exact. */
static inline double view_edge(const struct view *view, size_t i)
{
	return (double)(view->first + (int64_t)i) * view->width;
}

/* Of view_signed(): elements of bin @i that are not zero. */
static inline uint64_t view_nonzero(const struct qmac_calibration *c, const struct view *view,
				    size_t i)
{
	return view->count[i] - (view->first + (int64_t)i == 0 ? c->zeros : 0);
}

#endif /* QMAC_CALIBRATE_VIEW_H */
