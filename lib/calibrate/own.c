// SPDX-License-Identifier: MIT
/* The own calibrator: what it counts, and which search looks at it. */
#include <errno.h>

#include "calibrate/calibration.h"
#include "calibrate/search.h"
#include "calibrate/tally.h"
#include "context.h"
#include "simd/choice.h"

static int see(struct qmac_calibration *c, const struct batch *batch)
{
	if (batch->tally) {
		histogram_merge(&c->own, &batch->tally->histogram);
		c->zeros += batch->tally->zeros;
	} else {
		histogram_fit(&c->own, histogram_magnitude(batch->lo));
		histogram_fit(&c->own, histogram_magnitude(batch->hi));
		c->zeros += histogram_count(&c->own, qmac_context_simd(c->context)->kernels,
					    batch->x, batch->count);
	}
	span_extend(&c->pending, batch->lo, batch->hi);
	return 0;
}

static int search(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		  struct qmac_calibration_range *out)
{
	switch (method->method) {
	case QMAC_METHOD_PERCENTILE:
		return search_percentile(c, method, out);
	case QMAC_METHOD_TWO_POINTER:
	case QMAC_METHOD_TWO_POINTER_AS_WRITTEN:
		return search_two_pointer(c, method, out);
	case QMAC_METHOD_KL:
		return search_divergence(c, method, out);
	case QMAC_METHOD_MSE:
	case QMAC_METHOD_COSINE:
		return search_error(c, method, out);
	case QMAC_METHOD_ACIQ_GAUSS:
	case QMAC_METHOD_ACIQ_LAPLACE:
		return search_aciq(c, method, out);
	default:
		return 0;
	}
}

static float limit(float value, float lo, float hi)
{
	return value < lo ? lo : value > hi ? hi : value;
}

static int choose(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		  struct qmac_calibration_range *out)
{
	int error;

	if (method->method == QMAC_METHOD_AVERAGE) {
		if (!c->steps)
			return qmac_fail(c->context, -ENODATA,
					 "the moving average has no step: end one after some "
					 "batches");
		out->lo = c->average.lo;
		out->hi = c->average.hi;
		return 0;
	}
	out->lo = c->all.lo;
	out->hi = c->all.hi;
	if (c->count == c->zeros)
		return 0;
	error = search(c, method, out);
	if (error)
		return qmac_fail_nomem(c->context, "a search");
	out->lo = limit(out->lo, c->all.lo, c->all.hi);
	out->hi = limit(out->hi, c->all.lo, c->all.hi);
	return 0;
}

const struct calibrator own_calibrator = {
	.name = "own",
	.bins = 2048,
	.min_bins = 256,
	.max_bins = 65536,
	.passes = 1,
	.mergeable = true,
	.see = see,
	.choose = choose,
};
