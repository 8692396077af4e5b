// SPDX-License-Identifier: MIT
/* Granularity: group = tensor and group = channel are the same bits; tails; bad input. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define MOST 512

static struct qmac_context *context;

/* All that a granularity gives for a tensor. */
struct result {
	size_t count;
	float scale[MOST];
	int32_t zero_point[MOST];
	uint8_t q[2 * MOST];
	float back[MOST];
};

static bool compute(const struct qmac_granularity *granularity, const struct qmac_quant_spec *spec,
		    const float *x, struct result *out)
{
	struct qmac_quant_params params;
	int error;

	memset(out, 0, sizeof(*out));
	error = qmac_group_minmax(context, spec, x, granularity, QMAC_NAN_ERROR, &params);
	if (error) {
		tap_note("%s", qmac_context_message(context));
		return false;
	}
	out->count = params.channels;
	memcpy(out->scale, params.scale, params.channels * sizeof(*params.scale));
	memcpy(out->zero_point, params.zero_point, params.channels * sizeof(*params.zero_point));
	error = qmac_group_quantize(context, &params, granularity, x, out->q, NULL);
	if (!error)
		error = qmac_group_dequantize(context, &params, granularity, out->q, out->back);
	qmac_quant_params_release(&params);
	return !error;
}

static struct qmac_granularity of(const size_t *dims, unsigned int rank, unsigned int grain,
				  int axis, size_t group)
{
	struct qmac_granularity granularity = { .group = 0 };

	if (qmac_granularity_of(context, dims, rank, grain, axis, group, &granularity))
		tap_note("%s", qmac_context_message(context));
	return granularity;
}

static bool same(const struct qmac_granularity *a, const struct qmac_granularity *b,
		 const struct qmac_quant_spec *spec, const float *x)
{
	static struct result one, other;

	return compute(a, spec, x, &one) && compute(b, spec, x, &other) &&
	       !memcmp(&one, &other, sizeof(one));
}

static void fill(struct rng *rng, float *x, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		x[i] = ldexpf((float)rng_in(rng, -1000000, 1000000), (int)rng_in(rng, -24, -16));
}

/* E4: one group is per tensor, groups of one are per channel. */
static void test_equalities(uint64_t seed)
{
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S16, QMAC_TYPE_S4 };
	bool whole = true, one = true, row = true, flat = true;
	struct rng rng = { seed };
	unsigned int round;
	float x[MOST];

	for (round = 0; round < 500; round++) {
		const size_t dims[] = { (size_t)rng_in(&rng, 1, 8), (size_t)rng_in(&rng, 1, 8),
					(size_t)rng_in(&rng, 1, 8) };
		const struct qmac_quant_spec spec = { .type = types[rng_in(&rng, 0, 3)],
						      .scheme = (uint8_t)rng_in(&rng, 0, 2) };
		int axis = (int)rng_in(&rng, 0, 2);
		size_t total = dims[0] * dims[1] * dims[2];
		struct qmac_granularity tensor = of(dims, 3, QMAC_GRAIN_TENSOR, 0, 0);
		struct qmac_granularity channel = of(dims, 3, QMAC_GRAIN_CHANNEL, axis, 0);
		struct qmac_granularity rows = of(dims, 3, QMAC_GRAIN_ROW, 0, 0);
		struct qmac_granularity groups;

		fill(&rng, x, total);
		groups = of(dims, 3, QMAC_GRAIN_GROUP, axis, dims[axis] + round % 3);
		whole = whole && same(&tensor, &groups, &spec, x);
		groups = of(dims, 3, QMAC_GRAIN_GROUP, axis, 1);
		one = one && same(&channel, &groups, &spec, x);
		groups = of(dims, 3, QMAC_GRAIN_BLOCK, 2, dims[2]);
		row = row && same(&rows, &groups, &spec, x);
		groups = of(&total, 1, QMAC_GRAIN_BLOCK, 0, total);
		flat = flat && same(&tensor, &groups, &spec, x);
	}
	tap_ok(whole, "E4: one group is per tensor, seed %llu", (unsigned long long)seed);
	tap_ok(one, "E4: groups of one are per channel");
	tap_ok(row, "a block as long as the last axis is per row");
	tap_ok(flat, "a block as long as the tensor is per tensor");
}

/* Which parameters an element has, straight from the header's formula. */
static size_t param_of(const struct qmac_granularity *g, size_t element)
{
	size_t inner = g->extent.inner, channels = g->extent.channels;
	size_t i = element % inner, c = element / inner % channels, o = element / inner / channels;
	size_t groups = (channels + g->group - 1) / g->group;

	return g->blocks ? (o * groups + c / g->group) * inner + i : c / g->group;
}

/* Any shape: each element is quantized with the parameters of its group, tails too. */
static void test_formula(uint64_t seed)
{
	static struct result result;
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8,
					      .scheme = QMAC_SCHEME_ASYMMETRIC };
	struct rng rng = { seed };
	unsigned int round;
	bool pass = true;
	size_t i;

	for (round = 0; round < 500 && pass; round++) {
		struct qmac_granularity g = {
			.extent = { (size_t)rng_in(&rng, 1, 6), (size_t)rng_in(&rng, 1, 10),
				    (size_t)rng_in(&rng, 1, 6) },
			.group = (size_t)rng_in(&rng, 1, 11),
			.blocks = rng_one_in(&rng, 2),
		};
		size_t total = g.extent.outer * g.extent.channels * g.extent.inner;
		float x[MOST], lo[MOST], hi[MOST];

		fill(&rng, x, total);
		for (i = 0; i < MOST; i++) {
			lo[i] = INFINITY;
			hi[i] = -INFINITY;
		}
		for (i = 0; i < total; i++) {
			lo[param_of(&g, i)] = fminf(lo[param_of(&g, i)], x[i]);
			hi[param_of(&g, i)] = fmaxf(hi[param_of(&g, i)], x[i]);
		}
		pass = compute(&g, &spec, x, &result) && result.count == qmac_granularity_count(&g);
		for (i = 0; i < total && pass; i++) {
			size_t p = param_of(&g, i);
			struct qmac_quant_params one = { .type = QMAC_TYPE_S8, .channels = 1 };
			const struct qmac_extent single = { 1, 1, 1 };
			int32_t zero_point;
			float scale;
			int8_t q;

			one.scale = &scale;
			one.zero_point = &zero_point;
			pass = !qmac_quant_choose(context, &spec, &lo[p], &hi[p], &one) &&
			       !qmac_quantize(context, &one, &single, &x[i], &q, NULL) &&
			       scale == result.scale[p] && (int8_t)result.q[i] == q;
		}
		if (!pass)
			tap_note("outer %zu channels %zu inner %zu group %zu blocks %d",
				 g.extent.outer, g.extent.channels, g.extent.inner, g.group,
				 g.blocks);
	}
	tap_ok(pass, "elements have the parameters of the formula, seed %llu",
	       (unsigned long long)seed);
}

static void test_tails(void)
{
	static const size_t dims[] = { 2, 5 };
	static const float x[] = { 1, -2, 3, -4, 127, 10, 20, -30, 40, -254 };
	static const float blocks[] = { 2 / 127.f, 4 / 127.f, 1, 20 / 127.f, 40 / 127.f, 2 };
	static const float groups[] = { 20 / 127.f, 40 / 127.f, 2 };
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	struct qmac_granularity g = of(dims, 2, QMAC_GRAIN_BLOCK, 1, 2);
	static struct result result;

	tap_ok(compute(&g, &spec, x, &result) && result.count == 6 &&
		       !memcmp(result.scale, blocks, sizeof(blocks)),
	       "blocks of 2 along 5: the last has 1");
	g = of(dims, 2, QMAC_GRAIN_GROUP, 1, 2);
	tap_ok(compute(&g, &spec, x, &result) && result.count == 3 &&
		       !memcmp(result.scale, groups, sizeof(groups)) && result.back[9] == -254,
	       "groups of 2 of 5 channels: the last has 1");
}

static void refuse(const char *name, int got, int error, const char *part)
{
	if (!tap_ok(got == error && strstr(qmac_context_message(context), part), "refused: %s",
		    name))
		tap_note("%d: %s", got, qmac_context_message(context));
}

static void test_refusals(void)
{
	static const size_t dims[] = { 2, 3 }, none[] = { 2, 0 },
			    vast[] = { (size_t)1 << 40, (size_t)1 << 40 };
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	struct qmac_granularity g = { .group = 77 };
	float x[] = { 1, 2, 3, 4, NAN, 6 }, lo[6], hi[6], scale[2] = { 1, 1 };
	int32_t zero_point[2] = { 0 };
	struct qmac_quant_params params = { QMAC_TYPE_S8, -128, 127, 2, scale, zero_point, false };
	int8_t q[6] = { 99 };

	refuse("grain 5", qmac_granularity_of(context, dims, 2, 5, 0, 1, &g), -EINVAL, "grain 5");
	refuse("axis 2 of 2", qmac_granularity_of(context, dims, 2, QMAC_GRAIN_CHANNEL, 2, 1, &g),
	       -EINVAL, "axis 2");
	refuse("axis -1", qmac_granularity_of(context, dims, 2, QMAC_GRAIN_BLOCK, -1, 1, &g),
	       -EINVAL, "axis -1");
	refuse("axis of a number",
	       qmac_granularity_of(context, NULL, 0, QMAC_GRAIN_CHANNEL, 0, 1, &g), -EINVAL,
	       "single number");
	refuse("group 0", qmac_granularity_of(context, dims, 2, QMAC_GRAIN_GROUP, 0, 0, &g),
	       -EINVAL, "groups of 0");
	refuse("vast shape", qmac_granularity_of(context, vast, 2, QMAC_GRAIN_TENSOR, 0, 0, &g),
	       -EOVERFLOW, "dimension 1");
	tap_ok(g.group == 77, "and nothing is stored");
	tap_ok(!qmac_granularity_of(context, NULL, 0, QMAC_GRAIN_ROW, 0, 0, &g) &&
		       qmac_granularity_count(&g) == 1,
	       "a single number is one row");
	g = of(none, 2, QMAC_GRAIN_TENSOR, 0, 0);
	refuse("empty tensor", qmac_group_minmax(context, &spec, x, &g, QMAC_NAN_ERROR, &params),
	       -EINVAL, "empty");
	g = of(none, 2, QMAC_GRAIN_ROW, 0, 0);
	tap_ok(!qmac_group_quantize(context, &params, &g, x, q, NULL) && q[0] == 99,
	       "an empty tensor is quantized to nothing");
	g = of(dims, 2, QMAC_GRAIN_BLOCK, 1, 2);
	refuse("NaN", qmac_group_range(context, x, &g, QMAC_NAN_ERROR, lo, hi), -EDOM,
	       "element 4 is NaN");
	tap_ok(!qmac_group_range(context, x, &g, QMAC_NAN_ZERO, lo, hi) && lo[2] == 0 && hi[2] == 4,
	       "NaN counts as 0 when asked");
	x[4] = -INFINITY;
	refuse("infinity", qmac_group_range(context, x, &g, QMAC_NAN_ZERO, lo, hi), -EDOM,
	       "element 4 is infinite");
	refuse("2 parameters for 4 blocks", qmac_group_quantize(context, &params, &g, x, q, NULL),
	       -EINVAL, "parameters for 2 channels, tensor with 4");
	g.group = 0;
	refuse("quantize by 0", qmac_group_quantize(context, &params, &g, x, q, NULL), -EINVAL,
	       "groups of 0");
	refuse("range by 0", qmac_group_range(context, x, &g, QMAC_NAN_ZERO, lo, hi), -EINVAL,
	       "groups of 0");
	refuse("minmax by 0", qmac_group_minmax(context, &spec, x, &g, QMAC_NAN_ZERO, &params),
	       -EINVAL, "groups of 0");
	refuse("dequantize by 0", qmac_group_dequantize(context, &params, &g, q, lo), -EINVAL,
	       "groups of 0");
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;

	if (qmac_context_create(&context))
		return 1;
	test_equalities(seed);
	test_formula(seed);
	test_tails();
	test_refusals();
	qmac_context_destroy(context);
	return tap_done();
}
