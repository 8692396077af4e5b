// SPDX-License-Identifier: MIT
/*
 * Calibration: the state is a function of the elements alone, worked examples,
 * saved states, no influence of the caller's modes, refusals.
 *
 *   calibrate_test [SEED]
 */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct qmac_context *context;

static struct qmac_calibration *make(uint8_t calibrator, uint32_t bins, bool each)
{
	struct qmac_calibration_spec spec = { .calibrator = calibrator,
					      .bins = bins,
					      .each = each };
	struct qmac_calibration *c;

	if (qmac_calibration_create(context, &spec, &c)) {
		tap_note("%s", qmac_context_message(context));
		exit(1);
	}
	return c;
}

static bool passed(int error)
{
	if (error)
		tap_note("%d: %s", error, qmac_context_message(context));
	return !error;
}

/* Elements of every size that fp32 has, or of a network's usual ones. */
static float *elements(struct rng *rng, size_t count, bool wild)
{
	float *x = malloc(count * sizeof(*x));
	size_t i;

	for (i = 0; i < count; i++) {
		float unit = (float)rng_in(rng, -1000000, 1000000) / 1000000;

		x[i] = wild ? ldexpf(unit, (int)rng_in(rng, -148, 127)) : unit * unit * unit * 7;
		if (rng_one_in(rng, 6))
			x[i] = rng_one_in(rng, 2) ? 0.0f : -0.0f;
	}
	return x;
}

/* The calibration of all elements in batches of random sizes, shown as often as needed. */
static struct qmac_calibration *watch(uint8_t calibrator, bool each, const float *x, size_t count,
				      struct rng *rng)
{
	struct qmac_calibration *c = make(calibrator, 0, each);
	uint64_t start = rng ? rng->state : 0;
	unsigned int pass;
	size_t at, size;

	for (pass = 1; pass <= qmac_calibration_passes(c); pass++) {
		if (rng) /* the same batches in both passes */
			rng->state = start;
		if (pass == 2 && !passed(qmac_calibration_next_pass(c)))
			exit(1);
		for (at = 0; at < count; at += size) {
			size = rng ? (size_t)rng_in(rng, 1, 900) : count;
			if (size > count - at)
				size = count - at;
			if (!passed(qmac_calibration_update(c, x + at, size)))
				exit(1);
		}
	}
	return c;
}

static bool same_state(const struct qmac_calibration *a, const struct qmac_calibration *b)
{
	size_t a_size, b_size;
	void *a_bytes, *b_bytes;
	bool same;

	if (!passed(qmac_calibration_encode(a, &a_bytes, &a_size)) ||
	    !passed(qmac_calibration_encode(b, &b_bytes, &b_size)))
		return false;
	same = a_size == b_size && !memcmp(a_bytes, b_bytes, a_size);
	free(a_bytes);
	free(b_bytes);
	return same;
}

/* Everything that can be chosen, in one buffer. */
struct choices {
	struct qmac_calibration_range range[10][3][2];
};

static void choose_all(const struct qmac_calibration *c, struct choices *out)
{
	static const uint8_t bits[] = { 3, 8 };
	struct qmac_calibration_method method = { 0 };
	unsigned int m, s, b;

	memset(out, 0, sizeof(*out));
	for (m = 0; m < 10; m++)
		for (s = 0; s < 3; s++)
			for (b = 0; b < 2; b++) {
				method.method = (uint8_t)m;
				method.scheme = (uint8_t)s;
				method.bits = bits[b];
				qmac_calibration_choose(c, &method, &out->range[m][s][b]);
			}
}

struct filter {
	const char *name;
	uint64_t counts[10];
	bool as_written;
	size_t left, right;
	double coverage;
};

/* The source's filter and its correction, worked by hand. */
static const struct filter filters[] = {
	{ "a tail", { 1, 0, 0, 50, 200, 500, 200, 48, 0, 1 }, true, 3, 7, .95 },
	{ "a tail", { 1, 0, 0, 50, 200, 500, 200, 48, 0, 1 }, false, 3, 8, .998 },
	{ "equal bins", { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, true, 0, 9, .9 },
	{ "equal bins", { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, false, 0, 10, 1 },
	{ "a spike", { 0, 0, 0, 0, 0, 7, 0, 0, 0, 0 }, true, 5, 5, 0 },
	{ "a spike", { 0, 0, 0, 0, 0, 7, 0, 0, 0, 0 }, false, 5, 6, 1 },
};

static void test_filters(void)
{
	size_t i, k, left, right;

	for (i = 0; i < COUNT(filters); i++) {
		const struct filter *f = &filters[i];
		double inside = 0, total = 0;

		if (!passed(qmac_two_pointer(context, f->counts, 10, .99, f->as_written, &left,
					     &right)))
			continue;
		for (k = 0; k < 10; k++) {
			total += (double)f->counts[k];
			inside += k >= left && k < right ? (double)f->counts[k] : 0;
		}
		if (!tap_ok(left == f->left && right == f->right &&
				    fabs(inside / total - f->coverage) < 1e-12,
			    "two pointers on %s, as %s", f->name,
			    f->as_written ? "written" : "corrected"))
			tap_note("[%zu, %zu) coverage %g", left, right, inside / total);
	}
}

/* Edges -5 to 5: the scales that the source's rule makes of both results. */
static void test_filter_scales(void)
{
	static const float want[] = { .0236220472f, .0157480315f };
	struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	struct qmac_quant_params params;
	size_t i, left, right;
	float lo, hi;

	for (i = 0; i < 2; i++) {
		qmac_two_pointer(context, filters[0].counts, 10, .99, i, &left, &right);
		lo = (float)left - 5;
		hi = (float)right - 5;
		qmac_quant_params_init(context, &params, QMAC_TYPE_S8, 1);
		qmac_quant_choose(context, &spec, &lo, &hi, &params);
		tap_ok(fabsf(params.scale[0] - want[i]) < 1e-9f, "scale %.9g of edges %g to %g",
		       params.scale[0], lo, hi);
		qmac_quant_params_release(&params);
	}
}

/* The bins, against division in double. */
static void test_bins(struct rng *rng)
{
	size_t count = 20000, i, k;
	float *x = elements(rng, count, true), least = INFINITY, greatest = 0;
	struct qmac_calibration *c = watch(QMAC_CALIBRATOR_OWN, false, x, count, rng);
	struct qmac_calibration_stats stats;
	uint64_t *counts, *naive;
	double *edges, width;
	bool pass = true;

	qmac_calibration_stats(c, &stats);
	edges = malloc((stats.bins + 1) * sizeof(*edges));
	counts = malloc(stats.bins * sizeof(*counts));
	naive = calloc(stats.bins, sizeof(*naive));
	qmac_calibration_bins(c, edges, counts);
	width = edges[1] - edges[0];
	for (i = 0; i < count; i++) {
		least = fminf(least, x[i]);
		greatest = fmaxf(greatest, fabsf(x[i]));
		/* Mirrored: a bin of negative numbers has its right edge, not its left. */
		k = (size_t)((x[i] < 0 ? ceil(x[i] / width) - 1 : floor(x[i] / width)) -
			     edges[0] / width);
		pass = pass && k < stats.bins;
		naive[k < stats.bins ? k : 0]++;
	}
	for (k = 0; k < stats.bins; k++)
		pass = pass && naive[k] == counts[k];
	tap_ok(pass && stats.min == least, "%zu bins of elements of every size", stats.bins);
	tap_ok(frexp(width, &(int){ 0 }) == .5 && greatest >= width * 1024 &&
		       greatest < width * 2048,
	       "their width is a power of two that uses half of them or more");
	free(edges);
	free(counts);
	free(naive);
	qmac_calibration_destroy(c);
	free(x);
}

static void shuffle(struct rng *rng, float *x, size_t count)
{
	for (; count > 1; count--) {
		size_t other = (size_t)rng_in(rng, 0, (int64_t)count - 1);
		float moved = x[count - 1];

		x[count - 1] = x[other];
		x[other] = moved;
	}
}

/* Splits into parts of random sizes, merges the parts in random order. */
static struct qmac_calibration *in_parts(struct rng *rng, const float *x, size_t count)
{
	struct qmac_calibration *part[8];
	size_t parts = (size_t)rng_in(rng, 1, 8), i, at = 0;

	for (i = 0; i < parts; i++) {
		size_t size =
			i + 1 < parts ? (size_t)rng_in(rng, 0, (int64_t)(count - at)) : count - at;

		part[i] = watch(QMAC_CALIBRATOR_OWN, false, x + at, size, rng);
		at += size;
	}
	while (parts > 1) {
		size_t from = (size_t)rng_in(rng, 0, (int64_t)parts - 1), into = 0;
		struct qmac_calibration *moved = part[from];

		part[from] = part[--parts];
		into = (size_t)rng_in(rng, 0, (int64_t)parts - 1);
		if (!passed(qmac_calibration_merge(part[into], moved)))
			exit(1);
		qmac_calibration_destroy(moved);
	}
	return part[0];
}

static void test_order(struct rng *rng, bool wild)
{
	static struct choices want, got;
	struct qmac_calibration *whole, *other;
	size_t count = 6000, round;
	float *x = elements(rng, count, wild);
	bool bytes = true, ranges = true;

	whole = watch(QMAC_CALIBRATOR_OWN, false, x, count, NULL);
	choose_all(whole, &want);
	for (round = 0; round < 12; round++) {
		shuffle(rng, x, count);
		other = in_parts(rng, x, count);
		bytes = bytes && same_state(whole, other);
		if (round == 0 || !bytes) { /* a function of the bytes: once is enough */
			choose_all(other, &got);
			ranges = ranges && !memcmp(&want, &got, sizeof(want));
		}
		qmac_calibration_destroy(other);
	}
	tap_ok(bytes, "%s elements: split, shuffled and merged, the bytes are the same",
	       wild ? "wild" : "usual");
	tap_ok(ranges, "%s elements: and all ranges", wild ? "wild" : "usual");
	qmac_calibration_destroy(whole);
	free(x);
}

/* Two-pass calibrators in parts: ranges merged, then counts. */
static void test_two_passes(struct rng *rng)
{
	static const uint8_t kinds[] = {
		QMAC_CALIBRATOR_TWO_POINTER,	QMAC_CALIBRATOR_NCNN_KL,
		QMAC_CALIBRATOR_PPQ_KL,		QMAC_CALIBRATOR_ORT_ENTROPY,
		QMAC_CALIBRATOR_ORT_PERCENTILE, QMAC_CALIBRATOR_ORT_PERCENTILE_ASYMMETRIC
	};
	size_t count = 4000, half = 1700, i;
	float *x = elements(rng, count, false);

	for (i = 0; i < COUNT(kinds); i++) {
		struct qmac_calibration *whole = watch(kinds[i], false, x, count, rng);
		struct qmac_calibration *a = make(kinds[i], 0, false),
					*b = make(kinds[i], 0, false);
		bool pass = passed(qmac_calibration_update(a, x, half)) &&
			    passed(qmac_calibration_update(b, x + half, count - half)) &&
			    passed(qmac_calibration_merge(a, b));
		size_t size;
		void *bytes;

		qmac_calibration_destroy(b);
		pass = pass && passed(qmac_calibration_encode(a, &bytes, &size)) &&
		       passed(qmac_calibration_decode(context, bytes, size, &b));
		free(bytes);
		pass = pass && passed(qmac_calibration_next_pass(a)) &&
		       passed(qmac_calibration_next_pass(b)) &&
		       passed(qmac_calibration_update(b, x, half)) &&
		       passed(qmac_calibration_update(a, x + half, count - half)) &&
		       passed(qmac_calibration_merge(a, b));
		tap_ok(pass && same_state(a, whole), "%s: both passes in parts",
		       qmac_calibrator_name(kinds[i]));
		qmac_calibration_destroy(a);
		qmac_calibration_destroy(b);
		qmac_calibration_destroy(whole);
	}
	free(x);
}

/* A state that was encoded and decoded goes on as if nothing had happened. */
static void test_resume(struct rng *rng)
{
	size_t count = 3000, at, size;
	float *x = elements(rng, count, false);
	struct qmac_calibration *c, *plain;
	unsigned int kind, pass;
	bool each;
	void *bytes;

	for (kind = 0; qmac_calibrator_name(kind); kind++) {
		each = kind == QMAC_CALIBRATOR_ORT_ENTROPY ||
		       kind == QMAC_CALIBRATOR_ORT_PERCENTILE;
		c = make((uint8_t)kind, 0, each);
		plain = make((uint8_t)kind, 0, each);
		for (pass = 1; pass <= qmac_calibration_passes(plain); pass++) {
			if (pass == 2 &&
			    (qmac_calibration_next_pass(plain) || qmac_calibration_next_pass(c)))
				break;
			for (at = 0; at < count; at += 500) {
				qmac_calibration_update(plain, x + at, 500);
				qmac_calibration_update(c, x + at, 500);
				if (at == 1000 && pass == 1)
					qmac_calibration_step(plain, .25f);
				if (at == 1000 && pass == 1)
					qmac_calibration_step(c, .25f);
				if (!passed(qmac_calibration_encode(c, &bytes, &size)))
					return;
				qmac_calibration_destroy(c);
				if (!passed(qmac_calibration_decode(context, bytes, size, &c)))
					return;
				free(bytes);
			}
		}
		tap_ok(same_state(c, plain), "%s: saved and resumed after every batch",
		       qmac_calibrator_name(kind));
		qmac_calibration_destroy(c);
		qmac_calibration_destroy(plain);
	}
	free(x);
}

static uint64_t fnv(const unsigned char *bytes, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

/* Damage is found; where a valid checksum hides it, nothing worse than a wrong range. */
static void test_damage(struct rng *rng)
{
	float *x = elements(rng, 2000, false);
	struct qmac_calibration *c = watch(QMAC_CALIBRATOR_ORT_ENTROPY, true, x, 2000, rng), *bad;
	size_t size, i, accepted = 0;
	bool refused = true;
	unsigned char *bytes;
	uint64_t sum;
	struct qmac_calibration_range range;

	if (!passed(qmac_calibration_encode(c, (void **)&bytes, &size)))
		return;
	qmac_calibration_destroy(c);
	for (i = 0; i < size; i++) {
		bytes[i] ^= 1 << i % 8;
		refused = refused &&
			  qmac_calibration_decode(context, bytes, size, &bad) == -EINVAL &&
			  qmac_calibration_decode(context, bytes, i, &bad) == -EINVAL;
		sum = fnv(bytes, size - 8);
		memcpy(bytes + size - 8, &sum, 8);
		if (!qmac_calibration_decode(context, bytes, size, &bad)) {
			accepted++;
			qmac_calibration_choose(bad, NULL, &range);
			qmac_calibration_update(bad, x, 2000);
			qmac_calibration_choose(bad, NULL, &range);
			qmac_calibration_destroy(bad);
		}
		bytes[i] ^= 1 << i % 8;
		sum = fnv(bytes, size - 8);
		memcpy(bytes + size - 8, &sum, 8);
	}
	tap_ok(refused, "every damaged byte and every length is refused (%zu)", size);
	tap_note("with a new checksum %zu of them pass", accepted);
	free(bytes);
	free(x);
}

static void test_files(struct rng *rng)
{
	char directory[] = "/tmp/qmac-calibrate-XXXXXX", path[64], none[64];
	float *x = elements(rng, 2000, false);
	struct qmac_calibration *c = watch(QMAC_CALIBRATOR_OWN, false, x, 2000, rng), *again;

	if (!mkdtemp(directory))
		exit(1);
	snprintf(path, sizeof(path), "%s/state", directory);
	snprintf(none, sizeof(none), "%s/none/state", directory);
	if (tap_ok(passed(qmac_calibration_save(c, path)) &&
			   passed(qmac_calibration_load(context, path, &again)),
		   "saved and loaded")) {
		tap_ok(same_state(c, again), "the file holds the state");
		qmac_calibration_destroy(again);
	}
	tap_ok(qmac_calibration_save(c, none) == -ENOENT &&
		       strstr(qmac_context_message(context), none),
	       "a place that cannot be written is named");
	tap_ok(qmac_calibration_load(context, none, &again) == -ENOENT &&
		       strstr(qmac_context_message(context), none),
	       "a file that is not there is named");
	unlink(path);
	tap_ok(!rmdir(directory), "nothing else was left behind");
	qmac_calibration_destroy(c);
	free(x);
}

static bool range_is(const struct qmac_calibration *c, struct qmac_calibration_method method,
		     float lo, float hi)
{
	struct qmac_calibration_range range;

	if (!passed(qmac_calibration_choose(c, &method, &range)))
		return false;
	if (range.lo == lo && range.hi == hi)
		return true;
	tap_note("%s: %.9g to %.9g, want %.9g to %.9g", qmac_method_name(method.method), range.lo,
		 range.hi, lo, hi);
	return false;
}

/* 0 to 9999 in steps of one: percentiles are known but for the bin. */
static void test_percentiles(void)
{
	static float x[10000];
	struct qmac_calibration *c;
	struct qmac_calibration_method all = { .method = QMAC_METHOD_PERCENTILE,
					       .percentile = 100 };
	struct qmac_calibration_method most = all, one = all;
	size_t i;

	for (i = 0; i < COUNT(x); i++)
		x[i] = (float)i - 5000;
	c = watch(QMAC_CALIBRATOR_OWN, false, x, COUNT(x), NULL);
	/* 8-wide bins: -5000 lies in (-5008, -5000] less one, 100 cut off are -5000 ... -4901. */
	tap_ok(range_is(c, all, -5000, 4999), "100 per cent are all");
	most.percentile = 98;
	tap_ok(range_is(c, most, -4904, 4900), "98 per cent");
	one.percentile = 98;
	one.one_sided = true;
	tap_ok(range_is(c, one, -4904, 4904), "98 per cent of magnitudes");
	one.percentile = 1e-9;
	tap_ok(range_is(c, one, 0, 0), "all but one: the zero stays");
	qmac_calibration_destroy(c);
	for (i = 0; i < 1000; i++)
		x[i] = i ? 1 : 1e6f;
	c = watch(QMAC_CALIBRATOR_OWN, false, x, 1000, NULL);
	one.percentile = 99.9;
	tap_ok(range_is(c, one, 1, 512), "99.9 per cent of 1000 magnitudes are 999");
	qmac_calibration_destroy(c);
	c = watch(QMAC_CALIBRATOR_OWN, false, x, 999, NULL);
	tap_ok(range_is(c, one, 1, 1e6), "of 999 they are all");
	qmac_calibration_destroy(c);
}

/* Few distinct values, the greater ones rare: nothing may look perfect by being cut off. */
static void test_pixels(void)
{
	static const unsigned int methods[] = { QMAC_METHOD_KL, QMAC_METHOD_MSE,
						QMAC_METHOD_COSINE };
	struct qmac_calibration_method method = { 0 };
	struct qmac_calibration_range range;
	struct qmac_calibration *c;
	static float x[4096];
	size_t i;

	for (i = 0; i < COUNT(x); i++)
		x[i] = (float)(i % 17) / 16;
	c = watch(QMAC_CALIBRATOR_OWN, false, x, COUNT(x), NULL);
	for (i = 0; i < COUNT(methods); i++)
		for (method.bits = 3; method.bits <= 8; method.bits++) {
			bool good;

			method.method = methods[i];
			good = passed(qmac_calibration_choose(c, &method, &range));
			tap_ok(good && range.hi >= 13.0f / 16,
			       "%s at %u bits keeps the pixels, up to %g",
			       qmac_method_name(method.method), method.bits, range.hi);
		}
	qmac_calibration_destroy(c);
}

static void test_average(void)
{
	static const float batch[3][2] = { { -1, 2 }, { -3, 1 }, { -2, 6 } };
	struct qmac_calibration_method average = { .method = QMAC_METHOD_AVERAGE };
	struct qmac_calibration *c = make(QMAC_CALIBRATOR_OWN, 0, false);
	struct qmac_calibration *part = make(QMAC_CALIBRATOR_OWN, 0, false);
	struct qmac_calibration_range range;

	tap_ok(qmac_calibration_step(c, .5f) == -ENODATA, "a step of nothing");
	qmac_calibration_update(c, batch[0], 2);
	tap_ok(qmac_calibration_choose(c, &average, &range) == -ENODATA, "no step, no average");
	tap_ok(qmac_calibration_step(c, 1.5f) == -EINVAL &&
		       qmac_calibration_step(c, NAN) == -EINVAL,
	       "a constant beyond 1");
	qmac_calibration_step(c, .01f);
	tap_ok(range_is(c, average, -1, 2), "the first step sets it");
	/* -1 + .5 (-3 + 1) = -2; 2 + .5 (6 - 2) = 4: a step of two parts */
	qmac_calibration_update(c, batch[1], 2);
	qmac_calibration_update(part, batch[2], 2);
	tap_ok(passed(qmac_calibration_merge(c, part)) && passed(qmac_calibration_step(c, .5f)) &&
		       range_is(c, average, -2, 4),
	       "the second moves it by the constant");
	tap_ok(range_is(c, (struct qmac_calibration_method){ 0 }, -3, 6),
	       "the range of all is still there");
	tap_ok(qmac_calibration_merge(part, c) == -EINVAL &&
		       strstr(qmac_context_message(context), "steps"),
	       "an average is not merged into another");
	qmac_calibration_destroy(c);
	qmac_calibration_destroy(part);
}

/* Constant tensors, zeros, one element, subnormals: finite, whatever the method. */
static void test_degenerate(void)
{
	static const struct {
		const char *name;
		float x[4];
	} cases[] = {
		{ "zeros", { 0, -0.0f, 0, 0 } },
		{ "a constant", { 3, 3, 3, 3 } },
		{ "a negative constant", { -3, -3, -3, -3 } },
		{ "subnormals", { 1e-45f, -1e-45f, 3e-45f, 0 } },
		{ "all of fp32", { FLT_MAX, -FLT_MAX, 1e-45f, 1 } },
	};
	struct qmac_calibration_method method = { 0 };
	struct qmac_calibration_range range;
	unsigned int kind, m, s;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		bool pass = true;

		for (kind = 0; qmac_calibrator_name(kind); kind++) {
			struct qmac_calibration *c = make((uint8_t)kind, 0, false);
			int error = qmac_calibration_update(c, cases[i].x, 4);

			if (!error && qmac_calibration_passes(c) == 2) {
				error = qmac_calibration_next_pass(c);
				if (!error)
					error = qmac_calibration_update(c, cases[i].x, 4);
			}
			for (m = 0; m < (kind <= QMAC_CALIBRATOR_TWO_POINTER ? 10u : 1u); m++)
				for (s = 0; s < 3 && !error; s++) {
					method.method = (uint8_t)m;
					method.scheme = (uint8_t)s;
					if (qmac_calibration_choose(c, &method, &range))
						continue;
					if (!(isfinite(range.lo) && isfinite(range.hi) &&
					      range.lo <= range.hi && isfinite(range.scale) &&
					      isfinite(range.score) && range.coverage >= 0 &&
					      range.coverage <= 1)) {
						tap_note("%s, %s: %g to %g, scale %g, score %g, "
							 "coverage %g",
							 qmac_calibrator_name(kind),
							 qmac_method_name(m), range.lo, range.hi,
							 range.scale, range.score, range.coverage);
						pass = false;
					}
				}
			qmac_calibration_destroy(c);
		}
		tap_ok(pass, "%s: finite ranges or a refusal", cases[i].name);
	}
}

static void test_refusals(void)
{
	const float bad[] = { 1, NAN, INFINITY };
	struct qmac_calibration *c, *none, *copy;
	struct qmac_calibration_spec spec = { .calibrator = 12 };
	struct qmac_calibration_range range = { .lo = 99 };
	struct qmac_calibration_method method = { 0 };

	tap_ok(qmac_calibration_create(context, &spec, &none) == -EINVAL, "no such calibrator");
	spec = (struct qmac_calibration_spec){ .bins = 1000 };
	tap_ok(qmac_calibration_create(context, &spec, &none) == -EINVAL &&
		       strstr(qmac_context_message(context), "1000"),
	       "bins that are no power of two");
	spec = (struct qmac_calibration_spec){ .calibrator = QMAC_CALIBRATOR_NCNN_KL,
					       .bins = 4096 };
	tap_ok(qmac_calibration_create(context, &spec, &none) == -EINVAL, "other bins than ncnn's");
	spec = (struct qmac_calibration_spec){ .each = true };
	tap_ok(qmac_calibration_create(context, &spec, &none) == -EINVAL, "each, for ours");
	c = make(QMAC_CALIBRATOR_OWN, 0, false);
	copy = make(QMAC_CALIBRATOR_OWN, 0, false);
	tap_ok(qmac_calibration_choose(c, NULL, &range) == -ENODATA && range.lo == 99,
	       "no elements");
	tap_ok(qmac_calibration_update(c, bad, 2) == -EDOM &&
		       strstr(qmac_context_message(context), "element 1 is NaN"),
	       "NaN, with its index");
	tap_ok(qmac_calibration_update(c, bad, 1) == 0 &&
		       qmac_calibration_update(c, bad + 2, 1) == -EDOM &&
		       strstr(qmac_context_message(context), "element 0 is infinite"),
	       "infinity, with its index");
	qmac_calibration_update(copy, bad, 1);
	tap_ok(same_state(c, copy), "refused batches leave no trace");
	method.percentile = NAN;
	tap_ok(qmac_calibration_choose(c, &method, &range) == -EINVAL, "percentile NaN");
	method.percentile = 100.5;
	tap_ok(qmac_calibration_choose(c, &method, &range) == -EINVAL, "percentile beyond 100");
	method.percentile = 0;
	method.bits = 17;
	tap_ok(qmac_calibration_choose(c, &method, &range) == -EINVAL, "17 bits");
	method.bits = 0;
	method.method = 10;
	tap_ok(qmac_calibration_choose(c, &method, &range) == -EINVAL, "no such method");
	method.method = 0;
	method.coverage = 1;
	tap_ok(qmac_calibration_choose(c, &method, &range) == -EINVAL, "coverage of all");
	tap_ok(qmac_calibration_next_pass(c) == -EINVAL, "a second pass that is not needed");
	tap_ok(qmac_calibration_merge(c, c) == -EINVAL, "merged with itself");
	qmac_calibration_destroy(copy);
	copy = make(QMAC_CALIBRATOR_OWN, 4096, false);
	tap_ok(qmac_calibration_merge(c, copy) == -EINVAL, "merged with other bins");
	qmac_calibration_destroy(copy);
	qmac_calibration_destroy(c);
}

static void test_second_pass(void)
{
	const float x[] = { 1, -2, 3 }, more[] = { 4 };
	struct qmac_calibration *c = make(QMAC_CALIBRATOR_NCNN_KL, 0, false);
	struct qmac_calibration_range range;

	tap_ok(qmac_calibration_next_pass(c) == -ENODATA, "a second pass after none");
	qmac_calibration_update(c, x, 3);
	tap_ok(qmac_calibration_choose(c, NULL, &range) == -ENODATA, "no second pass yet");
	qmac_calibration_next_pass(c);
	tap_ok(qmac_calibration_update(c, more, 1) == -ERANGE, "an element that was not there");
	qmac_calibration_update(c, x, 2);
	tap_ok(qmac_calibration_choose(c, NULL, &range) == -ENODATA &&
		       strstr(qmac_context_message(context), "2 elements of 3"),
	       "an element that is missing");
	tap_ok(qmac_calibration_update(c, x, 3) == -ERANGE, "elements that are too many");
	tap_ok(!qmac_calibration_update(c, x + 2, 1) && !qmac_calibration_choose(c, NULL, &range),
	       "complete");
	qmac_calibration_destroy(c);
}

static void test_nan_as_zero(void)
{
	const float x[] = { NAN, 1, -NAN, 0 };
	struct qmac_calibration_spec spec = { .nan = QMAC_NAN_ZERO };
	struct qmac_calibration_stats stats;
	struct qmac_calibration *c;

	qmac_calibration_create(context, &spec, &c);
	tap_ok(passed(qmac_calibration_update(c, x, 4)), "NaN passes when asked");
	qmac_calibration_stats(c, &stats);
	tap_ok(stats.count == 4 && stats.zeros == 3 && stats.nans == 2 && stats.min == 0 &&
		       stats.max == 1,
	       "and counts as zero");
	qmac_calibration_destroy(c);
}

/* Everything that computes, of every kind. */
struct outcome {
	struct choices own;
	struct qmac_calibration_range other[16][2];
};

static void compute(const float *x, size_t count, struct outcome *out)
{
	struct rng rng = { 5 };
	unsigned int kind, each;

	memset(out, 0, sizeof(*out));
	for (kind = 0; qmac_calibrator_name(kind); kind++) {
		for (each = 0; each < 2; each++) {
			struct qmac_calibration_spec spec = { .calibrator = (uint8_t)kind,
							      .each = each };
			struct qmac_calibration *c;

			if (qmac_calibration_create(context, &spec, &c))
				continue;
			qmac_calibration_destroy(c);
			c = watch((uint8_t)kind, each, x, count, &rng);
			if (kind == QMAC_CALIBRATOR_OWN) {
				qmac_calibration_step(c, .01f);
				choose_all(c, &out->own);
			} else {
				qmac_calibration_choose(c, NULL, &out->other[kind][each]);
			}
			qmac_calibration_destroy(c);
		}
	}
}

static void test_modes(struct rng *rng)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	static const char *const names[] = { "upward", "downward", "toward zero" };
	static struct outcome want, got;
	size_t count = 3000, i;
	float *x = elements(rng, count, false);
	bool kept;

	for (i = 0; i < 50; i++)
		x[i] = ldexpf((float)rng_in(rng, -3000, 3000), -149);
	shuffle(rng, x, count);
	compute(x, count, &want);
	for (i = 0; i < 3; i++) {
		fesetround(modes[i]);
		feclearexcept(FE_ALL_EXCEPT);
		compute(x, count, &got);
		kept = fegetround() == modes[i] && !fetestexcept(FE_ALL_EXCEPT);
		fesetround(FE_TONEAREST);
		tap_ok(!memcmp(&want, &got, sizeof(want)), "same results when rounding %s",
		       names[i]);
		tap_ok(kept, "rounding %s and exception flags are left alone", names[i]);
	}
#if defined(__SSE2__)
	{
		unsigned int csr = _mm_getcsr();

		_mm_setcsr(csr | 0x8040); /* flush to zero, denormals are zero */
		compute(x, count, &got);
		kept = _mm_getcsr() & 0x8040;
		_mm_setcsr(csr);
		tap_ok(!memcmp(&want, &got, sizeof(want)) && kept,
		       "same results with flush to zero and denormals are zero");
	}
#endif
	free(x);
}

int main(int argc, char **argv)
{
	struct rng rng = { argc > 1 ? strtoull(argv[1], NULL, 0) : 1 };

	tap_note("seed %" PRIu64, rng.state);
	if (qmac_context_create(&context))
		return 1;
	test_filters();
	test_filter_scales();
	test_bins(&rng);
	test_order(&rng, false);
	test_order(&rng, true);
	test_two_passes(&rng);
	test_resume(&rng);
	test_damage(&rng);
	test_files(&rng);
	test_percentiles();
	test_pixels();
	test_average();
	test_degenerate();
	test_refusals();
	test_second_pass();
	test_nan_as_zero();
	test_modes(&rng);
	qmac_context_destroy(context);
	return tap_done();
}
