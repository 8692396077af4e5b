// SPDX-License-Identifier: MIT
/* The two-pointer filter on a histogram, as often published and as corrected. */
#include <errno.h>
#include <stdlib.h>

#include "calibrate/calibration.h"
#include "context.h"
#include "quant/exact.h"

/* A window over counts: [left, right) with the sum of its counts. */
struct window {
	size_t left, right;
	uint64_t inside, total;
};

static double share(uint64_t count, uint64_t total)
{
	return (double)count / (double)total;
}

/*
 * while sum(counts[left:right]) / total > limit: drop the lesser of counts[left]
 * and counts[right], the second of which is not in the window.
 */
static EXACT void as_published(const uint64_t *counts, double limit, struct window *window)
{
	window->inside -= counts[--window->right];
	while (share(window->inside, window->total) > limit) {
		if (counts[window->left] > counts[window->right])
			window->inside -= counts[--window->right];
		else
			window->inside -= counts[window->left++];
	}
}

static EXACT void as_corrected(const uint64_t *counts, double limit, struct window *window)
{
	while (window->right - window->left > 1) {
		bool drop_left = counts[window->left] <= counts[window->right - 1];
		uint64_t less = counts[drop_left ? window->left : window->right - 1];

		if (share(window->inside - less, window->total) < limit)
			break;
		window->inside -= less;
		if (drop_left)
			window->left++;
		else
			window->right--;
	}
}

int qmac_two_pointer(struct qmac_context *context, const uint64_t *counts, size_t bins,
		     double coverage, bool as_written, size_t *left, size_t *right)
{
	struct window window = { .right = bins };
	fenv_t saved;
	size_t i;

	if (!bins || !(coverage > 0 && coverage < 1))
		return qmac_fail(context, -EINVAL,
				 "%zu bins, coverage %g: use at least one bin, and a coverage "
				 "between 0 and 1",
				 bins, coverage);
	for (i = 0; i < bins; i++)
		if (__builtin_add_overflow(window.total, counts[i], &window.total))
			return qmac_fail(context, -EINVAL,
					 "the counts sum up to more than 2^64: scale them down");
	if (!window.total)
		return qmac_fail(context, -ENODATA, "all %zu counts are 0", bins);
	window.inside = window.total;
	exact_enter(&saved);
	if (as_written)
		as_published(counts, coverage, &window);
	else
		as_corrected(counts, coverage, &window);
	exact_leave(&saved);
	*left = window.left;
	*right = window.right;
	return 0;
}

static int prepare(struct qmac_calibration *c)
{
	return edges_linspace(&c->tool, c->spec.bins, c->all.lo, c->all.hi);
}

static void count(struct qmac_calibration *c, const struct batch *batch)
{
	edges_count(&c->tool, batch->x, batch->count, false);
}

static int choose(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		  struct qmac_calibration_range *out)
{
	size_t left, right;
	int error = qmac_two_pointer(c->context, c->tool.count, c->tool.bins, method->coverage,
				     method->method == QMAC_METHOD_TWO_POINTER_AS_WRITTEN, &left,
				     &right);

	if (error)
		return error;
	out->lo = (float)c->tool.edge[left];
	out->hi = (float)c->tool.edge[right];
	return 0;
}

const struct calibrator two_pointer_calibrator = {
	.name = "two-pointer",
	.bins = 100,
	.min_bins = 100,
	.max_bins = 100,
	.passes = 2,
	.mergeable = true,
	.prepare = prepare,
	.count = count,
	.choose = choose,
};
