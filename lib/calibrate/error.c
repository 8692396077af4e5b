// SPDX-License-Identifier: MIT
/* The range of least squared error, or of greatest cosine. */
#include <errno.h>
#include <float.h>
#include <math.h>

#include "calibrate/search.h"
#include "calibrate/view.h"
#include "quant/exact.h"

/* More bins than that would only cost time: candidates times bins are tried. */
#define MAX_BINS 4096

/*
 * Merits that differ by less than this are equal but for the rounding: cosines of
 * thresholds that give the same codes, for one.
 */
#define ROUNDING 0x1p-46

/* Codes for a range, as qmac_quant_choose() lays them, in double. */
struct codes {
	double scale, lo, hi; /* least and greatest code less the zero point */
};

static struct codes codes_for(const struct qmac_calibration_method *method, double lo, double hi)
{
	double half = (double)(1 << (method->bits - 1)), steps = 2 * half - 1, zero;
	struct codes codes = { 0, 1 - half, half - 1 };

	if (method->scheme == QMAC_SCHEME_ASYMMETRIC) {
		lo = lo < 0 ? lo : 0;
		hi = hi > 0 ? hi : 0;
		codes.scale = (hi - lo) / steps;
		zero = rint(-lo / codes.scale);
		codes.lo = -zero;
		codes.hi = steps - zero;
		return codes;
	}
	if (method->scheme == QMAC_SCHEME_SYMMETRIC_FULL)
		codes.lo = -half;
	codes.scale = fmax(-lo / -codes.lo, hi / codes.hi);
	return codes;
}

static double image(const struct codes *codes, double x)
{
	double q = rint(x / codes->scale);

	q = q < codes->lo ? codes->lo : q > codes->hi ? codes->hi : q;
	return q * codes->scale;
}

/* The centre of a bin, for all but zeros; the outermost end where the elements do. */
static double centre(const struct qmac_calibration *c, const struct view *view, size_t i)
{
	double lo = view_edge(view, i), hi = view_edge(view, i + 1);

	lo = lo < c->all.lo ? c->all.lo : lo;
	hi = hi > c->all.hi ? c->all.hi : hi;
	return (lo + hi) / 2;
}

/*
 * Greater is better for both: the cosine, or the mean squared error negated. Zeros
 * add nothing to any of the sums.
 */
static EXACT double merit(const struct qmac_calibration *c, const struct view *view,
			  const struct codes *codes, bool cosine)
{
	double error = 0, dot = 0, energy = 0, square = 0;
	size_t i;

	for (i = 0; i < view->bins; i++) {
		double x = centre(c, view, i), y, weight = (double)view_nonzero(c, view, i);

		if (weight == 0)
			continue;
		y = image(codes, x);
		error += weight * ((x - y) * (x - y));
		dot += weight * (x * y);
		energy += weight * (y * y);
		square += weight * (x * x);
	}
	if (!cosine)
		return -error / (double)c->count;
	return energy > 0 ? dot / (sqrt(energy) * sqrt(square)) : 0;
}

/* A candidate: all within a threshold, or the @part of the whole range. */
static void candidate(const struct qmac_calibration *c,
		      const struct qmac_calibration_method *method, double threshold, double part,
		      double *lo, double *hi)
{
	if (method->scheme == QMAC_SCHEME_ASYMMETRIC) {
		*lo = c->all.lo * part;
		*hi = c->all.hi * part;
		return;
	}
	*lo = fmax(c->all.lo, -threshold);
	*hi = fmin(c->all.hi, threshold);
}

static EXACT void search(const struct qmac_calibration *c, const struct view *view,
			 const struct qmac_calibration_method *method,
			 struct qmac_calibration_range *out)
{
	bool cosine = method->method == QMAC_METHOD_COSINE;
	double best = -DBL_MAX, lo, hi, value;
	double absmax = calibration_absmax(c);
	/* Thresholds on the edges of the bins; the last is absmax itself. */
	size_t n = (size_t)ceil(absmax / view->width), i;

	for (i = n; i; i--) {
		struct codes codes;

		candidate(c, method, i == n ? absmax : view->width * (double)i,
			  (double)i / (double)n, &lo, &hi);
		codes = codes_for(method, lo, hi);
		if (!(codes.scale > 0))
			continue;
		value = merit(c, view, &codes, cosine);
		if (value > best + ROUNDING * (cosine ? 1 : -best)) {
			best = value;
			out->lo = (float)lo;
			out->hi = (float)hi;
		}
	}
	out->score = cosine ? best : -best;
}

int search_error(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		 struct qmac_calibration_range *out)
{
	struct view view;

	if (view_signed(c, &view))
		return -ENOMEM;
	view_coarsen(&view, MAX_BINS);
	search(c, &view, method, out);
	view_release(&view);
	return 0;
}
