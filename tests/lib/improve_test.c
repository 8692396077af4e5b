// SPDX-License-Identifier: MIT
/* Improved weights: against all choices, and along exact equalities. */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define MOST  4096
#define SMALL 12 /* weights with few enough choices to try all */

static struct qmac_context *context;

static float unit(struct rng *rng)
{
	return ldexpf((float)rng_in(rng, -(1 << 23), 1 << 23), -23);
}

static void fill(struct rng *rng, float *x, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		x[i] = unit(rng) + unit(rng);
}

/* Inputs with common causes, so that they are correlated. */
static void correlate(struct rng *rng, float *x, size_t rows, size_t k)
{
	float mix[64];
	size_t row, i;

	fill(rng, mix, k);
	for (row = 0; row < rows; row++) {
		float cause = 3 * unit(rng);

		for (i = 0; i < k; i++)
			x[row * k + i] = fmaxf(mix[i] * cause + unit(rng), 0);
	}
}

static bool make_moments(struct qmac_moments *moments, const float *x, size_t rows, size_t k)
{
	if (!qmac_moments_init(context, moments, k) &&
	    !qmac_moments_update(context, moments, x, rows))
		return true;
	tap_note("%s", qmac_context_message(context));
	return false;
}

/* Parameters of blocks of @group along rows of @k. */
static struct qmac_granularity blocks(size_t n, size_t k, size_t group)
{
	return (struct qmac_granularity){ { n, k, 1 }, group, true };
}

static void test_split(struct rng *rng)
{
	struct qmac_moments whole, parts;
	bool pass = true;
	float x[40 * 45];
	int round;

	for (round = 0; round < 50 && pass; round++) {
		size_t k = (size_t)rng_in(rng, 1, 45), rows = (size_t)rng_in(rng, 0, 40), row = 0;

		fill(rng, x, rows * k);
		pass = make_moments(&whole, x, rows, k) && !qmac_moments_init(context, &parts, k);
		while (row < rows && pass) {
			size_t some = (size_t)rng_in(rng, 0, (int64_t)(rows - row));

			pass = !qmac_moments_update(context, &parts, x + row * k, some);
			row += some;
		}
		pass = pass && whole.rows == rows && parts.rows == rows &&
		       !memcmp(whole.sum, parts.sum, k * sizeof(double)) &&
		       !memcmp(whole.square, parts.square, k * k * sizeof(double));
		qmac_moments_release(&whole);
		qmac_moments_release(&parts);
	}
	tap_ok(pass, "moments do not depend on the split into calls");
	tap_ok(!whole.sum && !whole.square && !whole.k, "released moments are zero");
}

/* Error of a row with the choices in the bits of @choice. */
static double error_of(const struct qmac_moments *moments, const float *w, const float *near,
		       const float *far, uint32_t choice)
{
	float v[SMALL];
	size_t i;

	for (i = 0; i < moments->k; i++)
		v[i] = choice >> i & 1 ? far[i] : near[i];
	return qmac_rounding_error(moments, w, v, 1);
}

struct small {
	float w[SMALL], near[SMALL], far[SMALL], got[SMALL];
	double best;
	struct qmac_adaptive_report report;
};

/* One row with a scale for all; symmetric, 3 bits. */
static bool solve(const struct qmac_moments *moments, struct small *small)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8, .bits = 3 };
	struct qmac_granularity g = blocks(1, moments->k, moments->k);
	struct qmac_quant_params params;
	int8_t q[SMALL], best[SMALL];
	uint32_t choice;
	size_t i;
	bool pass;

	if (qmac_group_minmax(context, &spec, small->w, &g, QMAC_NAN_ERROR, &params))
		return false;
	pass = !qmac_group_quantize(context, &params, &g, small->w, q, NULL) &&
	       !qmac_group_dequantize(context, &params, &g, q, small->near) &&
	       !qmac_round_adaptive(context, &params, &g, moments, small->w, 1, 0, best,
				    &small->report) &&
	       !qmac_group_dequantize(context, &params, &g, best, small->got);
	for (i = 0; i < moments->k; i++) {
		int next = q[i] + (small->w[i] > small->near[i]) - (small->w[i] < small->near[i]);

		small->far[i] = abs(next) > 3 ? small->near[i] : (float)next * params.scale[0];
	}
	small->best = DBL_MAX;
	for (choice = 0; choice < 1u << moments->k; choice++)
		small->best = fmin(small->best,
				   error_of(moments, small->w, small->near, small->far, choice));
	qmac_quant_params_release(&params);
	return pass;
}

static bool locally_best(const struct qmac_moments *moments, const struct small *small)
{
	uint32_t choice = 0;
	double error;
	size_t i;

	for (i = 0; i < moments->k && i < SMALL; i++)
		choice |= (uint32_t)(small->got[i] != small->near[i]) << i;
	error = error_of(moments, small->w, small->near, small->far, choice);
	if (error != small->report.after) {
		tap_note("error %.17g, reported %.17g", error, small->report.after);
		return false;
	}
	for (i = 0; i < moments->k; i++) {
		double other =
			error_of(moments, small->w, small->near, small->far, choice ^ 1u << i);

		if (other < error * (1 - 1e-7)) {
			tap_note("error %.17g, with weight %zu changed %.17g", error, i, other);
			return false;
		}
	}
	return true;
}

/* All 2^k choices: none is better by a single change, and the best is often found. */
static void test_exhaustive(struct rng *rng)
{
	unsigned int round, rounds = 200, optimal = 0;
	double before = 0, after = 0, best = 0;
	bool worse = false, local = true, below = false;
	struct qmac_moments moments;
	float x[30 * SMALL];

	for (round = 0; round < rounds; round++) {
		size_t k = (size_t)rng_in(rng, 1, SMALL), rows = (size_t)rng_in(rng, 1, 30);
		struct small small;

		correlate(rng, x, rows, k);
		fill(rng, small.w, k);
		if (!make_moments(&moments, x, rows, k) || !solve(&moments, &small)) {
			local = false;
			break;
		}
		worse |= small.report.after > small.report.before;
		below |= small.report.after < small.best * (1 - 1e-9);
		local = local && locally_best(&moments, &small);
		optimal += small.report.after <= small.best * (1 + 1e-9) + 1e-18;
		before += small.report.before;
		after += small.report.after;
		best += small.best;
		qmac_moments_release(&moments);
	}
	tap_ok(!worse, "adaptive rounding is never worse than nearest");
	tap_ok(local, "its report is the error, and no single change makes it smaller");
	tap_ok(!below, "it is among the choices next to the weights");
	tap_ok(optimal * 3 > rounds * 2, "it is the best of all choices in %u of %u cases", optimal,
	       rounds);
	tap_ok(after - best < .1 * (before - best),
	       "errors: nearest %.4f, adaptive %.4f, best of all choices %.4f", before, after,
	       best);
}

/* Weights that are codes, zeros, and weights beyond the codes keep theirs. */
static void test_exact_codes(struct rng *rng)
{
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8,  QMAC_TYPE_S4, QMAC_TYPE_U4,
					 QMAC_TYPE_S2, QMAC_TYPE_S16, QMAC_TYPE_U16 };
	struct qmac_moments moments;
	bool pass = true;
	float x[64 * 24], w[8 * 24], back[8 * 24];
	uint16_t q[8 * 24], got[8 * 24];
	size_t t, i;

	correlate(rng, x, 64, 24);
	pass = make_moments(&moments, x, 64, 24);
	for (t = 0; t < sizeof(types) && pass; t++) {
		const struct qmac_quant_spec spec = { .type = types[t],
						      .scheme = QMAC_SCHEME_ASYMMETRIC };
		struct qmac_granularity g = blocks(8, 24, 7);
		struct qmac_quant_params params;
		struct qmac_adaptive_report report;

		memset(q, 0, sizeof(q));
		memset(got, 0, sizeof(got));
		fill(rng, w, 8 * 24);
		pass = !qmac_group_minmax(context, &spec, w, &g, QMAC_NAN_ERROR, &params) &&
		       !qmac_group_quantize(context, &params, &g, w, q, NULL) &&
		       !qmac_group_dequantize(context, &params, &g, q, back) &&
		       !qmac_round_adaptive(context, &params, &g, &moments, back, 8, 0, got,
					    &report) &&
		       !memcmp(q, got, 8 * 24 * qmac_type_bytes(types[t])) && !report.changed &&
		       report.before == 0 && report.after == 0;
		for (i = 0; i < 8 * 24; i++)
			w[i] = i % 3 ? 1000 * w[i] : 0;
		pass = pass && !qmac_group_quantize(context, &params, &g, w, q, NULL) &&
		       !qmac_round_adaptive(context, &params, &g, &moments, w, 8, 0, got, NULL) &&
		       !qmac_group_dequantize(context, &params, &g, got, back);
		for (i = 0; i < 8 * 24; i += 3)
			pass = pass && back[i] == 0;
		qmac_quant_params_release(&params);
		if (!pass)
			tap_note("%s: %s", qmac_type_name(types[t]), qmac_context_message(context));
	}
	qmac_moments_release(&moments);
	tap_ok(pass, "weights that are codes keep them, zeros stay zeros, in every type");
}

/* Rows do not depend on their neighbours: any split of the channels gives the same codes. */
static void test_rows(struct rng *rng)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S4 };
	const struct qmac_gptq_options options = { .spec = spec, .group = 5 };
	struct qmac_granularity all = blocks(19, 17, 5), one = blocks(1, 17, 5);
	float x[50 * 17], w[19 * 17];
	int8_t q[2][19 * 17], alone[2][17];
	struct qmac_quant_params params, single;
	struct qmac_moments moments;
	bool pass, adaptive = true, gptq = true;
	size_t row;

	correlate(rng, x, 50, 17);
	fill(rng, w, 19 * 17);
	pass = make_moments(&moments, x, 50, 17) &&
	       !qmac_group_minmax(context, &spec, w, &all, QMAC_NAN_ERROR, &params) &&
	       !qmac_round_adaptive(context, &params, &all, &moments, w, 19, 0, q[0], NULL);
	qmac_quant_params_release(&params);
	pass = pass && !qmac_gptq(context, &options, &moments, w, 19, &params, q[1]);
	for (row = 0; row < 19 && pass; row++) {
		pass = !qmac_group_minmax(context, &spec, w + row * 17, &one, QMAC_NAN_ERROR,
					  &single) &&
		       !qmac_round_adaptive(context, &single, &one, &moments, w + row * 17, 1, 0,
					    alone[0], NULL);
		qmac_quant_params_release(&single);
		pass = pass &&
		       !qmac_gptq(context, &options, &moments, w + row * 17, 1, &single, alone[1]);
		adaptive = adaptive && !memcmp(alone[0], q[0] + row * 17, 17);
		gptq = gptq && !memcmp(alone[1], q[1] + row * 17, 17) &&
		       !memcmp(single.scale, params.scale + row * 4, 4 * sizeof(float));
		qmac_quant_params_release(&single);
	}
	qmac_quant_params_release(&params);
	qmac_moments_release(&moments);
	tap_ok(pass && adaptive, "adaptive: a channel alone has the same codes");
	tap_ok(pass && gptq, "GPTQ: a channel alone has the same codes and scales, tails too");
}

struct gptq_result {
	struct qmac_quant_params params;
	int8_t q[MOST];
	float v[MOST];
};

static bool run_gptq(const struct qmac_gptq_options *options, const struct qmac_moments *moments,
		     const float *w, size_t n, struct gptq_result *out)
{
	size_t k = moments->k, group = options->group ? options->group : k;
	struct qmac_granularity g = blocks(n, k, group);

	if (!qmac_gptq(context, options, moments, w, n, &out->params, out->q) &&
	    !qmac_group_dequantize(context, &out->params, &g, out->q, out->v))
		return true;
	tap_note("%s", qmac_context_message(context));
	return false;
}

static bool same(const struct gptq_result *a, const struct gptq_result *b, size_t count)
{
	size_t channels = a->params.channels;

	return channels == b->params.channels && !memcmp(a->q, b->q, count) &&
	       !memcmp(a->params.scale, b->params.scale, channels * sizeof(float)) &&
	       !memcmp(a->params.zero_point, b->params.zero_point, channels * sizeof(int32_t));
}

static void test_gptq_groups(struct rng *rng)
{
	static struct gptq_result a, b;
	struct qmac_gptq_options options = { .spec = { .type = QMAC_TYPE_S4 } };
	struct qmac_granularity rows = blocks(9, 33, 33);
	struct qmac_quant_params params;
	struct qmac_moments moments, none;
	float x[80 * 33], w[9 * 33];
	bool pass;

	correlate(rng, x, 80, 33);
	fill(rng, w, 9 * 33);
	pass = make_moments(&moments, x, 80, 33) && !qmac_moments_init(context, &none, 33);
	pass = pass && run_gptq(&options, &moments, w, 9, &a);
	options.group = 33;
	pass = pass && run_gptq(&options, &moments, w, 9, &b);
	tap_ok(pass && same(&a, &b, 9 * 33), "GPTQ: group = k is a scale per row");
	pass = pass &&
	       !qmac_group_minmax(context, &options.spec, w, &rows, QMAC_NAN_ERROR, &params);
	tap_ok(pass && !memcmp(params.scale, a.params.scale, 9 * sizeof(float)),
	       "GPTQ: scales of rows are those of the weights");
	qmac_quant_params_release(&params);
	qmac_quant_params_release(&b.params);
	options.group = 100;
	pass = pass && run_gptq(&options, &moments, w, 9, &b);
	tap_ok(pass && same(&a, &b, 9 * 33), "GPTQ: a group longer than k is cut");
	tap_ok(qmac_rounding_error(&moments, w, a.v, 9) > 0, "GPTQ: an error is left to compare");
	qmac_quant_params_release(&a.params);
	qmac_quant_params_release(&b.params);

	options.group = 10;
	pass = pass && run_gptq(&options, &none, w, 9, &a);
	rows.group = 10;
	pass = pass &&
	       !qmac_group_minmax(context, &options.spec, w, &rows, QMAC_NAN_ERROR, &params) &&
	       !qmac_group_quantize(context, &params, &rows, w, b.q, NULL);
	tap_ok(pass && a.params.channels == 36 && !memcmp(a.q, b.q, 9 * 33) &&
		       !memcmp(a.params.scale, params.scale, 36 * sizeof(float)),
	       "GPTQ: without rows the nearest codes");
	qmac_quant_params_release(&params);
	qmac_quant_params_release(&a.params);
	qmac_moments_release(&moments);
	qmac_moments_release(&none);
}

/* Inputs that are always 0 keep the nearest codes, and do not disturb the others. */
static void test_gptq_dead(struct rng *rng)
{
	static struct gptq_result a, b;
	struct qmac_gptq_options options = { .spec = { .type = QMAC_TYPE_S8 } };
	float x[60 * 16], fewer[60 * 12], w[16], less[12];
	struct qmac_moments moments, alive;
	bool pass, apart = true;
	size_t row, i, j;

	correlate(rng, x, 60, 16);
	fill(rng, w, 16);
	w[1] = 4; /* the greatest is among those that live */
	for (row = 0; row < 60; row++) {
		for (i = j = 0; i < 16; i++) {
			if (i % 4 == 3)
				x[row * 16 + i] = 0;
			else
				fewer[row * 12 + j++] = x[row * 16 + i];
		}
	}
	for (i = j = 0; i < 16; i++) {
		if (i % 4 != 3)
			less[j++] = w[i];
	}
	pass = make_moments(&moments, x, 60, 16) && make_moments(&alive, fewer, 60, 12) &&
	       run_gptq(&options, &moments, w, 1, &a) && run_gptq(&options, &alive, less, 1, &b);
	for (i = j = 0; i < 16 && pass; i++) {
		if (i % 4 == 3)
			apart = apart && a.q[i] == lrintf(w[i] / a.params.scale[0]);
		else
			apart = apart && a.q[i] == b.q[j++];
	}
	tap_ok(pass && apart, "GPTQ: inputs that were always 0 stay out of it");
	qmac_quant_params_release(&a.params);
	qmac_quant_params_release(&b.params);
	qmac_moments_release(&moments);
	qmac_moments_release(&alive);
}

static void test_keep_zeros(struct rng *rng)
{
	static const uint8_t schemes[] = { QMAC_SCHEME_SYMMETRIC, QMAC_SCHEME_SYMMETRIC_FULL,
					   QMAC_SCHEME_ASYMMETRIC };
	static struct gptq_result result;
	float x[60 * 20], w[8 * 20];
	struct qmac_moments moments;
	bool pass, kept = true;
	size_t i, moved = 0;
	unsigned int way;

	correlate(rng, x, 60, 20);
	fill(rng, w, 8 * 20);
	for (i = 0; i < 8 * 20; i += 1 + i % 3)
		w[i] = 0;
	pass = make_moments(&moments, x, 60, 20);
	for (way = 0; way < 24 && pass; way++) {
		struct qmac_gptq_options options = {
			.spec = { .type = way & 1 ? QMAC_TYPE_S4 : QMAC_TYPE_U4,
				  .scheme = schemes[way / 8] },
			.group = way & 2 ? 6 : 0,
			.by_activity = way & 4,
			.keep_zeros = true,
		};

		pass = run_gptq(&options, &moments, w, 8, &result);
		for (i = 0; i < 8 * 20; i++)
			kept = kept && (w[i] != 0 || result.v[i] == 0);
		qmac_quant_params_release(&result.params);
		options.keep_zeros = false;
		pass = pass && run_gptq(&options, &moments, w, 8, &result);
		for (i = 0; i < 8 * 20; i++)
			moved += w[i] == 0 && result.v[i] != 0;
		qmac_quant_params_release(&result.params);
	}
	qmac_moments_release(&moments);
	tap_ok(pass && kept, "GPTQ: zeros are kept when asked");
	tap_ok(moved > 0, "GPTQ: and not otherwise (%zu moved)", moved);
}

static void test_bias(void)
{
	static const float x[] = { 1, 2, 3, 4, 5, 6 }, w[] = { 1, 2, -1, .5f },
			   v[] = { .5f, 2, -1, 1 };
	float bias[] = { 10, 20 };
	struct qmac_moments moments;
	bool pass = make_moments(&moments, x, 3, 2) &&
		    !qmac_correct_bias(context, &moments, w, v, 2, bias);

	tap_ok(pass && bias[0] == 11.5f && bias[1] == 18,
	       "bias correction: 10 + .5 * 3 and 20 - .5 * 4");
	qmac_moments_release(&moments);
}

/* y = W2 relu(W1 x + b) with 8 hidden channels, in fp32. */
static void two_layers(const float *first, const float *bias, const float *second, const float *x,
		       float *y)
{
	size_t h, i, o;

	for (o = 0; o < 5; o++)
		y[o] = 0;
	for (h = 0; h < 8; h++) {
		float hidden = bias[h];

		for (i = 0; i < 6; i++)
			hidden += first[h * 6 + i] * x[i];
		for (o = 0; o < 5; o++)
			y[o] += second[o * 8 + h] * fmaxf(hidden, 0);
	}
}

static float greatest(const float *x, size_t count, size_t stride)
{
	float most = 0;
	size_t i;

	for (i = 0; i < count; i++)
		most = fmaxf(most, fabsf(x[i * stride]));
	return most;
}

static void test_equalize(struct rng *rng)
{
	bool pass = true, even = true, power = true, spread = false;
	float first[48], bias[8], second[40], x[6], before[5], after[5], a[8], b[8], s[8];
	size_t h, i;
	int round, exponent;

	for (round = 0; round < 100 && pass; round++) {
		fill(rng, first, 48);
		fill(rng, second, 40);
		fill(rng, bias, 8);
		fill(rng, x, 6);
		for (i = 0; i < 48; i++)
			first[i] = ldexpf(first[i], (int)(i / 6 * 5) - 20);
		two_layers(first, bias, second, x, before);
		for (h = 0; h < 8; h++) {
			a[h] = greatest(first + h * 6, 6, 1);
			b[h] = greatest(second + h, 5, 8);
			spread |= a[h] > 1000 * b[h] || b[h] > 1000 * a[h];
		}
		pass = !qmac_equalize_scales(context, a, b, 8, s);
		for (h = 0; h < 8; h++) {
			power = power && frexpf(s[h], &exponent) == .5f;
			for (i = 0; i < 6; i++)
				first[h * 6 + i] /= s[h];
			bias[h] /= s[h];
			for (i = 0; i < 5; i++)
				second[i * 8 + h] *= s[h];
			a[h] = greatest(first + h * 6, 6, 1);
			b[h] = greatest(second + h, 5, 8);
			even = even && a[h] <= 2 * b[h] && b[h] <= 2 * a[h];
		}
		two_layers(first, bias, second, x, after);
		pass = pass && !memcmp(before, after, sizeof(before));
	}
	tap_ok(pass, "equalized: two layers with a Relu give the same bits");
	tap_ok(power, "the factors are powers of two");
	tap_ok(even && spread, "ranges are within a factor of 2 of each other");
}

static void test_factors(struct rng *rng)
{
	static const float a[] = { 1, 2, 4, 8, 0, 3, FLT_MAX, 0x1p-149f, .5f, 6 };
	static const float b[] = { 1, 1, 1, 1, 5, 0, 0x1p-149f, FLT_MAX, 1, 3 };
	static const float want[] = { 1, 2, 2, 4, 1, 1, 0x1p127f, 0x1p-126f, 1, 2 };
	float s[10], even[100], smooth[100], x[100], y[100];
	bool pass = true;
	size_t i;

	tap_ok(!qmac_equalize_scales(context, a, b, 10, s) && !memcmp(s, want, sizeof(s)),
	       "factors of a half up, of zeros, and within fp32");
	fill(rng, x, 100);
	fill(rng, y, 100);
	for (i = 0; i < 100; i++) {
		x[i] = fabsf(x[i]);
		y[i] = fabsf(y[i]);
	}
	tap_ok(!qmac_equalize_scales(context, x, y, 100, even) &&
		       !qmac_smooth_scales(context, x, y, 100, .5f, smooth) &&
		       !memcmp(even, smooth, sizeof(even)),
	       "smoothing by a half is equalization");
	for (i = 0; i < 100; i++) {
		float alpha = (float)i / 99;
		double exponent;

		pass = pass && !qmac_smooth_scales(context, &x[i], &y[i], 1, alpha, smooth);
		exponent = (double)alpha * log2((double)x[i]) -
			   (1 - (double)alpha) * log2((double)y[i]);
		pass = pass && fabs(log2((double)smooth[0]) - exponent) < .5 + 1e-9;
	}
	tap_ok(pass, "smoothing: activation^alpha / weight^(1 - alpha) to the nearest power");
	tap_ok(!qmac_smooth_scales(context, a, b, 10, 1, s) && s[0] == 1 && s[3] == 8 &&
		       s[4] == 1 && s[5] == 1 && s[7] == 0x1p-126f,
	       "smoothing: alpha 1 takes all of the activations");
}

/* Worked example B7, ties, and that zeros stay exactly zero under every scheme. */
static void test_prune(struct rng *rng)
{
	static const float w[] = { .5f, -.01f, .02f, -.005f, 0, -.3f, .01f, -.0f };
	static const uint8_t want[] = { 1, 0, 1, 0, 0, 1, 0, 0 };
	static const float ties[] = { 1, -1, 2, 1, -1, 0x1p-149f };
	static const uint8_t half[] = { 0, 0, 1, 1, 1, 0 };
	struct qmac_prune_options options = { .threshold = .01f };
	uint8_t mask[512], dead = 0;
	float x[512];
	size_t pruned = 0, i;

	tap_ok(!qmac_prune_mask(context, &options, w, 8, mask, &pruned) && pruned == 5 &&
		       !memcmp(mask, want, 8),
	       "B7: threshold .01 keeps what is greater");
	options = (struct qmac_prune_options){ .sparsity = .5 };
	tap_ok(!qmac_prune_mask(context, &options, ties, 6, mask, &pruned) && pruned == 3 &&
		       !memcmp(mask, half, 6),
	       "half of the weights: the least, of equal ones the first");
	options.sparsity = .29;
	fill(rng, x, 100);
	tap_ok(!qmac_prune_mask(context, &options, x, 100, mask, &pruned) && pruned == 29,
	       "0.29 of 100 are 29");
	options.sparsity = 1;
	tap_ok(!qmac_prune_mask(context, &options, x, 100, mask, &pruned) && pruned == 100 &&
		       !memchr(mask, 1, 100),
	       "all of them");
	options.sparsity = 1e-9;
	tap_ok(!qmac_prune_mask(context, &options, x, 100, mask, NULL) && !memchr(mask, 0, 100),
	       "none of them");
	options.sparsity = .5;
	tap_ok(!qmac_prune_mask(context, &options, x, 0, &dead, &pruned) && !pruned,
	       "nothing of nothing");
	x[0] = -INFINITY;
	options.sparsity = .99;
	tap_ok(!qmac_prune_mask(context, &options, x, 100, mask, &pruned) && mask[0] &&
		       pruned == 99,
	       "an infinite weight stays longest");
	x[0] = -7;
	memset(mask, 1, 100);
	mask[1] = mask[3] = 0;
	memcpy(x + 100, x, 100 * sizeof(*x));
	qmac_mask_apply(x, mask, 100);
	for (i = 0; i < 100; i++)
		dead |= mask[i] ? memcmp(&x[i], &x[100 + i], 4) != 0 : x[i] != 0 || signbit(x[i]);
	tap_ok(!dead, "a mask leaves the others' bits alone");
}

static bool zeros_stay(struct rng *rng, const struct qmac_quant_spec *spec)
{
	struct qmac_prune_options options = { .sparsity = .6 };
	struct qmac_granularity g = blocks(1, 300, (size_t)rng_in(rng, 1, 300));
	struct qmac_quant_params params;
	float w[300], back[300];
	uint16_t q[300] = { 0 };
	uint8_t mask[300];
	bool pass;
	size_t i;

	fill(rng, w, 300);
	for (i = 0; i < 300; i++)
		w[i] += .3f;
	pass = !qmac_prune_mask(context, &options, w, 300, mask, NULL);
	qmac_mask_apply(w, mask, 300);
	pass = pass && !qmac_group_minmax(context, spec, w, &g, QMAC_NAN_ERROR, &params) &&
	       !qmac_group_quantize(context, &params, &g, w, q, NULL) &&
	       !qmac_group_dequantize(context, &params, &g, q, back);
	qmac_quant_params_release(&params);
	for (i = 0; i < 300; i++)
		pass = pass && (mask[i] || back[i] == 0);
	return pass;
}

static void test_pruned_codes(struct rng *rng)
{
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S4,  QMAC_TYPE_U4,
					 QMAC_TYPE_S2, QMAC_TYPE_U2, QMAC_TYPE_S16, QMAC_TYPE_U16 };
	struct qmac_quant_spec spec;
	bool pass = true;
	size_t t;

	for (t = 0; t < sizeof(types); t++) {
		for (spec = (struct qmac_quant_spec){ .type = types[t] };
		     spec.scheme <= QMAC_SCHEME_ASYMMETRIC; spec.scheme++) {
			spec.power_of_two = !spec.power_of_two;
			spec.zero = spec.power_of_two ? QMAC_ZERO_CLAMP : QMAC_ZERO_WIDEN;
			pass = pass && zeros_stay(rng, &spec);
		}
	}
	tap_ok(pass, "pruned weights are exactly 0 when quantized, every type and scheme");
}

/* All that computes, under the modes of the caller. */
struct outcome {
	double sum[24], square[24 * 24], error;
	int8_t adaptive[5 * 24], gptq[5 * 24];
	float scale[5 * 3], bias[5], even[24], smooth[24];
	uint8_t mask[2][5 * 24];
	struct qmac_adaptive_report report;
	int errors;
};

static void compute(const float *x, const float *w, struct outcome *out)
{
	const struct qmac_gptq_options options = { .spec = { .type = QMAC_TYPE_S4 }, .group = 10 };
	const struct qmac_prune_options least = { .sparsity = .45 }, below = { .threshold = .2f };
	struct qmac_granularity g = blocks(5, 24, 10);
	struct qmac_quant_params params;
	struct qmac_moments moments;
	float v[5 * 24], range[24];
	size_t i;

	memset(out, 0, sizeof(*out));
	out->errors = !make_moments(&moments, x, 60, 24);
	memcpy(out->sum, moments.sum, sizeof(out->sum));
	memcpy(out->square, moments.square, sizeof(out->square));
	out->errors += !!qmac_gptq(context, &options, &moments, w, 5, &params, out->gptq);
	memcpy(out->scale, params.scale, sizeof(out->scale));
	out->errors += !!qmac_round_adaptive(context, &params, &g, &moments, w, 5, 0, out->adaptive,
					     &out->report);
	out->errors += !!qmac_group_dequantize(context, &params, &g, out->adaptive, v);
	out->error = qmac_rounding_error(&moments, w, v, 5);
	out->errors += !!qmac_correct_bias(context, &moments, w, v, 5, out->bias);
	for (i = 0; i < 24; i++)
		range[i] = fabsf(w[i]);
	out->errors += !!qmac_equalize_scales(context, range, range + 1, 23, out->even);
	out->errors += !!qmac_smooth_scales(context, range, range + 1, 23, .3f, out->smooth);
	out->errors += !!qmac_prune_mask(context, &least, w, 5 * 24, out->mask[0], NULL);
	out->errors += !!qmac_prune_mask(context, &below, w, 5 * 24, out->mask[1], NULL);
	qmac_quant_params_release(&params);
	qmac_moments_release(&moments);
}

static void test_modes(struct rng *rng)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	static struct outcome want, got;
	float x[60 * 24], w[5 * 24];
	bool pass, kept = true;
	size_t i;

	correlate(rng, x, 60, 24);
	fill(rng, w, 5 * 24);
	w[7] = 0x1p-140f;
	x[9] = 0x1p-130f;
	compute(x, w, &want);
	pass = !want.errors;
	for (i = 0; i < 3; i++) {
		fesetround(modes[i]);
		feclearexcept(FE_ALL_EXCEPT);
		compute(x, w, &got);
		kept = kept && fegetround() == modes[i];
		fesetround(FE_TONEAREST);
		pass = pass && !memcmp(&want, &got, sizeof(got));
	}
#if defined(__SSE2__)
	{
		unsigned int control = _mm_getcsr();

		_mm_setcsr(control | 0x8040);
		compute(x, w, &got);
		kept = kept && (_mm_getcsr() & 0x8040) == 0x8040;
		_mm_setcsr(control);
		pass = pass && !memcmp(&want, &got, sizeof(got));
	}
#endif
	tap_ok(pass, "results do not depend on rounding mode, flush-to-zero, denormals-are-zero");
	tap_ok(kept, "the caller's modes are restored");
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	struct rng rng = { seed };

	if (qmac_context_create(&context))
		return 1;
	tap_note("seed %llu", (unsigned long long)seed);
	test_split(&rng);
	test_exhaustive(&rng);
	test_exact_codes(&rng);
	test_rows(&rng);
	test_gptq_groups(&rng);
	test_gptq_dead(&rng);
	test_keep_zeros(&rng);
	test_bias();
	test_equalize(&rng);
	test_factors(&rng);
	test_prune(&rng);
	test_pruned_codes(&rng);
	test_modes(&rng);
	qmac_context_destroy(context);
	return tap_done();
}
