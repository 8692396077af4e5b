// SPDX-License-Identifier: MIT
/* Analytical clipping: the threshold from two moments and a distribution. */
#include <errno.h>
#include <math.h>

#include "calibrate/search.h"
#include "calibrate/view.h"
#include "quant/exact.h"

/*
 * Thresholds for 1 to 16 bits, where the derivative of the expected squared
 * error vanishes. Gauss, in deviations: a erfc(a / sqrt 2) - sqrt(2 / pi)
 * e^(-a^2 / 2) + a / (3 * 4^bits) = 0. Laplace, in mean absolute deviations:
 * a e^a = 3 * 4^bits.
 */
static const double gauss[] = {
	1.2399052709844556, 1.710635168114043, 2.1515927447403453, 2.559136461975336,
	2.9362006121084416, 3.286914215213754, 3.615114215262781,  3.9240354898807777,
	4.216329825704011,  4.49416052930053,  4.759299756218999,  5.013210465701297,
	5.257111210789873,  5.492026275918476, 5.718824295350827,  5.938248084612063,
};
static const double laplace[] = {
	1.862816864432358,  2.8306829893702337, 3.8972294649451027, 5.028640136236213,
	6.204766334013321,  7.4131262138435705, 8.645619984034424,  9.896759770017528,
	11.162685017743998, 12.44059128290536,	13.728384695912995, 15.024464765264185,
	16.32758309139894,  17.63674862884906,	18.95116243367305,  20.2701716385439,
};

/* Zeros are zeros, all else is at the centre of its bin. */
static double centre(const struct view *view, size_t i)
{
	return ((double)(view->first + (int64_t)i) + 0.5) * view->width;
}

static double weight(const struct qmac_calibration *c, const struct view *view, size_t i)
{
	return (double)view_nonzero(c, view, i);
}

static EXACT double mean(const struct qmac_calibration *c, const struct view *view)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < view->bins; i++)
		sum += weight(c, view, i) * centre(view, i);
	return sum / (double)c->count;
}

/* Standard or mean absolute deviation from @middle. */
static EXACT double deviation(const struct qmac_calibration *c, const struct view *view,
			      double middle, bool squared)
{
	double sum = (double)c->zeros * (squared ? middle * middle : fabs(middle));
	size_t i;

	for (i = 0; i < view->bins; i++) {
		double x = centre(view, i) - middle;

		sum += weight(c, view, i) * (squared ? x * x : fabs(x));
	}
	sum /= (double)c->count;
	return squared ? sqrt(sum) : sum;
}

static EXACT void clip(const struct qmac_calibration *c, const struct view *view,
		       const struct qmac_calibration_method *method,
		       struct qmac_calibration_range *out)
{
	bool normal = method->method == QMAC_METHOD_ACIQ_GAUSS;
	double middle = method->scheme == QMAC_SCHEME_ASYMMETRIC ? mean(c, view) : 0;
	double factor = normal ? gauss[method->bits - 1] : laplace[method->bits - 1];
	double alpha = factor * deviation(c, view, middle, normal);

	out->lo = (float)fmax(middle - alpha, c->all.lo);
	out->hi = (float)fmin(middle + alpha, c->all.hi);
}

int search_aciq(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		struct qmac_calibration_range *out)
{
	struct view view;

	if (view_signed(c, &view))
		return -ENOMEM;
	clip(c, &view, method, out);
	view_release(&view);
	return 0;
}
