// SPDX-License-Identifier: MIT
/* What a calibration has seen, for people. */
#include <math.h>
#include <string.h>

#include "calibrate/calibration.h"

/* Bins of the own histogram from the least to the greatest element, one sign each. */
static void own_bins(const struct qmac_calibration *c, size_t *below, size_t *above)
{
	const uint64_t *negative = c->own.count + c->own.bins;

	*below = c->own.bins;
	*above = c->own.bins;
	while (*below && !negative[*below - 1])
		--*below;
	while (*above && !c->own.count[*above - 1])
		--*above;
	if (!*above && c->zeros)
		*above = 1;
}

void qmac_calibration_stats(const struct qmac_calibration *calibration,
			    struct qmac_calibration_stats *out)
{
	const struct qmac_calibration *c = calibration;
	size_t below = 0, above = 0;

	if (c->own.count)
		own_bins(c, &below, &above);
	*out = (struct qmac_calibration_stats){
		.calibrator = c->spec.calibrator,
		.pass = c->pass,
		.count = c->count,
		.zeros = c->zeros,
		.nans = c->nans,
		.steps = c->steps,
		.min = c->all.lo,
		.max = c->all.hi,
		.bins = c->own.count ? below + above : c->tool.bins,
	};
}

void qmac_calibration_bins(const struct qmac_calibration *calibration, double *edges,
			   uint64_t *counts)
{
	const struct qmac_calibration *c = calibration;
	size_t below, above, i;

	if (!c->own.count) {
		for (i = 0; i < c->tool.bins; i++)
			counts[i] = c->tool.count[i];
		for (i = 0; c->tool.bins && i <= c->tool.bins; i++)
			edges[i] = c->tool.edge[i];
		return;
	}
	own_bins(c, &below, &above);
	for (i = 0; i <= below + above; i++)
		edges[i] = ldexp((double)i - (double)below, c->own.exponent);
	for (i = 0; i < below; i++)
		counts[i] = c->own.count[c->own.bins + below - 1 - i];
	for (i = 0; i < above; i++)
		counts[below + i] = c->own.count[i];
	if (above)
		counts[below] += c->zeros;
}
