// SPDX-License-Identifier: MIT
/*
 * The observers of PPQ 0.6.6, ppq/quantization/observer/range.py, on the CPU:
 * TorchHistObserver and TorchPercentileObserver.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/calibration.h"
#include "calibrate/log.h"
#include "context.h"
#include "quant/exact.h"

#define BINS	   4096
#define LEVELS	   128
#define ZEROED	   8 /* int(BINS * .002) */
#define MIN_SCALE  1e-8
#define SHARE	   0.9999
#define PERCENTILE 99.99

/* The histogram as it is searched: fp32, the first bins faked. */
struct scratch {
	float hist[BINS];
	double p[BINS], q[BINS];
};

static EXACT int prepare(struct qmac_calibration *c)
{
	float absmax = calibration_absmax(c);
	size_t i;

	if (edges_allocate(&c->tool, BINS))
		return -ENOMEM;
	for (i = 0; i <= BINS; i++)
		c->tool.edge[i] = (double)(absmax * ((float)i / BINS));
	return 0;
}

/* torch.histc(abs(x), BINS, min=0, max=absmax); zeros alone make torch widen the range. */
static EXACT void count(struct qmac_calibration *c, const struct batch *batch)
{
	float absmax = calibration_absmax(c);
	size_t i;

	if (!(absmax > 0)) {
		c->tool.count[BINS / 2] += batch->count;
		return;
	}
	for (i = 0; i < batch->count; i++) {
		float position = fabsf(batch->x[i]) * BINS / absmax;
		size_t bin = position < BINS ? (size_t)position : BINS - 1;

		c->tool.count[bin]++;
	}
}

static EXACT void distribution_p(const float *hist, size_t range, float sum, double *p)
{
	float beyond = 0;
	size_t i;

	for (i = range; i < BINS; i++)
		beyond += hist[i];
	for (i = 0; i < range; i++)
		p[i] = (double)((i == range - 1 ? hist[i] + beyond : hist[i]) / sum);
}

/* Every level is spread over its bins that are not empty. False when all are empty. */
static EXACT bool distribution_q(const float *hist, size_t range, double *q)
{
	size_t ratio = range / LEVELS, level, i;
	double total = 0;

	for (level = 0; level < LEVELS; level++) {
		const float *from = hist + level * ratio;
		float sum = 0, filled = 0;

		for (i = 0; i < ratio; i++) {
			sum += from[i];
			filled += from[i] > 0;
		}
		for (i = 0; i < ratio; i++) {
			q[level * ratio + i] = from[i] > 0 ? (double)(sum / filled) : 0;
			total += q[level * ratio + i];
		}
	}
	for (i = 0; i < range; i++)
		q[i] = (double)((float)q[i] / (float)total);
	return total > 0;
}

/* log10(x + 1e-30) in double */
static double log10_eps(double x)
{
	return exact_log(x + 1e-30) / 0x1.26bb1bbb55516p+1;
}

static EXACT double divergence(const struct scratch *s, size_t range)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < range; i++)
		if (s->p[i] > 0)
			sum += s->p[i] * (log10_eps(s->p[i]) - log10_eps(s->q[i]));
	return sum;
}

/* hist_to_scale_offset() */
static EXACT void search(const struct qmac_calibration *c, struct scratch *s,
			 struct qmac_calibration_range *out)
{
	double scale, hist_scale = (double)calibration_absmax(c) / BINS;
	size_t range, best = LEVELS, i;
	float sum = 0;

	for (i = 0; i < BINS; i++)
		s->hist[i] = i < ZEROED ? 0 : i == ZEROED ? 1 : (float)c->tool.count[i];
	for (i = 0; i < BINS; i++)
		sum += s->hist[i];
	out->score = INFINITY;
	for (range = LEVELS; range <= BINS; range += LEVELS) {
		double d;

		distribution_p(s->hist, range, sum, s->p);
		if (!distribution_q(s->hist, range, s->q))
			continue;
		d = divergence(s, range);
		if (d < out->score) {
			out->score = d;
			best = range;
		}
	}
	scale = (double)best / BINS * hist_scale * (BINS / LEVELS);
	out->scale = (double)(float)(scale > MIN_SCALE ? scale : MIN_SCALE);
	out->hi = (float)(out->scale * (LEVELS - 1));
	out->lo = -out->hi;
}

static int choose_kl(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		     struct qmac_calibration_range *out)
{
	struct scratch *scratch = malloc(sizeof(*scratch));

	(void)method;
	if (!scratch)
		return qmac_fail_nomem(c->context, "the distributions");
	search(c, scratch, out);
	free(scratch);
	return 0;
}

static int compare(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* kthvalue() at 1 - SHARE and SHARE of the batch. */
static EXACT int see_percentile(struct qmac_calibration *c, const struct batch *batch)
{
	double count = (double)batch->count;
	size_t low = (size_t)(count * (1 - SHARE)), high = (size_t)(count * SHARE);
	float *sorted = malloc(batch->count * sizeof(*sorted));

	if (!sorted)
		return qmac_fail_nomem(c->context, "a sorted batch");
	memcpy(sorted, batch->x, batch->count * sizeof(*sorted));
	qsort(sorted, batch->count, sizeof(*sorted), compare);
	if (high > batch->count - 1)
		high = batch->count - 1;
	cascade_add(&c->percentiles[0], sorted[low]);
	cascade_add(&c->percentiles[1], sorted[high]);
	free(sorted);
	return 0;
}

static int choose_percentile(const struct qmac_calibration *c,
			     const struct qmac_calibration_method *method,
			     struct qmac_calibration_range *out)
{
	if (method->percentile != PERCENTILE)
		return qmac_fail(
			c->context, -EINVAL,
			"calibrator ppq-percentile takes %g %% of every batch as it comes, "
			"not %g: leave the percentile out",
			PERCENTILE, method->percentile);
	out->lo = cascade_mean(&c->percentiles[0]) + 0.0f;
	out->hi = cascade_mean(&c->percentiles[1]) + 0.0f;
	return 0;
}

const struct calibrator ppq_kl_calibrator = {
	.name = "ppq-kl",
	.bins = BINS,
	.min_bins = BINS,
	.max_bins = BINS,
	.passes = 2,
	.mergeable = true,
	.prepare = prepare,
	.count = count,
	.choose = choose_kl,
};

const struct calibrator ppq_percentile_calibrator = {
	.name = "ppq-percentile",
	.passes = 1,
	.see = see_percentile,
	.choose = choose_percentile,
};
