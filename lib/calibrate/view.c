// SPDX-License-Identifier: MIT
#include "calibrate/view.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Bins from 0 to the last that counts something; at least 1. */
static size_t used(const uint64_t *count, size_t bins)
{
	while (bins > 1 && !count[bins - 1])
		bins--;
	return bins;
}

static int init(struct view *view, size_t bins, int64_t first, int exponent)
{
	view->count = calloc(bins, sizeof(*view->count));
	if (!view->count)
		return -ENOMEM;
	view->bins = bins;
	view->first = first;
	view->width = ldexp(1, exponent);
	return 0;
}

int view_signed(const struct qmac_calibration *c, struct view *view)
{
	const uint64_t *positive = c->own.count, *negative = positive + c->own.bins;
	size_t above = used(positive, c->own.bins), below = used(negative, c->own.bins), k;

	if (below == 1 && !negative[0])
		below = 0;
	if (above == 1 && !positive[0] && !c->zeros && below)
		above = 0;
	if (init(view, below + above, -(int64_t)below, c->own.exponent))
		return -ENOMEM;
	for (k = 0; k < below; k++)
		view->count[below - 1 - k] = negative[k];
	for (k = 0; k < above; k++)
		view->count[below + k] = positive[k];
	if (above)
		view->count[below] += c->zeros;
	return 0;
}

int view_magnitudes(const struct qmac_calibration *c, struct view *view)
{
	const uint64_t *positive = c->own.count, *negative = positive + c->own.bins;
	size_t above = used(positive, c->own.bins), below = used(negative, c->own.bins), k;

	if (init(view, above > below ? above : below, 0, c->own.exponent))
		return -ENOMEM;
	for (k = 0; k < view->bins; k++)
		view->count[k] = positive[k] + negative[k];
	return 0;
}

/* Floor division by 2, so that the merged bin covers exactly the two. */
static int64_t half(int64_t number)
{
	return number >= 0 ? number / 2 : -((1 - number) / 2);
}

void view_coarsen(struct view *view, size_t bins)
{
	while (view->bins > bins && view->bins > 2) {
		int64_t first = half(view->first), k;
		int64_t last = half(view->first + (int64_t)view->bins - 1);

		for (k = 0; k < (int64_t)view->bins; k++) {
			uint64_t moved = view->count[k];

			view->count[k] = 0;
			view->count[half(view->first + k) - first] += moved;
		}
		view->first = first;
		view->bins = (size_t)(last - first + 1);
		view->width *= 2;
	}
}

void view_release(struct view *view)
{
	free(view->count);
	view->count = NULL;
}
