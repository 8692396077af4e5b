// SPDX-License-Identifier: MIT
/*
 * Entropy calibration as TensorRT's pytorch-quantization toolkit publishes it
 * (calib/histogram.py): HistogramCalibrator with torch_hist=False, then
 * compute_amax("entropy") with start_bin=128 and stride=1.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "calibrate/calibration.h"
#include "calibrate/log.h"
#include "context.h"
#include "quant/exact.h"

#define START_BIN 128

/* collect(): magnitudes, between the least and the greatest of the first batch, then on. */
static EXACT int see(struct qmac_calibration *c, const struct batch *batch)
{
	float greatest = -batch->lo > batch->hi ? -batch->lo : batch->hi;
	int error = 0;

	if (!c->tool.bins)
		error = edges_linspace(&c->tool, c->spec.bins, batch->least, greatest);
	else if ((double)greatest > c->tool.edge[c->tool.bins])
		error = edges_extend(&c->tool, greatest, MAX_TOOL_BINS);
	if (error == -ENOMEM)
		return qmac_fail_nomem(c->context, "a histogram");
	if (error)
		return qmac_fail(c->context, error,
				 "a batch from %g to %g needs more than 2^20 bins, or bins too "
				 "narrow for fp32: give the batch with the greatest elements first",
				 batch->lo, batch->hi);
	edges_count(&c->tool, batch->x, batch->count, true);
	return 0;
}

struct scratch {
	uint64_t *bins;	  /* the first is a copy of the second */
	uint64_t *beyond; /* elements from here on */
	double *image, *terms;
};

/* new_density: elements of every level over its bins that are not empty. */
static EXACT void spread(const uint64_t *bins, size_t size, size_t levels, double *image)
{
	size_t level, i, from = 0;

	for (level = 0; level < levels; level++) {
		size_t to = (size * (level + 1) + levels - 1) / levels;
		uint64_t sum = 0, filled = 0;

		for (i = from; i < to; i++) {
			sum += bins[i];
			filled += bins[i] != 0;
		}
		for (i = from; i < to; i++)
			image[i] = bins[i] ? (double)sum / (double)filled : 0;
		from = to;
	}
}

/* scipy.stats.entropy(reference, image): NaN where the image has no element. */
static EXACT double entropy(const struct scratch *s, size_t size)
{
	double p_sum, q_sum = numpy_sum_f64(s->image, size);
	size_t i;

	if (q_sum == 0)
		return NAN;
	for (i = 0; i < size; i++)
		s->terms[i] = (double)(s->bins[i] + (i == size - 1 ? s->beyond[size] : 0));
	p_sum = numpy_sum_f64(s->terms, size);
	for (i = 0; i < size; i++) {
		double p = s->terms[i] / p_sum, q = s->image[i] / q_sum;

		if (p > 0 && !(q > 0))
			return INFINITY;
		s->terms[i] = p > 0 ? p * exact_log(p / q) : 0;
	}
	return numpy_sum_f64(s->terms, size);
}

/* numpy.argmin() on the reversed list: of equal divergences the last, but NaN is the least. */
static EXACT size_t search(const struct scratch *s, size_t bins, size_t levels, double *score)
{
	size_t size, best = bins;

	*score = INFINITY;
	for (size = START_BIN; size <= bins; size++) {
		double d;

		spread(s->bins, size, levels, s->image);
		d = entropy(s, size);
		if (isnan(d) || d <= *score) {
			*score = d;
			best = size;
		}
	}
	if (isnan(*score))
		*score = 0;
	return best;
}

static int scratch_init(struct scratch *s, const struct edges *edges)
{
	size_t i;

	s->bins = malloc(edges->bins * sizeof(*s->bins));
	s->beyond = calloc(edges->bins + 1, sizeof(*s->beyond));
	s->image = malloc(edges->bins * sizeof(*s->image));
	s->terms = malloc(edges->bins * sizeof(*s->terms));
	if (!s->bins || !s->beyond || !s->image || !s->terms)
		return -ENOMEM;
	for (i = 0; i < edges->bins; i++)
		s->bins[i] = edges->count[i ? i : 1];
	for (i = edges->bins; i; i--)
		s->beyond[i - 1] = s->beyond[i] + s->bins[i - 1];
	return 0;
}

static int choose(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		  struct qmac_calibration_range *out)
{
	bool all_codes = method->scheme == QMAC_SCHEME_ASYMMETRIC;
	size_t levels = (size_t)1 << (method->bits - !all_codes);
	struct scratch scratch;
	size_t best;
	int error = scratch_init(&scratch, &c->tool);

	if (!error && !scratch.beyond[0])
		error = qmac_fail(c->context, -EDOM,
				  "the toolkit ignores its first bin, and all elements are in "
				  "there: use another calibrator");
	else if (error)
		error = qmac_fail_nomem(c->context, "the distributions");
	if (!error) {
		best = search(&scratch, c->tool.bins, levels, &out->score);
		out->hi = (float)c->tool.edge[best];
		out->lo = all_codes ? 0 : -out->hi;
	}
	free(scratch.bins);
	free(scratch.beyond);
	free(scratch.image);
	free(scratch.terms);
	return error;
}

const struct calibrator tensorrt_entropy_calibrator = {
	.name = "tensorrt-entropy",
	.bins = 2048,
	.min_bins = 128,
	.max_bins = 65536,
	.passes = 1,
	.see = see,
	.choose = choose,
};
