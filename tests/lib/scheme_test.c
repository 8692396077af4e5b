// SPDX-License-Identifier: MIT
/* Schemes, types, roundings and zero points: worked examples of the notes, and properties. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define MOST 16

static struct qmac_context *context;

/* A tensor of one scale, from its range to its codes and back. */
struct example {
	float scale[1];
	int32_t zero_point[1];
	struct qmac_quant_params params;
	int16_t wide[MOST];
	int q[MOST];
	float back[MOST];
};

static void make(struct example *e, uint8_t type)
{
	memset(e, 0, sizeof(*e));
	e->params = (struct qmac_quant_params){
		.type = type, .channels = 1, .scale = e->scale, .zero_point = e->zero_point
	};
	qmac_type_range(type, &e->params.q_min, &e->params.q_max);
}

static bool fail_note(void)
{
	tap_note("%s", qmac_context_message(context));
	return false;
}

static bool choose(struct example *e, const struct qmac_quant_spec *spec, float lo, float hi)
{
	make(e, spec->type);
	return !qmac_quant_choose(context, spec, &lo, &hi, &e->params) || fail_note();
}

/* Codes and what they stand for. */
static bool encode(struct example *e, const struct qmac_quantize_options *options, const float *x,
		   size_t count)
{
	const struct qmac_extent extent = { 1, 1, count };
	const uint8_t *bytes = (const uint8_t *)e->wide;
	int32_t lo = 0, hi = 0;
	size_t i;

	if (qmac_quantize(context, &e->params, &extent, x, e->wide, options) ||
	    qmac_dequantize(context, &e->params, &extent, e->wide, e->back))
		return fail_note();
	qmac_type_range(e->params.type, &lo, &hi);
	for (i = 0; i < count; i++) {
		if (qmac_type_bytes(e->params.type) == 2)
			e->q[i] = lo < 0 ? e->wide[i] : (uint16_t)e->wide[i];
		else
			e->q[i] = lo < 0 ? (int8_t)bytes[i] : bytes[i];
	}
	return true;
}

static void expect(const char *name, bool pass, const struct example *e, const int *want,
		   size_t count)
{
	size_t i;

	for (i = 0; pass && i < count; i++) {
		if (e->q[i] == want[i])
			continue;
		tap_note("element %zu is %d, want %d; scale %.9g zero point %d", i, e->q[i],
			 want[i], e->scale[0], e->zero_point[0]);
		pass = false;
	}
	tap_ok(pass, "%s", name);
}

/* 000: [0.05, 12] to [0, 255]; the text's scale leaves a zero point outside uint8. */
static void test_a4(void)
{
	const struct qmac_quant_spec freely = { .type = QMAC_TYPE_U8,
						.scheme = QMAC_SCHEME_ASYMMETRIC,
						.zero = QMAC_ZERO_FREE };
	const struct qmac_quant_spec widened = { .type = QMAC_TYPE_U8,
						 .scheme = QMAC_SCHEME_ASYMMETRIC };
	struct example e;

	tap_ok(choose(&e, &freely, 0.05f, 12) && e.scale[0] == (12 - 0.05f) / 255 &&
		       e.zero_point[0] == -1 && e.params.zero_free,
	       "A4: as in the text, scale 0.0468627451, zero point -1.0669 is -1");
	expect("A4: its ends are 0 and 255", encode(&e, NULL, (const float[]){ 0.05f, 12 }, 2), &e,
	       (const int[]){ 0, 255 }, 2);
	tap_ok(choose(&e, &widened, 0.05f, 12) && e.scale[0] == 12 / 255.f && !e.zero_point[0],
	       "A4: with 0 in the range, scale 0.0470588235, zero point 0");
}

/* 000: [-3, 6] symmetric: -63.5 in every rounding. The text's -63 is up or truncated. */
static void test_a5(void)
{
	static const struct {
		uint8_t rounding;
		const char *name;
		int want;
	} modes[] = {
		{ QMAC_ROUND_EVEN, "half even", -64 },
		{ QMAC_ROUND_AWAY, "half away", -64 },
		{ QMAC_ROUND_UP, "half up", -63 },
		{ QMAC_ROUND_TRUNCATE, "truncate", -63 },
		{ QMAC_ROUND_FLOOR, "floor", -64 },
		{ QMAC_ROUND_CEIL, "ceil", -63 },
		{ QMAC_ROUND_HALF_DOWN, "half down", -64 },
		{ QMAC_ROUND_HALF_ZERO, "half to zero", -63 },
	};
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	struct example e;
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		const struct qmac_quantize_options options = { .rounding = modes[i].rounding };
		bool pass = choose(&e, &spec, -3, 6) &&
			    encode(&e, &options, (const float[]){ 6, -3 }, 2);

		expect(modes[i].name, pass, &e, (const int[]){ 127, modes[i].want }, 2);
	}
	tap_ok(choose(&e, &spec, -3, 6) && e.params.q_min == -127 && e.scale[0] == 6 / 127.f,
	       "A6: S = MAX / 127");
}

/*
 * 001: the numpy example, three ways. With the range widened, 1 is the tie 127.5
 * for who multiplies by 255 / 2, but 127.499992 for who divides by fp32(2 / 255),
 * as ONNX does.
 */
static void test_b1(void)
{
	static const float x[] = { 0.5f, 1, 1.5f, 2 }, per_unit = 255 / 2.f;
	const struct qmac_quantize_options times = { .multiplier = &per_unit };
	struct qmac_quant_spec spec = { .type = QMAC_TYPE_U8,
					.scheme = QMAC_SCHEME_ASYMMETRIC,
					.zero = QMAC_ZERO_FREE };
	struct example e;
	bool pass = choose(&e, &spec, 0.5f, 2) && encode(&e, NULL, x, 4);

	expect("B1a: zero point -85", pass, &e, (const int[]){ 0, 85, 170, 255 }, 4);
	tap_ok(pass && e.zero_point[0] == -85 && fabs(e.scale[0] - 0.00588235294) < 1e-9 &&
		       !memcmp(e.back, x, sizeof(x)),
	       "B1a: and exactly back");
	spec.zero = QMAC_ZERO_CLAMP;
	expect("B1b: zero point clamped to 0",
	       choose(&e, &spec, 0.5f, 2) && encode(&e, NULL, x, 4) && !e.zero_point[0], &e,
	       (const int[]){ 85, 170, 255, 255 }, 4);
	spec.zero = QMAC_ZERO_WIDEN;
	expect("B1c: range widened to 0, times 255 / 2",
	       choose(&e, &spec, 0.5f, 2) && encode(&e, &times, x, 4) && e.scale[0] == 2 / 255.f &&
		       !e.zero_point[0],
	       &e, (const int[]){ 64, 128, 191, 255 }, 4);
	expect("B1c: divided by fp32(2 / 255)", encode(&e, NULL, x, 4), &e,
	       (const int[]){ 64, 127, 191, 255 }, 4);
}

/* The same below 0. */
static void test_negative(void)
{
	static const float x[] = { -2, -1.5f, -1, -0.5f, 0 };
	struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8,
					.scheme = QMAC_SCHEME_ASYMMETRIC,
					.zero = QMAC_ZERO_FREE };
	struct example e;

	expect("-2 to -0.5 as it is: zero point 212",
	       choose(&e, &spec, -2, -0.5f) && encode(&e, NULL, x, 5) && e.zero_point[0] == 212, &e,
	       (const int[]){ -128, -43, 42, 127, 127 }, 5);
	spec.zero = QMAC_ZERO_CLAMP;
	expect("-2 to -0.5, zero point clamped to 127",
	       choose(&e, &spec, -2, -0.5f) && encode(&e, NULL, x, 5) && e.zero_point[0] == 127 &&
		       e.scale[0] == 1.5f / 255,
	       &e, (const int[]){ -128, -128, -43, 42, 127 }, 5);
	spec.zero = QMAC_ZERO_WIDEN;
	expect("-2 to -0.5 widened to 0",
	       choose(&e, &spec, -2, -0.5f) && encode(&e, NULL, x, 5) && e.zero_point[0] == 127 &&
		       e.scale[0] == 2 / 255.f,
	       &e, (const int[]){ -128, -64, 0, 63, 127 }, 5);
}

/* 003: [-1.8, .5]; and the tie that tells where the zero point is added. */
static void test_d2(void)
{
	static const float x[] = { -1.8f, -1, 0, 0.5f };
	struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8, .scheme = QMAC_SCHEME_ASYMMETRIC };
	const struct qmac_quantize_options first = { .zp_first = true };
	const float half = 0.5f, minus = -0.5f;
	struct example e;

	expect("D2: s8",
	       choose(&e, &spec, -1.8f, 0.5f) && encode(&e, NULL, x, 4) && e.zero_point[0] == 72 &&
		       fabs(e.scale[0] - 0.0090196078) < 1e-9,
	       &e, (const int[]){ -128, -39, 72, 127 }, 4);
	spec.type = QMAC_TYPE_U8;
	expect("D2: u8",
	       choose(&e, &spec, -1.8f, 0.5f) && encode(&e, NULL, x, 4) && e.zero_point[0] == 200,
	       &e, (const int[]){ 0, 89, 200, 255 }, 4);
	make(&e, QMAC_TYPE_S8);
	e.scale[0] = 1;
	e.zero_point[0] = 1;
	expect("3.3: .5 with zero point 1, round then add", encode(&e, NULL, &half, 1), &e,
	       (const int[]){ 1 }, 1);
	expect("3.3: .5 with zero point 1, add then round", encode(&e, &first, &half, 1), &e,
	       (const int[]){ 2 }, 1);
	expect("3.3: -.5 with zero point 1, add then round", encode(&e, &first, &minus, 1), &e,
	       (const int[]){ 0 }, 1);
}

/* 003: as written, S = |rmax| / |qmax| clips -3 of [-3, 1]; max |x| does not. */
static void test_d3(void)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	const float x[] = { -3, 1 };
	struct example e;

	expect("D3: the greater end counts",
	       choose(&e, &spec, -3, 1) && encode(&e, NULL, x, 2) && e.scale[0] == 3 / 127.f, &e,
	       (const int[]){ -127, 42 }, 2);
	make(&e, QMAC_TYPE_S8);
	e.scale[0] = 1 / 127.f;
	e.params.q_min = -127;
	expect("D3: as written it clips", encode(&e, NULL, x, 2), &e, (const int[]){ -127, 127 },
	       2);
}

/* Every type takes the ends of its range to its ends, D4. */
static void test_types(void)
{
	static const struct {
		uint8_t type, bits;
		int lo, hi;
	} cases[] = {
		{ QMAC_TYPE_S8, 0, -128, 127 },	     { QMAC_TYPE_U8, 0, 0, 255 },
		{ QMAC_TYPE_S16, 0, -32768, 32767 }, { QMAC_TYPE_U16, 0, 0, 65535 },
		{ QMAC_TYPE_S4, 0, -8, 7 },	     { QMAC_TYPE_U4, 0, 0, 15 },
		{ QMAC_TYPE_S2, 0, -2, 1 },	     { QMAC_TYPE_U2, 0, 0, 3 },
		{ QMAC_TYPE_S8, 6, -32, 31 },	     { QMAC_TYPE_U8, 5, 0, 31 },
		{ QMAC_TYPE_S16, 12, -2048, 2047 },  { QMAC_TYPE_S8, 2, -2, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct qmac_quant_spec spec = { .type = cases[i].type,
						.bits = cases[i].bits,
						.scheme = QMAC_SCHEME_ASYMMETRIC };
		int half = (cases[i].hi - cases[i].lo) / 2;
		int middle = cases[i].lo < 0 ? 0 : half + 1;
		const float x[] = { -INFINITY, -2, 6, INFINITY, 0 };
		struct example e;
		bool pass = choose(&e, &spec, -2, 6) && encode(&e, NULL, x, 5);

		tap_ok(pass && e.q[0] == cases[i].lo && e.q[1] == cases[i].lo &&
			       e.q[2] == cases[i].hi && e.q[3] == cases[i].hi &&
			       e.q[4] == e.zero_point[0] && e.back[4] == 0,
		       "%s, %u bits: -2 is %d, 6 is %d, 0 is exact", qmac_type_name(cases[i].type),
		       cases[i].bits, cases[i].lo, cases[i].hi);
		spec.scheme = QMAC_SCHEME_SYMMETRIC;
		pass = choose(&e, &spec, -6, 2) && encode(&e, NULL, x, 5);
		tap_ok(pass && e.zero_point[0] == middle && e.q[0] == middle - half &&
			       e.q[3] == middle + half && e.scale[0] == 6 / (float)half,
		       "%s, %u bits, symmetric: %d to %d", qmac_type_name(cases[i].type),
		       cases[i].bits, middle - half, middle + half);
		spec.scheme = QMAC_SCHEME_SYMMETRIC_FULL;
		pass = choose(&e, &spec, -6, 2) && encode(&e, NULL, x, 5);
		tap_ok(pass && e.q[0] == cases[i].lo && e.q[3] == cases[i].hi,
		       "%s, %u bits, full: all codes", qmac_type_name(cases[i].type),
		       cases[i].bits);
	}
}

static void test_power_of_two(void)
{
	static const struct {
		uint8_t scheme;
		float lo, hi, scale;
		int32_t zero_point;
	} cases[] = {
		{ QMAC_SCHEME_SYMMETRIC, -127, 0, 1, 0 },
		{ QMAC_SCHEME_SYMMETRIC, -127.1f, 0, 2, 0 },
		{ QMAC_SCHEME_SYMMETRIC, 0, 0, 1, 0 },
		{ QMAC_SCHEME_SYMMETRIC, 0, 1e-40f, FLT_MIN, 0 },
		{ QMAC_SCHEME_SYMMETRIC, 0, FLT_MAX, 0x1p122f, 0 },
		{ QMAC_SCHEME_SYMMETRIC_FULL, -128, 100, 1, 0 },
		{ QMAC_SCHEME_ASYMMETRIC, -1, 3, 0x1p-5f, -96 },
		{ QMAC_SCHEME_ASYMMETRIC, 0, 255, 1, -128 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8,
						      .scheme = cases[i].scheme,
						      .power_of_two = true };
		struct example e;
		bool pass = choose(&e, &spec, cases[i].lo, cases[i].hi);

		if (!tap_ok(pass && e.scale[0] == cases[i].scale &&
				    e.zero_point[0] == cases[i].zero_point,
			    "power of two: %g to %g", cases[i].lo, cases[i].hi))
			tap_note("scale %.9g zero point %d", e.scale[0], e.zero_point[0]);
	}
}

/* Degenerate ranges have a finite scale in every scheme, type and zero point: E8. */
static void test_degenerate(void)
{
	static const float ranges[][2] = {
		{ 0, 0 },
		{ 3, 3 },
		{ -3, -3 },
		{ 1e-45f, 1e-45f },
		{ -1e-45f, 0 },
		{ -1e-40f, 1e-39f },
		{ -FLT_MAX, FLT_MAX },
		{ FLT_MAX, FLT_MAX },
		{ 0, FLT_MAX },
		{ -FLT_MIN, 0 },
		{ 1, 1.0000001f },
	};
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U16, QMAC_TYPE_S2 };
	unsigned int scheme, zero, pow2, type;
	size_t i, done = 0;
	bool pass = true;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		for (scheme = 0; scheme < 3; scheme++)
			for (zero = 0; zero < 2; zero++)
				for (pow2 = 0; pow2 < 2; pow2++)
					for (type = 0; type < 3; type++) {
						const struct qmac_quant_spec spec = {
							.type = types[type],
							.scheme = (uint8_t)scheme,
							.zero = (uint8_t)zero,
							.power_of_two = pow2,
						};
						struct example e;

						pass = pass &&
						       choose(&e, &spec, ranges[i][0],
							      ranges[i][1]) &&
						       isfinite(e.scale[0]) &&
						       e.scale[0] >= FLT_MIN &&
						       encode(&e, NULL, ranges[i], 2) &&
						       !isnan(e.back[0]) && !isnan(e.back[1]);
						done++;
					}
	}
	tap_ok(pass, "E8: %zu degenerate choices are finite and usable", done);
}

static void test_min_range(void)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_U8,
					      .scheme = QMAC_SCHEME_ASYMMETRIC,
					      .min_range = 0.01f };
	struct example e;

	tap_ok(choose(&e, &spec, 0, 0) && e.scale[0] == 0.01f / 255, "E8: all 0, range 0.01");
	tap_ok(choose(&e, &spec, 0, 0.001f) && e.scale[0] == 0.01f / 255,
	       "E8: a small range is raised");
	tap_ok(choose(&e, &spec, 3, 3) && e.scale[0] == 3 / 255.f, "E8: all 3 is 0 to 3");
}

static void refuse(const char *name, const struct qmac_quant_spec *spec, float lo, float hi,
		   int error, const char *part)
{
	struct example e;
	int got;

	make(&e, QMAC_TYPE_S8);
	e.scale[0] = 7;
	got = qmac_quant_choose(context, spec, &lo, &hi, &e.params);
	if (!tap_ok(got == error && strstr(qmac_context_message(context), part) &&
			    e.scale[0] == 7 && e.params.type == QMAC_TYPE_S8,
		    "refused: %s", name))
		tap_note("%d: %s", got, qmac_context_message(context));
}

static void test_refusals(void)
{
	const struct qmac_quant_spec good = { .type = QMAC_TYPE_S8 };
	struct qmac_quant_spec spec;

	refuse("NaN bound", &good, NAN, 1, -EDOM, "channel 0");
	refuse("infinite bound", &good, 0, INFINITY, -EDOM, "channel 0");
	refuse("crossed bounds", &good, 2, 1, -EDOM, "channel 0");
#define WITH(name, error, part, change)                            \
	do {                                                       \
		spec = good;                                       \
		spec.change;                                       \
		refuse(name, &spec, 1000, 1000.001f, error, part); \
	} while (0)
	WITH("type s32", -EINVAL, "type s32", type = QMAC_TYPE_S32);
	WITH("type b1", -EINVAL, "type b1", type = QMAC_TYPE_B1);
	WITH("type f16", -EINVAL, "type f16", type = QMAC_TYPE_F16);
	WITH("type 200", -EINVAL, "(200)", type = 200);
	WITH("1 bit", -EINVAL, "1 bits", bits = 1);
	WITH("9 bits of 8", -EINVAL, "9 bits of type s8", bits = 9);
	WITH("scheme 3", -EINVAL, "scheme 3", scheme = 3);
	WITH("zero 3", -EINVAL, "zero 3", zero = 3);
	WITH("negative min_range", -EINVAL, "min_range", min_range = -1);
	WITH("NaN min_range", -EINVAL, "min_range", min_range = NAN);
#undef WITH
	spec = (struct qmac_quant_spec){ .type = QMAC_TYPE_U8,
					 .scheme = QMAC_SCHEME_ASYMMETRIC,
					 .zero = QMAC_ZERO_FREE };
	refuse("a zero point of millions", &spec, 1000, 1000.001f, -ERANGE, "QMAC_ZERO_WIDEN");
	refuse("no zero point at all", &spec, FLT_MAX, FLT_MAX, -ERANGE, "QMAC_ZERO_WIDEN");
}

static void test_options(void)
{
	const struct qmac_extent extent = { 1, 1, 1 };
	struct qmac_quantize_options options = { .reciprocal = true };
	float x = .273939937f, twice = 2, none = 0;
	struct example e;

	make(&e, QMAC_TYPE_U8);
	e.scale[0] = .00214854861f;
	expect("3.1: 127.499992 by division", encode(&e, NULL, &x, 1), &e, (const int[]){ 127 }, 1);
	expect("3.1: 127.5 by reciprocal", encode(&e, &options, &x, 1), &e, (const int[]){ 128 },
	       1);
	x = 3;
	options = (struct qmac_quantize_options){ .multiplier = &twice };
	expect("a multiplier of its own", encode(&e, &options, &x, 1), &e, (const int[]){ 6 }, 1);
	options.multiplier = &none;
	tap_ok(qmac_quantize(context, &e.params, &extent, &x, e.wide, &options) == -EINVAL &&
		       strstr(qmac_context_message(context), "multiplier 0"),
	       "multiplier 0 is refused");
	options = (struct qmac_quantize_options){ .rounding = 3 };
	tap_ok(qmac_quantize(context, &e.params, &extent, &x, e.wide, &options) == -EINVAL,
	       "rounding 3 is refused");
	options.rounding = 69;
	tap_ok(qmac_quantize(context, &e.params, &extent, &x, e.wide, &options) == -EINVAL,
	       "rounding 69 is refused");
	options = (struct qmac_quantize_options){ .nan = QMAC_NAN_ZERO, .zp_first = true };
	e.zero_point[0] = 9;
	x = NAN;
	expect("NaN is the zero point, also added first", encode(&e, &options, &x, 1), &e,
	       (const int[]){ 9 }, 1);
}

/*
 * Back within half a step of any x within the codes, ties included, but for the
 * last digits of fp32 in x / scale and in the product: 2^(bits - 22) of it. And
 * codes ascend with x.
 */
static void test_properties(uint64_t seed)
{
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S16, QMAC_TYPE_U16,
					 QMAC_TYPE_S4, QMAC_TYPE_U4, QMAC_TYPE_S2,  QMAC_TYPE_U2 };
	struct rng rng = { seed };
	bool near = true, ascending = true;
	unsigned int round, i;

	for (round = 0; round < 4000; round++) {
		const struct qmac_quant_spec spec = {
			.type = types[rng_in(&rng, 0, 7)],
			.scheme = (uint8_t)rng_in(&rng, 0, 2),
			.power_of_two = rng_one_in(&rng, 4),
		};
		float hi = ldexpf((float)rng_in(&rng, 1, 1 << 24), (int)rng_in(&rng, -60, 20));
		float lo = -ldexpf((float)rng_in(&rng, 0, 1 << 24), (int)rng_in(&rng, -60, 20));
		struct example e;
		float x[MOST];

		if (!choose(&e, &spec, lo, hi)) {
			near = false;
			break;
		}
		for (i = 0; i < MOST; i++)
			x[i] = e.scale[0] *
			       (float)rng_in(&rng, (e.params.q_min - e.zero_point[0]) * 16ll,
					     (e.params.q_max - e.zero_point[0]) * 16ll) /
			       16;
		near = near && encode(&e, NULL, x, MOST);
		for (i = 0; i < MOST; i++) {
			double bound = e.scale[0] / 2.0 *
				       (1 + ldexp(1, (int)qmac_type_bits(spec.type) - 22));

			if (fabs((double)x[i] - e.back[i]) > bound)
				near = false;
			if (i && (x[i] > x[i - 1] ? e.q[i] < e.q[i - 1] : e.q[i] > e.q[i - 1]))
				ascending = false;
		}
	}
	tap_ok(near, "back within half a step, seed %llu", (unsigned long long)seed);
	tap_ok(ascending, "codes are monotone, seed %llu", (unsigned long long)seed);
}

int main(int argc, char **argv)
{
	if (qmac_context_create(&context))
		return 1;
	test_a4();
	test_a5();
	test_b1();
	test_negative();
	test_d2();
	test_d3();
	test_types();
	test_power_of_two();
	test_degenerate();
	test_min_range();
	test_refusals();
	test_options();
	test_properties(argc > 1 ? strtoull(argv[1], NULL, 0) : 1);
	qmac_context_destroy(context);
	return tap_done();
}
