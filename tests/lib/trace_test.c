// SPDX-License-Identifier: MIT
/* Traced steps against what quantization does: every type, rounding, tool and instruction set. */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define MOST 600

static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S16, QMAC_TYPE_U16,
				 QMAC_TYPE_S4, QMAC_TYPE_U4, QMAC_TYPE_S2,  QMAC_TYPE_U2 };

static const uint8_t roundings[] = { QMAC_ROUND_EVEN,	   QMAC_ROUND_UP,	QMAC_ROUND_AWAY,
				     QMAC_ROUND_TRUNCATE,  QMAC_ROUND_FLOOR,	QMAC_ROUND_CEIL,
				     QMAC_ROUND_HALF_DOWN, QMAC_ROUND_HALF_ZERO };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct qmac_context *context;

/* One tensor with random parameters and options. */
struct trial {
	size_t dims[3], count, parts;
	struct qmac_granularity granularity;
	struct qmac_quant_params params;
	float scale[MOST], multiplier[MOST], x[MOST], back[MOST];
	int32_t zero_point[MOST];
	struct qmac_quantize_options options;
	uint16_t q[MOST];
};

static float power(struct rng *rng, int lo, int hi)
{
	return ldexpf(1 + (float)rng_in(rng, 0, 1 << 20) * 0x1p-20f, (int)rng_in(rng, lo, hi));
}

static void make_shape(struct rng *rng, struct trial *t)
{
	unsigned int grain = (unsigned int)rng_in(rng, 0, QMAC_GRAIN_BLOCK);

	for (size_t i = 0; i < 3; i++)
		t->dims[i] = (size_t)rng_in(rng, 1, 8);
	t->count = t->dims[0] * t->dims[1] * t->dims[2];
	qmac_granularity_of(context, t->dims, 3, grain, (int)rng_in(rng, 0, 2),
			    (size_t)rng_in(rng, 1, 5), &t->granularity);
	t->parts = qmac_granularity_count(&t->granularity);
}

static void make_params(struct rng *rng, struct trial *t)
{
	int32_t lo = 0, hi = 0;

	t->params = (struct qmac_quant_params){
		.type = types[rng_in(rng, 0, COUNT(types) - 1)],
		.channels = rng_one_in(rng, 4) ? 1 : t->parts,
		.scale = t->scale,
		.zero_point = t->zero_point,
		.zero_free = rng_one_in(rng, 6),
	};
	qmac_type_range(t->params.type, &lo, &hi);
	t->params.q_min = lo + (int32_t)rng_one_in(rng, 2);
	t->params.q_max = hi - (int32_t)rng_one_in(rng, 4);
	for (size_t i = 0; i < t->params.channels; i++) {
		t->scale[i] = rng_one_in(rng, 8)   ? power(rng, -126, 120)
			      : rng_one_in(rng, 2) ? ldexpf(1, (int)rng_in(rng, -8, 8))
						   : power(rng, -12, 12);
		t->multiplier[i] = rng_one_in(rng, 2) ? 1 / t->scale[i] : power(rng, -8, 8);
		t->zero_point[i] = t->params.zero_free ? (int32_t)rng_in(rng, -(1 << 21), 1 << 21)
						       : (int32_t)rng_in(rng, lo, hi);
	}
	t->options = (struct qmac_quantize_options){
		.rounding = roundings[rng_in(rng, 0, COUNT(roundings) - 1)],
		.nan = QMAC_NAN_ZERO,
		.zp_first = rng_one_in(rng, 3),
		.reciprocal = rng_one_in(rng, 4),
		.multiplier = rng_one_in(rng, 4) ? t->multiplier : NULL,
	};
	for (size_t i = 0; i < t->params.channels; i++)
		if (!isnormal(t->multiplier[i]))
			t->multiplier[i] = 1;
}

/* Ties and codes' bounds more often than chance would have them. */
static void make_numbers(struct rng *rng, struct trial *t)
{
	static const float odd[] = { 0, -0.0f, INFINITY, -INFINITY, NAN, 3e38f, 1e-42f };

	for (size_t i = 0; i < t->count; i++) {
		size_t part =
			t->params.channels == 1 ? 0 : qmac_granularity_part(&t->granularity, i);
		float step = t->options.multiplier ? 1 / t->multiplier[part] : t->scale[part];
		int64_t reach = rng_one_in(rng, 10) ? 1 << 25 : t->params.q_max + 4;

		if (rng_one_in(rng, 12))
			t->x[i] = odd[rng_in(rng, 0, COUNT(odd) - 1)];
		else if (rng_one_in(rng, 2))
			t->x[i] = (float)rng_in(rng, -2 * reach, 2 * reach) * 0.5f * step;
		else
			t->x[i] = (float)rng_in(rng, -reach * 1024, reach * 1024) * 0x1p-10f * step;
	}
}

static int32_t stored(const struct trial *t, size_t i)
{
	const uint8_t *bytes = (const uint8_t *)t->q;
	int32_t lo = 0, hi;

	qmac_type_range(t->params.type, &lo, &hi);
	if (qmac_type_bytes(t->params.type) == 2)
		return lo < 0 ? (int16_t)t->q[i] : t->q[i];
	return lo < 0 ? (int8_t)bytes[i] : bytes[i];
}

static bool same(float a, float b)
{
	return !memcmp(&a, &b, sizeof(a));
}

/* The steps lead to the code, and each follows from the one before. */
static bool steps_hold(const struct trial *t, size_t i, const struct qmac_quantize_steps *s)
{
	double sum = fmin(fmax(s->sum, t->params.q_min), t->params.q_max);
	double off = fabs(s->rounded - (double)s->addend);
	bool whole = t->options.rounding >= QMAC_ROUND_TRUNCATE &&
		     t->options.rounding <= QMAC_ROUND_CEIL;
	size_t shared = t->params.channels == 1 ? 0 : s->part;
	float factor = t->options.multiplier ? t->multiplier[shared] : 1 / s->scale;
	bool multiplies = t->options.multiplier || t->options.reciprocal;

	return s->code == stored(t, i) && s->code == (int32_t)sum &&
	       s->clamped == (sum != s->sum) && same(s->back, t->back[i]) &&
	       same(s->scale, t->scale[shared]) && s->zero_point == t->zero_point[shared] &&
	       s->part == qmac_granularity_part(&t->granularity, i) &&
	       same(s->scaled, multiplies ? s->x * factor : s->x / s->scale) &&
	       (isinf(s->addend) || (whole ? off <= 1 : off <= 0.5)) &&
	       (!s->tie || fabs(s->addend - truncf(s->addend)) == 0.5f) &&
	       s->was_nan == !!isnan(t->x[i]) && (s->was_nan || same(s->x, t->x[i]));
}

static bool trial_holds(struct rng *rng, struct trial *t)
{
	make_shape(rng, t);
	make_params(rng, t);
	make_numbers(rng, t);
	if (qmac_group_quantize(context, &t->params, &t->granularity, t->x, t->q, &t->options) ||
	    qmac_group_dequantize(context, &t->params, &t->granularity, t->q, t->back)) {
		tap_note("%s", qmac_context_message(context));
		return false;
	}
	for (size_t i = 0; i < t->count; i++) {
		struct qmac_quantize_steps steps;

		if (qmac_quantize_trace(context, &t->params, &t->granularity, t->x, i, &t->options,
					&steps)) {
			tap_note("%s", qmac_context_message(context));
			return false;
		}
		if (steps_hold(t, i, &steps))
			continue;
		tap_note("%s, rounding %u, element %zu: x %.9g, scaled %.9g, sum %.17g, code %d, "
			 "stored %d",
			 qmac_type_name(t->params.type), steps.rounding, i, (double)steps.x,
			 (double)steps.scaled, steps.sum, steps.code, stored(t, i));
		return false;
	}
	return true;
}

static void test_codes(uint64_t seed)
{
	static struct trial trial;

	for (unsigned int isa = 0; qmac_isa_name(isa); isa++) {
		struct rng rng = { seed };
		bool hold = true;

		if (qmac_context_use_isa(context, isa)) {
			tap_skip("not on this processor", "codes by %s", qmac_isa_name(isa));
			continue;
		}
		for (int i = 0; hold && i < 1500; i++)
			hold = trial_holds(&rng, &trial);
		tap_ok(hold, "traced codes are those of the tensor: %s", qmac_isa_name(isa));
	}
}

static bool choice_holds(const struct qmac_scale_steps *s, const struct qmac_quant_params *params,
			 float multiplier)
{
	return same(s->scale, params->scale[0]) && s->zero_point == params->zero_point[0] &&
	       s->q_min == params->q_min && s->q_max == params->q_max &&
	       (s->multiplier == 0 || same(s->multiplier, multiplier)) &&
	       fabs(s->zero - s->zero_point) <= 0.51 &&
	       fabs(s->dividend / s->divisor - s->quotient) <= 1.2e-7 * fabs(s->quotient);
}

static void random_range(struct rng *rng, float *lo, float *hi)
{
	float a = power(rng, -6, 8), b = power(rng, -6, 8);

	a = rng_one_in(rng, 3) ? -a : rng_one_in(rng, 5) ? 0 : a;
	b = rng_one_in(rng, 6) ? 0 : rng_one_in(rng, 4) ? -b : b;
	*lo = fminf(a, b);
	*hi = fmaxf(a, b);
}

/* The quotient is the scale unless a rule replaced it, which these ranges do not ask for. */
static void test_schemes(uint64_t seed)
{
	struct rng rng = { seed };
	bool hold = true;

	for (int i = 0; hold && i < 20000; i++) {
		struct qmac_quant_spec spec = {
			.type = types[rng_in(&rng, 0, COUNT(types) - 1)],
			.scheme = (uint8_t)rng_in(&rng, 0, QMAC_SCHEME_ASYMMETRIC),
			.zero = (uint8_t)rng_in(&rng, 0, QMAC_ZERO_FREE),
			.power_of_two = rng_one_in(&rng, 4),
			.min_range = rng_one_in(&rng, 4) ? 0.01f : 0,
		};
		struct qmac_quant_params params = { 0 };
		struct qmac_scale_steps steps;
		float lo, hi;
		int error;

		random_range(&rng, &lo, &hi);
		qmac_quant_params_init(context, &params, spec.type, 1);
		error = qmac_quant_choose(context, &spec, &lo, &hi, &params);
		hold = qmac_quant_choose_trace(context, &spec, lo, hi, &steps) == error;
		if (hold && !error)
			hold = choice_holds(&steps, &params, 0) &&
			       (spec.power_of_two || steps.lo == steps.hi ||
				same(steps.scale, (float)steps.quotient));
		if (!hold)
			tap_note("%s, scheme %u, %.9g to %.9g: %.9g / %.9g = %.9g, not %.9g",
				 qmac_type_name(spec.type), spec.scheme, (double)lo, (double)hi,
				 steps.dividend, steps.divisor, steps.quotient,
				 (double)params.scale[0]);
		qmac_quant_params_release(&params);
	}
	tap_ok(hold, "traced scales of the schemes are those chosen");
}

static void test_tools(uint64_t seed)
{
	for (unsigned int tool = 0; qmac_tool_name(tool); tool++) {
		struct rng rng = { seed };
		bool hold = true;
		int done = 0;

		for (int i = 0; hold && i < 4000; i++) {
			struct qmac_tool_spec spec = {
				.tool = (uint8_t)tool,
				.type = types[rng_in(&rng, 0, COUNT(types) - 1)],
				.symmetric = rng_one_in(&rng, 2),
			};
			struct qmac_quant_params params = { 0 };
			struct qmac_scale_steps steps;
			float lo, hi, multiplier = 0;
			int error;

			random_range(&rng, &lo, &hi);
			qmac_quant_params_init(context, &params, spec.type, 1);
			error = qmac_tool_choose(context, &spec, &lo, &hi, &params, &multiplier);
			hold = qmac_tool_choose_trace(context, &spec, lo, hi, &steps) == error;
			if (hold && !error)
				hold = choice_holds(&steps, &params, multiplier);
			if (!hold)
				tap_note("%s, %.9g to %.9g: %.9g / %.9g = %.9g, zero %.9g; %.9g, "
					 "%d",
					 qmac_type_name(spec.type), (double)lo, (double)hi,
					 steps.dividend, steps.divisor, steps.quotient, steps.zero,
					 (double)params.scale[0], params.zero_point[0]);
			done += !error;
			qmac_quant_params_release(&params);
		}
		tap_ok(hold && done > 500, "traced scales of %s are those chosen",
		       qmac_tool_name(tool));
	}
}

static void test_refusals(void)
{
	static const struct qmac_extent extent = { 1, 1, 3 };
	struct qmac_granularity granularity = { .extent = extent, .group = 1 };
	const float x[] = { 1, NAN, INFINITY };
	struct qmac_quant_params params;
	struct qmac_quantize_steps steps;

	qmac_quant_params_init(context, &params, QMAC_TYPE_S8, 1);
	tap_ok(qmac_quantize_trace(context, &params, &granularity, x, 3, NULL, &steps) == -EINVAL &&
		       strstr(qmac_context_message(context), "element 3 of a tensor of 3"),
	       "an element beyond the last is refused");
	tap_ok(qmac_quantize_trace(context, &params, &granularity, x, 1, NULL, &steps) == -EDOM &&
		       strstr(qmac_context_message(context), "element 1 is NaN"),
	       "a NaN is refused by its number");
	tap_ok(!qmac_quantize_trace(context, &params, &granularity, x, 2, NULL, &steps) &&
		       steps.code == 127 && steps.clamped && isinf(steps.sum) && !steps.tie &&
		       isinf(steps.error),
	       "infinity is clamped");
	qmac_quant_params_release(&params);
}

/* D5 of the notes: -62.5 to every side, in an environment that rounds up. */
static void test_environment(void)
{
	static const struct qmac_granularity one = { { 1, 1, 1 }, 1, false };
	const float x = -62.5f;
	struct qmac_quant_params params;
	struct qmac_quantize_steps steps;
	int mode = fegetround();
	bool hold;

	qmac_quant_params_init(context, &params, QMAC_TYPE_S8, 1);
	fesetround(FE_UPWARD);
	hold = !qmac_quantize_trace(context, &params, &one, &x, 0, NULL, &steps);
	hold &= fegetround() == FE_UPWARD;
	fesetround(mode);
	tap_ok(hold && steps.tie && steps.rounded == -62 && steps.code == -62 && steps.error == 0.5,
	       "the caller's rounding mode is kept and does not matter");
	qmac_quant_params_release(&params);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;

	tap_note("seed %llu", (unsigned long long)seed);
	if (qmac_context_create(&context))
		return 1;
	test_codes(seed);
	test_schemes(seed);
	test_tools(seed);
	test_refusals();
	test_environment();
	qmac_context_destroy(context);
	return tap_done();
}
