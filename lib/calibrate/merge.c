// SPDX-License-Identifier: MIT
/* One calibration of the elements of two. */
#include "calibrate/calibration.h"

#include <errno.h>

#include "context.h"
#include "quant/exact.h"

static int fail(struct qmac_calibration *into, const char *reason)
{
	return qmac_fail(into->context, -EINVAL, "calibrations cannot be merged: %s", reason);
}

static int check(struct qmac_calibration *into, const struct qmac_calibration *from)
{
	const struct calibrator *kind = calibrator_of(into->spec.calibrator);

	if (into == from)
		return fail(into, "they are the same");
	if (into->spec.calibrator != from->spec.calibrator || into->spec.bins != from->spec.bins ||
	    into->spec.each != from->spec.each || into->spec.nan != from->spec.nan)
		return fail(into, "they differ in calibrator, bins or options");
	if (!kind->mergeable || into->spec.each)
		return fail(into, "this calibrator depends on the order of its batches");
	if (from->steps)
		return fail(into, "the second has ended steps of its moving average; merge parts "
				  "of a step, then end it");
	if (into->pass != from->pass)
		return fail(into, "they are in different passes");
	if (into->pass == 2 && (into->all.lo != from->all.lo || into->all.hi != from->all.hi ||
				into->count != from->count || into->least != from->least))
		return fail(into, "their first passes differ; merge after the first pass, and go "
				  "on from copies of the sum");
	if (from->count > INT64_MAX - into->count ||
	    (into->pass == 2 && from->recount > into->count - into->recount))
		return qmac_fail(into->context, -EOVERFLOW,
				 "calibrations cannot be merged: together they have seen too many "
				 "elements");
	return 0;
}

static EXACT void merge_first(struct qmac_calibration *into, const struct qmac_calibration *from)
{
	if (from->count && (!into->count || from->least < into->least))
		into->least = from->least;
	span_merge(&into->all, &from->all);
	span_merge(&into->pending, &from->pending);
	into->count += from->count;
	into->zeros += from->zeros;
	into->nans += from->nans;
	if (into->own.count)
		histogram_merge(&into->own, &from->own);
}

static void merge_second(struct qmac_calibration *into, const struct qmac_calibration *from)
{
	size_t i;

	for (i = 0; i < into->tool.bins; i++)
		into->tool.count[i] += from->tool.count[i];
	into->recount += from->recount;
}

int qmac_calibration_merge(struct qmac_calibration *into, const struct qmac_calibration *from)
{
	fenv_t saved;
	int error;

	exact_enter(&saved);
	error = check(into, from);
	if (!error && into->pass == 1)
		merge_first(into, from);
	else if (!error)
		merge_second(into, from);
	exact_leave(&saved);
	return error;
}
