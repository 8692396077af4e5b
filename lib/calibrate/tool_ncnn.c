// SPDX-License-Identifier: MIT
/*
 * The calibrators of ncnn (tools/quantize/ncnn2table.cpp), method=kl and
 * method=aciq, in fp32 as there.
 */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "calibrate/calibration.h"
#include "calibrate/log.h"
#include "context.h"
#include "quant/exact.h"

#define BINS   2048
#define LEVELS 128
#define EPS    0.0001f

/* Both distributions of a candidate, and its levels. */
struct scratch {
	float hist[BINS], clipped[BINS], expanded[BINS], level[LEVELS];
};

/* The scale that goes into the table is 127 / threshold. */
static EXACT void set_range(float threshold, struct qmac_calibration_range *out)
{
	out->lo = -threshold + 0.0f;
	out->hi = threshold;
	out->scale = threshold > 0 ? 1 / (double)(127 / threshold) : 1;
}

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

static EXACT void count(struct qmac_calibration *c, const struct batch *batch)
{
	float absmax = calibration_absmax(c);
	size_t i;

	for (i = 0; i < batch->count; i++) {
		size_t bin;

		if (batch->x[i] == 0)
			continue;
		bin = (size_t)(fabsf(batch->x[i]) / absmax * BINS);
		c->tool.count[bin < BINS ? bin : BINS - 1]++;
	}
}

static EXACT void normalize(const struct edges *edges, float *hist)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < BINS; i++)
		sum += edges->count[i];
	for (i = 0; i < BINS; i++)
		hist[i] = (float)((double)edges->count[i] / (double)sum);
}

static EXACT void clip(const float *hist, size_t threshold, float *out)
{
	size_t i;

	for (i = 0; i < threshold; i++)
		out[i] = EPS + hist[i];
	for (i = threshold; i < BINS; i++)
		out[threshold - 1] += hist[i];
}

/* The bins that level @level covers: a part of one, whole ones, a part of another. */
struct cover {
	size_t from, to;   /* whole bins */
	float left, right; /* shares of bins from - 1 and to */
};

static EXACT struct cover cover_of(size_t level, size_t threshold)
{
	float per_level = (float)threshold / LEVELS;
	float start = (float)level * per_level, end = (float)(level + 1) * per_level;
	struct cover cover;

	if (level == LEVELS - 1) {
		start = (float)threshold - per_level;
		end = (float)threshold;
	}
	cover.from = (size_t)ceilf(start);
	cover.left = (float)cover.from - start;
	cover.to = (size_t)floorf(end);
	cover.right = end - (float)cover.to;
	return cover;
}

static EXACT float level_mean(const float *hist, const struct cover *cover)
{
	float sum = 0;
	size_t k;

	if (cover->left > 0)
		sum += cover->left * hist[cover->from - 1];
	if (cover->right > 0)
		sum += cover->right * hist[cover->to];
	for (k = cover->from; k < cover->to; k++)
		sum += hist[k];
	return sum / ((float)((int)cover->to - (int)cover->from) + cover->left + cover->right);
}

static EXACT void spread(float level, const struct cover *cover, float *out)
{
	size_t k;

	if (cover->left > 0)
		out[cover->from - 1] += cover->left * level;
	if (cover->right > 0)
		out[cover->to] += cover->right * level;
	for (k = cover->from; k < cover->to; k++)
		out[k] += level;
}

static EXACT float divergence(struct scratch *s, size_t threshold)
{
	float result = 0;
	size_t i;

	clip(s->hist, threshold, s->clipped);
	for (i = 0; i < threshold; i++)
		s->expanded[i] = EPS;
	for (i = 0; i < LEVELS; i++) {
		struct cover cover = cover_of(i, threshold);

		s->level[i] = level_mean(s->hist, &cover);
	}
	for (i = 0; i < LEVELS; i++) {
		struct cover cover = cover_of(i, threshold);

		spread(s->level[i], &cover, s->expanded);
	}
	for (i = 0; i < threshold; i++)
		result +=
			s->clipped[i] * (float)exact_log((double)(s->clipped[i] / s->expanded[i]));
	return result;
}

static EXACT void search(const struct qmac_calibration *c, struct scratch *scratch,
			 struct qmac_calibration_range *out)
{
	size_t threshold, best = LEVELS;
	float least = FLT_MAX;

	normalize(&c->tool, scratch->hist);
	for (threshold = LEVELS; threshold < BINS; threshold++) {
		float d = divergence(scratch, threshold);

		if (d < least) {
			least = d;
			best = threshold;
		}
	}
	set_range(((float)best + 0.5f) * calibration_absmax(c) / BINS, out);
	out->score = least;
}

static int choose_kl(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		     struct qmac_calibration_range *out)
{
	struct scratch *scratch;

	(void)method;
	if (!(calibration_absmax(c) > 0)) {
		set_range(0, out);
		return 0;
	}
	scratch = malloc(sizeof(*scratch));
	if (!scratch)
		return qmac_fail_nomem(c->context, "the distributions");
	search(c, scratch, out);
	free(scratch);
	return 0;
}

static int see_aciq(struct qmac_calibration *c, const struct batch *batch)
{
	c->last = batch->count;
	return 0;
}

/* compute_aciq_gaussian_clip(): the deviation that would make absmax the likely maximum. */
static EXACT int choose_aciq(const struct qmac_calibration *c,
			     const struct qmac_calibration_method *method,
			     struct qmac_calibration_range *out)
{
	static const float alpha[] = { 1.71063519f, 2.15159277f, 2.55913646f, 2.93620062f,
				       3.28691474f, 3.6151146f,	 3.92403714f };
	double pi = 3.14159265358979323846;
	double constant = (0.5 * 0.35) * (1 + sqrt(pi * exact_log(4)));
	double deviation;

	if (c->last < 2)
		return qmac_fail(
			c->context, -EDOM,
			"ncnn divides by zero after a last batch of one element: end with a "
			"larger one");
	deviation = (double)(calibration_absmax(c) * 2) * constant /
		    sqrt(2 * exact_log((double)c->last));
	set_range((float)((double)alpha[method->bits - 2] * deviation), out);
	return 0;
}

const struct calibrator ncnn_kl_calibrator = {
	.name = "ncnn-kl",
	.bins = BINS,
	.min_bins = BINS,
	.max_bins = BINS,
	.passes = 2,
	.mergeable = true,
	.prepare = prepare,
	.count = count,
	.choose = choose_kl,
};

const struct calibrator ncnn_aciq_calibrator = {
	.name = "ncnn-aciq",
	.passes = 1,
	.see = see_aciq,
	.choose = choose_aciq,
};
