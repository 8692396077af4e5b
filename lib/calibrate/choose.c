// SPDX-License-Identifier: MIT
/* From what was seen to a range: checks around the calibrator's own way. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <qmac/quant.h>

#include "calibrate/calibration.h"
#include "calibrate/view.h"
#include "context.h"
#include "quant/exact.h"

static const char *const methods[] = {
	[QMAC_METHOD_MINMAX] = "minmax",
	[QMAC_METHOD_AVERAGE] = "average",
	[QMAC_METHOD_PERCENTILE] = "percentile",
	[QMAC_METHOD_TWO_POINTER] = "two-pointer",
	[QMAC_METHOD_TWO_POINTER_AS_WRITTEN] = "two-pointer-as-written",
	[QMAC_METHOD_KL] = "kl",
	[QMAC_METHOD_MSE] = "mse",
	[QMAC_METHOD_ACIQ_GAUSS] = "aciq-gauss",
	[QMAC_METHOD_ACIQ_LAPLACE] = "aciq-laplace",
	[QMAC_METHOD_COSINE] = "cosine",
};

const char *qmac_method_name(unsigned int method)
{
	return method < sizeof(methods) / sizeof(methods[0]) ? methods[method] : NULL;
}

static bool is_ort_percentile(const struct qmac_calibration *c)
{
	return c->spec.calibrator == QMAC_CALIBRATOR_ORT_PERCENTILE ||
	       c->spec.calibrator == QMAC_CALIBRATOR_ORT_PERCENTILE_ASYMMETRIC;
}

/* The bits that a calibrator knows of. */
static bool bits_fit(const struct qmac_calibration *c, unsigned int bits)
{
	switch (c->spec.calibrator) {
	case QMAC_CALIBRATOR_NCNN_KL:
	case QMAC_CALIBRATOR_PPQ_KL:
		return bits == 8;
	case QMAC_CALIBRATOR_NCNN_ACIQ:
	case QMAC_CALIBRATOR_TENSORRT_ENTROPY:
		return bits >= 2 && bits <= 8;
	default:
		return bits >= 2 && bits <= 16;
	}
}

/* Fills in defaults. NaN fails every comparison. */
static EXACT int check(const struct qmac_calibration *c, struct qmac_calibration_method *method)
{
	if (!method->bits)
		method->bits = 8;
	if (method->percentile == 0)
		method->percentile = is_ort_percentile(c) ? 99.999 : 99.99;
	if (method->coverage == 0)
		method->coverage = 0.99;
	if (!qmac_method_name(method->method) || method->scheme > QMAC_SCHEME_ASYMMETRIC)
		return qmac_fail(c->context, -EINVAL,
				 "method %u, scheme %u: use QMAC_METHOD_* and QMAC_SCHEME_*",
				 method->method, method->scheme);
	if (!bits_fit(c, method->bits))
		return qmac_fail(c->context, -EINVAL, "calibrator %s has no %u bits: use 8%s",
				 qmac_calibrator_name(c->spec.calibrator), method->bits,
				 bits_fit(c, 16)  ? ", or 2 to 16"
				 : bits_fit(c, 2) ? ", or 2 to 7"
						  : "");
	if (!(method->percentile > 0 && method->percentile <= 100))
		return qmac_fail(c->context, -EINVAL,
				 "percentile %g: use a number above 0, up to 100, e.g. 99.99",
				 method->percentile);
	if (!(method->coverage > 0 && method->coverage < 1))
		return qmac_fail(c->context, -EINVAL,
				 "coverage %g: use a number between 0 and 1, e.g. 0.99",
				 method->coverage);
	return 0;
}

static int check_complete(const struct qmac_calibration *c)
{
	if (!c->count)
		return qmac_fail(c->context, -ENODATA,
				 "no elements were seen: update with some first");
	if (c->pass < qmac_calibration_passes(c))
		return qmac_fail(c->context, -ENODATA,
				 "calibrator %s needs two passes: begin the second and show the "
				 "batches again",
				 qmac_calibrator_name(c->spec.calibrator));
	if (c->pass == 2 && c->recount != c->count)
		return qmac_fail(c->context, -ENODATA,
				 "the second pass has seen %llu elements of %llu: show the same "
				 "batches again",
				 (unsigned long long)c->recount, (unsigned long long)c->count);
	return 0;
}

/* An element counts as inside when the middle of its bin is; zeros stand for themselves. */
static EXACT double share_inside(const struct qmac_calibration *c, const double *edges,
				 const uint64_t *counts, size_t bins, double lo, double hi)
{
	uint64_t inside = 0, total = 0;
	size_t i;

	for (i = 0; i < bins; i++) {
		double middle = (edges[i] + edges[i + 1]) / 2;
		bool zeros = edges[i] == 0 && c->own.count;

		total += counts[i];
		if (zeros && lo <= 0 && hi >= 0)
			inside += c->zeros;
		if (middle >= lo && middle <= hi)
			inside += counts[i] - (zeros ? c->zeros : 0);
	}
	return total ? (double)inside / (double)total : 1;
}

/* Share of the counted elements that the range holds. */
static EXACT int set_coverage(const struct qmac_calibration *c,
			      struct qmac_calibration_range *range)
{
	struct qmac_calibration_stats stats;
	uint64_t *counts;
	double *edges;
	int error = 0;

	range->coverage = 1;
	qmac_calibration_stats(c, &stats);
	if (!stats.bins || (range->lo <= stats.min && range->hi >= stats.max))
		return 0;
	edges = malloc((stats.bins + 1) * sizeof(*edges));
	counts = malloc(stats.bins * sizeof(*counts));
	if (edges && counts) {
		qmac_calibration_bins(c, edges, counts);
		range->coverage = share_inside(c, edges, counts, stats.bins, range->lo, range->hi);
	} else {
		error = qmac_fail_nomem(c->context, "the coverage of a range");
	}
	free(edges);
	free(counts);
	return error;
}

/* Tools overflow, or divide by what has become zero. */
static EXACT int check_result(const struct qmac_calibration *c,
			      const struct qmac_calibration_range *range)
{
	bool scale = range->scale == 0 || (range->scale >= FLT_MIN && range->scale <= FLT_MAX);

	if (range->lo > range->hi)
		return qmac_fail(c->context, -EDOM,
				 "calibrator %s chooses the empty range %g to %g for this tensor: "
				 "use another percentile or calibrator",
				 qmac_calibrator_name(c->spec.calibrator), range->lo, range->hi);
	if (isfinite(range->lo) && isfinite(range->hi) && isfinite(range->score) && scale)
		return 0;
	return qmac_fail(c->context, -EDOM,
			 "calibrator %s leaves fp32 with elements from %g to %g: use another",
			 qmac_calibrator_name(c->spec.calibrator), c->all.lo, c->all.hi);
}

int qmac_calibration_choose(const struct qmac_calibration *calibration,
			    const struct qmac_calibration_method *method,
			    struct qmac_calibration_range *out)
{
	const struct qmac_calibration *c = calibration;
	struct qmac_calibration_method filled = { 0 };
	struct qmac_calibration_range range = { 0 };
	fenv_t saved;
	int error;

	if (method)
		filled = *method;
	exact_enter(&saved);
	error = check(c, &filled);
	if (!error)
		error = check_complete(c);
	if (!error)
		error = calibrator_of(c->spec.calibrator)->choose(c, &filled, &range);
	if (!error)
		error = check_result(c, &range);
	if (!error)
		error = set_coverage(c, &range);
	exact_leave(&saved);
	if (!error)
		*out = range;
	return error;
}
