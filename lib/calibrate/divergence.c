// SPDX-License-Identifier: MIT
/* The threshold of least Kullback-Leibler divergence. */
#include <errno.h>
#include <stdlib.h>

#include "calibrate/log.h"
#include "calibrate/search.h"
#include "calibrate/view.h"
#include "quant/exact.h"

/*
 * Sums over the first k bins, k = 0 ... bins, so that a candidate needs a few
 * operations per level and none per bin.
 */
struct sums {
	uint64_t *elements;
	uint64_t *filled; /* bins that are not empty */
	double *log;	  /* of count * ln(count) */
};

static double weighted(uint64_t count)
{
	return count ? (double)count * exact_log((double)count) : 0;
}

static EXACT int sums_init(struct sums *sums, const struct view *view)
{
	size_t k;

	sums->elements = calloc(view->bins + 1, sizeof(*sums->elements));
	sums->filled = calloc(view->bins + 1, sizeof(*sums->filled));
	sums->log = calloc(view->bins + 1, sizeof(*sums->log));
	if (!sums->elements || !sums->filled || !sums->log)
		return -ENOMEM;
	for (k = 0; k < view->bins; k++) {
		sums->elements[k + 1] = sums->elements[k] + view->count[k];
		sums->filled[k + 1] = sums->filled[k] + (view->count[k] != 0);
		sums->log[k + 1] = sums->log[k] + weighted(view->count[k]);
	}
	return 0;
}

static void sums_release(struct sums *sums)
{
	free(sums->elements);
	free(sums->filled);
	free(sums->log);
}

/*
 * The first @bins bins: P counts them, and in the last all elements beyond; Q
 * spreads the elements of each of the @levels evenly over its bins that are not
 * empty. Both are shares of all T elements:
 *   D(P|Q) = (sum P ln P - sum P ln Q) / T.
 * Q is not scaled up by the elements that were cut off. Otherwise a threshold that
 * leaves a single filled bin would have a perfect image whatever it cuts off,
 * and win for data of few distinct values, like pixels.
 */
static EXACT double divergence(const struct view *view, const struct sums *sums, size_t bins,
			       size_t levels)
{
	uint64_t total = sums->elements[view->bins];
	uint64_t last = view->count[bins - 1], outside = total - sums->elements[bins];
	double p = sums->log[bins - 1] + weighted(last + outside), q = 0, level = 0;
	size_t l, from = 0;

	for (l = 0; l < levels; l++) {
		size_t to = (bins * (l + 1) + levels - 1) / levels;
		uint64_t elements = sums->elements[to] - sums->elements[from];
		uint64_t filled = sums->filled[to] - sums->filled[from];

		level = filled ? exact_log((double)elements / (double)filled) : 0;
		q += (double)elements * level;
		from = to;
	}
	if (last) /* an empty one is taken as one element, and ln 1 = 0 */
		q += (double)outside * level;
	return (p - q) / (double)total;
}

/* Divergences that differ by less are equal but for the rounding of sums of logarithms. */
#define ROUNDING 0x1p-44

/* A candidate without any element has no image. */
static EXACT size_t least(const struct view *view, const struct sums *sums, size_t levels,
			  double *score)
{
	size_t best = view->bins, bins;

	*score = divergence(view, sums, best, levels);
	for (bins = view->bins - 1; bins >= levels && sums->elements[bins]; bins--) {
		double d = divergence(view, sums, bins, levels);

		if (d < *score - ROUNDING) {
			*score = d;
			best = bins;
		}
	}
	return best;
}

int search_divergence(const struct qmac_calibration *c,
		      const struct qmac_calibration_method *method,
		      struct qmac_calibration_range *out)
{
	bool one_sign = c->all.lo >= 0 || c->all.hi <= 0;
	bool all_codes = method->scheme == QMAC_SCHEME_ASYMMETRIC && one_sign;
	size_t levels = (size_t)1 << (method->bits - !all_codes);
	struct sums sums = { 0 };
	struct view view;
	size_t best;
	int error;

	if (view_magnitudes(c, &view))
		return -ENOMEM;
	if (view.bins <= levels) { /* every bin has a code: nothing to gain */
		view_release(&view);
		return 0;
	}
	error = sums_init(&sums, &view);
	if (!error) {
		best = least(&view, &sums, levels, &out->score);
		out->hi = (float)view_edge(&view, best);
		out->lo = -out->hi;
	}
	sums_release(&sums);
	view_release(&view);
	return error;
}
