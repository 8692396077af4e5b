// SPDX-License-Identifier: MIT
#include "histogram.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every bin goes where its middle is. */
static void collect(struct histogram_view *view, const double *edges, const uint64_t *counts,
		    size_t bins)
{
	for (size_t i = 0; i < bins; i++) {
		double middle = (edges[i] + edges[i + 1]) / 2;
		double at = (middle - view->lo) / (view->hi - view->lo) * (double)view->columns;
		size_t column = at > 0 ? (size_t)at : 0;

		view->counts[column < view->columns ? column : view->columns - 1] += counts[i];
	}
}

int histogram_view_make(struct histogram_view *view, const char *name,
			const struct qmac_calibration *calibration,
			const struct qmac_calibration_range *range, size_t columns)
{
	struct qmac_calibration_stats stats;
	uint64_t *counts;
	double *edges;

	qmac_calibration_stats(calibration, &stats);
	*view = (struct histogram_view){ .name = name, .range = *range };
	if (!stats.bins)
		return 0;
	edges = malloc((stats.bins + 1) * sizeof(*edges));
	counts = malloc(stats.bins * sizeof(*counts));
	view->counts = calloc(columns, sizeof(*view->counts));
	if (edges && counts && view->counts) {
		qmac_calibration_bins(calibration, edges, counts);
		view->columns = columns;
		view->lo = edges[0];
		view->hi = edges[stats.bins];
		if (view->hi > view->lo)
			collect(view, edges, counts, stats.bins);
		else
			view->columns = 0;
	}
	free(edges);
	free(counts);
	return edges && counts && view->counts ? 0 : -ENOMEM;
}

void histogram_view_free(struct histogram_view *view)
{
	free(view->counts);
	view->counts = NULL;
}

double histogram_bar(const struct histogram_view *view, size_t column)
{
	uint64_t most = 0;

	for (size_t i = 0; i < view->columns; i++)
		most = view->counts[i] > most ? view->counts[i] : most;
	return most ? log1p((double)view->counts[column]) / log1p((double)most) : 0;
}
