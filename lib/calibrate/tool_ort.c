// SPDX-License-Identifier: MIT
/*
 * The calibrators of ONNX Runtime 1.21, onnxruntime/quantization/calibrate.py:
 * MinMaxCalibrater and HistogramCollector, as NumPy 2 computes them in fp32.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "calibrate/calibration.h"
#include "calibrate/log.h"
#include "context.h"
#include "quant/exact.h"

/* num_quantized_bins */
#define LEVELS 128

static int fail_tool(const struct qmac_calibration *c, int error)
{
	if (error == -ENOMEM)
		return qmac_fail_nomem(c->context, "a histogram");
	return qmac_fail(
		c->context, error,
		"range %g to %g: the bins would be more than 2^20, or too narrow for fp32; "
		"give the batch with the greatest elements first",
		c->all.lo, c->all.hi);
}

static int choose_minmax(const struct qmac_calibration *c,
			 const struct qmac_calibration_method *method,
			 struct qmac_calibration_range *out)
{
	(void)method;
	out->lo = c->all.lo;
	out->hi = c->all.hi;
	return 0;
}

static int see_average(struct qmac_calibration *c, const struct batch *batch)
{
	if (batches_add(&c->batches, batch->lo, batch->hi))
		return qmac_fail_nomem(c->context, "the range of a batch");
	return 0;
}

static int choose_average(const struct qmac_calibration *c,
			  const struct qmac_calibration_method *method,
			  struct qmac_calibration_range *out)
{
	(void)method;
	if (c->steps && c->batches.count)
		return qmac_fail(c->context, -EINVAL,
				 "%zu batches since the last step: end it with its constant",
				 c->batches.count);
	out->lo = c->steps ? c->average.lo : batches_mean(c->batches.lo, c->batches.count);
	out->hi = c->steps ? c->average.hi : batches_mean(c->batches.hi, c->batches.count);
	return 0;
}

static float greater(float a, float b)
{
	return a > b ? a : b;
}

/* collect_value(): bins from -threshold to threshold; zero_bin is in the middle. */
static int prepare_signed(struct qmac_calibration *c)
{
	c->threshold = calibration_absmax(c);
	return edges_linspace(&c->tool, c->spec.bins, -c->threshold, c->threshold);
}

static void count_signed(struct qmac_calibration *c, const struct batch *batch)
{
	edges_count(&c->tool, batch->x, batch->count, false);
}

/* Bins that merge_histogram() adds on each side; more than any limit when there is none. */
static EXACT double more_bins(const struct qmac_calibration *c, float threshold, float *grown)
{
	float stride = 2 * c->threshold / (float)c->tool.bins;
	float by = threshold - c->threshold, quotient, whole;
	double more;

	/* Floor division as NumPy does it. */
	quotient = (by - fmodf(by, stride)) / stride;
	whole = floorf(quotient);
	if (quotient - whole > 0.5f)
		whole += 1;
	more = trunc((double)(whole + 1));
	*grown = (float)more * stride + c->threshold;
	return more;
}

/* merge_histogram() where the new batch reaches further than all before it. */
static EXACT int grow_signed(struct qmac_calibration *c, float threshold)
{
	struct edges grown = { 0 };
	float reached = threshold;
	size_t more = 0, i;
	int error;

	if (c->threshold > 0) {
		double wanted = more_bins(c, threshold, &reached);

		if (!(wanted <= (double)((MAX_TOOL_BINS - c->tool.bins) / 2)))
			return -ERANGE;
		more = (size_t)wanted;
	}
	error = edges_linspace(&grown, c->tool.bins + 2 * more, -reached, reached);
	if (error)
		return error;
	for (i = 0; i < c->tool.bins; i++)
		grown.count[more + i] = c->tool.count[i];
	edges_release(&c->tool);
	c->tool = grown;
	c->threshold = reached;
	return 0;
}

/* In one pass, every batch is a collection. */
static EXACT int see_signed(struct qmac_calibration *c, const struct batch *batch)
{
	float threshold = greater(fabsf(batch->lo), fabsf(batch->hi));
	int error = 0;

	if (!c->spec.each)
		return 0;
	if (!c->tool.bins) {
		error = edges_linspace(&c->tool, c->spec.bins, -threshold, threshold);
		if (!error)
			c->threshold = threshold;
	} else if (threshold > c->threshold) {
		error = grow_signed(c, threshold);
	}
	if (error)
		return fail_tool(c, error);
	count_signed(c, batch);
	return 0;
}

/* collect_absolute_value(): bins from the least to the greatest magnitude. */
static int prepare_absolute(struct qmac_calibration *c)
{
	return edges_linspace(&c->tool, c->spec.bins, c->least, calibration_absmax(c));
}

static void count_absolute(struct qmac_calibration *c, const struct batch *batch)
{
	edges_count(&c->tool, batch->x, batch->count, true);
}

static EXACT int see_absolute(struct qmac_calibration *c, const struct batch *batch)
{
	float greatest = greater(fabsf(batch->lo), fabsf(batch->hi));
	int error = 0;

	if (!c->spec.each)
		return 0;
	if (!c->tool.bins)
		error = edges_linspace(&c->tool, c->spec.bins, batch->least, greatest);
	else if ((double)greatest > c->tool.edge[c->tool.bins])
		error = edges_extend(&c->tool, greatest, MAX_TOOL_BINS);
	if (error)
		return fail_tool(c, error);
	count_absolute(c, batch);
	edges_narrow(&c->tool);
	return 0;
}

/* The thresholds never reach beyond what was seen. */
static void clamp(const struct qmac_calibration *c, struct qmac_calibration_range *out)
{
	if (out->lo < c->all.lo)
		out->lo = c->all.lo;
	if (out->hi > c->all.hi)
		out->hi = c->all.hi;
}

/* searchsorted(cumsum(hist / total), share) */
static EXACT size_t position(const struct edges *edges, double share)
{
	uint64_t total = 0;
	double sum = 0;
	size_t i;

	for (i = 0; i < edges->bins; i++)
		total += edges->count[i];
	for (i = 0; i < edges->bins; i++) {
		sum += (double)edges->count[i] / (double)total;
		if (!(sum < share))
			break;
	}
	return i;
}

static EXACT int choose_percentile(const struct qmac_calibration *c,
				   const struct qmac_calibration_method *method,
				   struct qmac_calibration_range *out)
{
	out->hi = (float)c->tool.edge[position(&c->tool, method->percentile / 100)];
	out->lo = -out->hi + 0.0f;
	clamp(c, out);
	return 0;
}

static EXACT int choose_percentile_asymmetric(const struct qmac_calibration *c,
					      const struct qmac_calibration_method *method,
					      struct qmac_calibration_range *out)
{
	double cut = (100 - method->percentile) / 200;

	out->hi = (float)c->tool.edge[position(&c->tool, 1 - cut)];
	out->lo = (float)c->tool.edge[position(&c->tool, cut)];
	clamp(c, out);
	return 0;
}

/* Distributions p and q of one candidate, and scratch memory. */
struct candidate {
	int64_t *p, *q;
	float *smooth_p, *smooth_q;
};

/* p: the bins [start, end), with what lies outside in the first and the last. */
static void clip_distribution(const struct edges *edges, size_t start, size_t end, int64_t *p)
{
	size_t i;

	for (i = start; i < end; i++)
		p[i - start] = (int64_t)edges->count[i];
	for (i = 0; i < start; i++)
		p[0] += (int64_t)edges->count[i];
	for (i = end; i < edges->bins; i++)
		p[end - start - 1] += (int64_t)edges->count[i];
}

/* q: merged into LEVELS bins and spread again, truncated to integers as there. */
static EXACT void quantize_distribution(const struct edges *edges, size_t start, size_t size,
					const int64_t *p, int64_t *q)
{
	size_t merged = size / LEVELS, level, i;

	for (i = 0; i < size; i++)
		q[i] = 0;
	for (level = 0; level < LEVELS; level++) {
		size_t from = level * merged, to = from + merged;
		size_t until = level == LEVELS - 1 ? size : to;
		int64_t sum = 0, filled = 0;

		for (i = from; i < until; i++)
			sum += (int64_t)edges->count[start + i];
		for (i = from; i < to; i++)
			filled += p[i] != 0;
		for (i = from; filled && i < to; i++)
			q[i] = (int64_t)((double)sum / (double)filled);
	}
}

/* smooth_distribution(): zeros become eps, taken from the others. False where it gives up. */
static EXACT bool smooth(const int64_t *counts, size_t size, float *out)
{
	size_t zeros = 0, i;
	float less;

	for (i = 0; i < size; i++)
		zeros += counts[i] == 0;
	if (zeros == size)
		return false;
	less = (float)-(0.0001 * (double)zeros / (double)(size - zeros));
	for (i = 0; i < size; i++) {
		out[i] = counts[i] ? (float)counts[i] + less : 0.0001f;
		if (!(out[i] > 0))
			return false;
	}
	return less > -1;
}

static EXACT float entropy(float *p, float *q, size_t size)
{
	float p_sum = numpy_sum_f32(p, size), q_sum = numpy_sum_f32(q, size);
	size_t i;

	for (i = 0; i < size; i++) {
		float pk = p[i] / p_sum, qk = q[i] / q_sum;

		p[i] = pk * (float)exact_log((double)(pk / qk));
	}
	return numpy_sum_f32(p, size);
}

static EXACT float divergence(const struct edges *edges, size_t start, size_t end,
			      const struct candidate *candidate)
{
	size_t size = end - start;

	clip_distribution(edges, start, end, candidate->p);
	quantize_distribution(edges, start, size, candidate->p, candidate->q);
	if (!smooth(candidate->p, size, candidate->smooth_p) ||
	    !smooth(candidate->q, size, candidate->smooth_q))
		return INFINITY;
	return entropy(candidate->smooth_p, candidate->smooth_q, size);
}

/* get_entropy_threshold() */
static EXACT void search(const struct edges *edges, const struct candidate *candidate,
			 struct qmac_calibration_range *out)
{
	size_t zero = edges->bins / 2, i;
	float best = 0;

	for (i = LEVELS / 2; i <= zero; i++) {
		size_t start = zero - i;
		size_t end = zero + i + 1 < edges->bins ? zero + i + 1 : edges->bins;
		float d = divergence(edges, start, end, candidate);

		if (i == LEVELS / 2 || d < best) {
			best = d;
			out->lo = (float)edges->edge[start];
			out->hi = (float)edges->edge[end];
		}
	}
	out->score = best;
}

static int choose_entropy(const struct qmac_calibration *c,
			  const struct qmac_calibration_method *method,
			  struct qmac_calibration_range *out)
{
	size_t bins = c->tool.bins;
	struct candidate candidate = {
		.p = malloc(bins * sizeof(int64_t)),
		.q = malloc(bins * sizeof(int64_t)),
		.smooth_p = malloc(bins * sizeof(float)),
		.smooth_q = malloc(bins * sizeof(float)),
	};
	int error = 0;

	(void)method;
	if (candidate.p && candidate.q && candidate.smooth_p && candidate.smooth_q)
		search(&c->tool, &candidate, out);
	else
		error = qmac_fail_nomem(c->context, "the distributions");
	free(candidate.p);
	free(candidate.q);
	free(candidate.smooth_p);
	free(candidate.smooth_q);
	if (error)
		return error;
	if (isinf(out->score))
		out->score = 0; /* no candidate has a divergence: the first is taken */
	clamp(c, out);
	return 0;
}

const struct calibrator ort_minmax_calibrator = {
	.name = "ort-minmax",
	.passes = 1,
	.mergeable = true,
	.choose = choose_minmax,
};

const struct calibrator ort_average_calibrator = {
	.name = "ort-average",
	.passes = 1,
	.see = see_average,
	.choose = choose_average,
};

const struct calibrator ort_entropy_calibrator = {
	.name = "ort-entropy",
	.bins = 128,
	.min_bins = 128,
	.max_bins = 65536,
	.passes = 2,
	.can_be_each = true,
	.mergeable = true,
	.see = see_signed,
	.prepare = prepare_signed,
	.count = count_signed,
	.choose = choose_entropy,
};

const struct calibrator ort_percentile_calibrator = {
	.name = "ort-percentile",
	.bins = 2048,
	.min_bins = 128,
	.max_bins = 65536,
	.passes = 2,
	.can_be_each = true,
	.mergeable = true,
	.see = see_absolute,
	.prepare = prepare_absolute,
	.count = count_absolute,
	.choose = choose_percentile,
};

const struct calibrator ort_percentile_asymmetric_calibrator = {
	.name = "ort-percentile-asymmetric",
	.bins = 2048,
	.min_bins = 128,
	.max_bins = 65536,
	.passes = 2,
	.can_be_each = true,
	.mergeable = true,
	.see = see_signed,
	.prepare = prepare_signed,
	.count = count_signed,
	.choose = choose_percentile_asymmetric,
};
