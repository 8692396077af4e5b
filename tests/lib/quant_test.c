// SPDX-License-Identifier: MIT
/* Quantization: worked examples, degenerate input, and no influence of the caller's modes. */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

static struct qmac_context *context;

static struct qmac_extent tensor(size_t count)
{
	return (struct qmac_extent){ 1, 1, count };
}

static struct qmac_quant_params one(uint8_t type, float *scale, int32_t *zero_point)
{
	struct qmac_quant_params params = {
		.type = type, .channels = 1, .scale = scale, .zero_point = zero_point
	};

	qmac_type_range(type, &params.q_min, &params.q_max);
	return params;
}

/* Chooses parameters for [lo, hi]; the message of a failure is a diagnostic. */
static bool chosen(uint8_t type, uint8_t scheme, float min_range, float lo, float hi, float *scale,
		   int32_t *zero_point)
{
	struct qmac_quant_spec spec = { .type = type, .scheme = scheme, .min_range = min_range };
	struct qmac_quant_params params = one(type, scale, zero_point);

	if (!qmac_quant_choose(context, &spec, &lo, &hi, &params))
		return true;
	tap_note("%s", qmac_context_message(context));
	return false;
}

struct choice {
	const char *name;
	uint8_t type, scheme;
	float min_range, lo, hi, scale;
	int32_t zero_point;
};

/* Sources: 001 (c), 003 D2, 004 E6 and E7 of the notes on quantization, and our own rules. */
static const struct choice choices[] = {
	{ "0.05 to 12", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0, 0.05f, 12, 12 / 255.f, 0 },
	{ "0.5 to 2", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0, 0.5f, 2, 2 / 255.f, 0 },
	{ "-1.8 to 0.5, s8", QMAC_TYPE_S8, QMAC_SCHEME_ASYMMETRIC, 0, -1.8f, 0.5f, 2.3f / 255, 72 },
	{ "-1.8 to 0.5, u8", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0, -1.8f, 0.5f, 2.3f / 255,
	  200 },
	{ "5 to 10", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0, 5, 10, 10 / 255.f, 0 },
	{ "-20 to -6", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0, -20, -6, 20 / 255.f, 255 },
	{ "-5.1 to 5.1: the tie goes up", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0, -5.1f, 5.1f,
	  10.2f / 255, 128 },
	{ "-3 to 6, symmetric", QMAC_TYPE_S8, QMAC_SCHEME_SYMMETRIC, 0, -3, 6, 6 / 127.f, 0 },
	{ "-6 to 3, symmetric", QMAC_TYPE_S8, QMAC_SCHEME_SYMMETRIC, 0, -6, 3, 6 / 127.f, 0 },
	{ "-6 to 3, u8 symmetric", QMAC_TYPE_U8, QMAC_SCHEME_SYMMETRIC, 0, -6, 3, 6 / 127.f, 128 },
	{ "-6 to 3, full", QMAC_TYPE_S8, QMAC_SCHEME_SYMMETRIC_FULL, 0, -6, 3, 6 / 128.f, 0 },
	{ "-3 to 6, full", QMAC_TYPE_S8, QMAC_SCHEME_SYMMETRIC_FULL, 0, -3, 6, 6 / 127.f, 0 },
	{ "constant 3", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0, 3, 3, 3 / 255.f, 0 },
	{ "zeros", QMAC_TYPE_S8, QMAC_SCHEME_SYMMETRIC, 0, 0, 0, 1, 0 },
	{ "zeros, asymmetric", QMAC_TYPE_S8, QMAC_SCHEME_ASYMMETRIC, 0, 0, 0, 1, -128 },
	{ "zeros, least range", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0.01f, 0, 0, 0.01f / 255, 0 },
	{ "subnormal", QMAC_TYPE_S8, QMAC_SCHEME_SYMMETRIC, 0, -1e-40f, 1e-41f, FLT_MIN, 0 },
	{ "all of fp32", QMAC_TYPE_U8, QMAC_SCHEME_ASYMMETRIC, 0, -FLT_MAX, FLT_MAX,
	  FLT_MAX / 255 * 2, 128 },
};

static void test_choices(void)
{
	size_t i;

	for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const struct choice *c = &choices[i];
		int32_t zero_point = 0;
		float scale = 0;
		bool pass =
			chosen(c->type, c->scheme, c->min_range, c->lo, c->hi, &scale, &zero_point);

		if (!tap_ok(pass && scale == c->scale && zero_point == c->zero_point, "range %s",
			    c->name))
			tap_note("scale %.9g zero point %d, want %.9g and %d", scale, zero_point,
				 c->scale, c->zero_point);
	}
}

static bool codes_are(const char *name, const struct qmac_quant_params *params, uint8_t rounding,
		      const float *x, size_t count, const int *want)
{
	struct qmac_quantize_options options = { .rounding = rounding };
	struct qmac_extent extent = tensor(count);
	uint8_t q[16];
	bool pass;
	size_t i;

	pass = !qmac_quantize(context, params, &extent, x, q, &options);
	for (i = 0; pass && i < count; i++) {
		int got = params->type == QMAC_TYPE_S8 ? (int8_t)q[i] : q[i];

		if (got != want[i]) {
			tap_note("element %zu is %d, want %d", i, got, want[i]);
			pass = false;
		}
	}
	return tap_ok(pass, "%s", name);
}

static void test_codes(void)
{
	static const float range[] = { -1.8f, -1, 0, 0.5f };
	static const float halves[] = { -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f };
	static const float three[] = { 6, -3 };
	static const float extremes[] = { INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e-45f };
	float scale = 2.3f / 255;
	int32_t zero_point = 200;
	struct qmac_quant_params u8 = one(QMAC_TYPE_U8, &scale, &zero_point);
	struct qmac_quant_params s8 = one(QMAC_TYPE_S8, &scale, &zero_point);

	codes_are("-1.8 -1 0 0.5 as u8", &u8, QMAC_ROUND_EVEN, range, 4,
		  (const int[]){ 0, 89, 200, 255 });
	zero_point = 72;
	codes_are("-1.8 -1 0 0.5 as s8", &s8, QMAC_ROUND_EVEN, range, 4,
		  (const int[]){ -128, -39, 72, 127 });
	zero_point = 0;
	scale = 6 / 127.f;
	codes_are("-63.5 to even", &s8, QMAC_ROUND_EVEN, three, 2, (const int[]){ 127, -64 });
	codes_are("-63.5 up", &s8, QMAC_ROUND_UP, three, 2, (const int[]){ 127, -63 });
	codes_are("-63.5 away", &s8, QMAC_ROUND_AWAY, three, 2, (const int[]){ 127, -64 });
	scale = 1;
	codes_are("halves to even", &s8, QMAC_ROUND_EVEN, halves, 6,
		  (const int[]){ -2, -2, 0, 0, 2, 2 });
	codes_are("halves up", &s8, QMAC_ROUND_UP, halves, 6, (const int[]){ -2, -1, 0, 1, 2, 3 });
	codes_are("halves away", &s8, QMAC_ROUND_AWAY, halves, 6,
		  (const int[]){ -3, -2, -1, 1, 2, 3 });
	zero_point = 7;
	codes_are("the zero point comes after rounding", &s8, QMAC_ROUND_EVEN, halves, 6,
		  (const int[]){ 5, 5, 7, 7, 9, 9 });
	codes_are("infinities saturate", &s8, QMAC_ROUND_EVEN, extremes, 5,
		  (const int[]){ 127, -128, 127, -128, 7 });
	s8.q_min = -127;
	codes_are("-128 stays unused", &s8, QMAC_ROUND_EVEN, extremes, 5,
		  (const int[]){ 127, -127, 127, -127, 7 });
}

/* A true division, not a multiplication with the reciprocal: 127.499992, not 127.5. */
static void test_division(void)
{
	float scale = .00214854861f, x = .273939937f;
	int32_t zero_point = 0;
	struct qmac_quant_params params = one(QMAC_TYPE_U8, &scale, &zero_point);

	codes_are("division, not reciprocal", &params, QMAC_ROUND_EVEN, &x, 1,
		  (const int[]){ 127 });
}

static void test_refusals(void)
{
	float x[] = { 1, 2, NAN, INFINITY }, lo[1], hi[1], scale = 1;
	int32_t zero_point = 0;
	struct qmac_quant_params params = one(QMAC_TYPE_S8, &scale, &zero_point);
	struct qmac_extent extent = tensor(4), empty = tensor(0);
	struct qmac_quantize_options map = { .nan = QMAC_NAN_ZERO };
	int8_t q[4] = { 99, 99, 99, 99 };

	tap_ok(qmac_quantize(context, &params, &extent, x, q, NULL) == -EDOM &&
		       strstr(qmac_context_message(context), "element 2 is NaN"),
	       "NaN is refused with its index");
	zero_point = 5;
	tap_ok(!qmac_quantize(context, &params, &extent, x, q, &map) && q[2] == 5 && q[3] == 127,
	       "NaN takes the zero point when asked");
	tap_ok(qmac_range_minmax(context, x, &extent, QMAC_NAN_ERROR, lo, hi) == -EDOM &&
		       strstr(qmac_context_message(context), "element 2"),
	       "NaN has no range");
	tap_ok(qmac_range_minmax(context, x, &extent, QMAC_NAN_ZERO, lo, hi) == -EDOM &&
		       strstr(qmac_context_message(context), "element 3 is infinite"),
	       "infinity has no range");
	tap_ok(qmac_range_minmax(context, x, &empty, QMAC_NAN_ERROR, lo, hi) == -EINVAL,
	       "nor has an empty tensor");
	scale = 0;
	tap_ok(qmac_quantize(context, &params, &extent, x, q, &map) == -EINVAL, "scale 0");
	scale = 1e-40f;
	tap_ok(qmac_quantize(context, &params, &extent, x, q, &map) == -EINVAL, "subnormal scale");
	scale = 1;
	zero_point = 128;
	tap_ok(qmac_quantize(context, &params, &extent, x, q, &map) == -EINVAL &&
		       strstr(qmac_context_message(context), "128"),
	       "zero point beyond the type");
	zero_point = 0;
	params.type = QMAC_TYPE_S32;
	tap_ok(qmac_quantize(context, &params, &extent, x, q, &map) == -EINVAL, "type");
}

static void test_channels(void)
{
	static const size_t dims[] = { 2, 3, 2 };
	static const float x[] = { 1, -2, 10, 20, -100, 50, 3, 4, -30, 0, 7, 8 };
	static const float want[] = { 4 / 127.f, 30 / 127.f, 100 / 127.f };
	struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	struct qmac_quant_params params;
	struct qmac_extent extent;
	float back[12];
	bool pass = true;
	int8_t q[12];
	size_t i;

	tap_ok(!qmac_extent_of(context, dims, 3, 1, &extent) && extent.outer == 2 &&
		       extent.channels == 3 && extent.inner == 2,
	       "extent of axis 1");
	tap_ok(qmac_extent_of(context, dims, 3, 3, &extent) == -EINVAL, "axis beyond the shape");
	qmac_extent_of(context, dims, 3, 1, &extent);
	if (!tap_ok(!qmac_quant_minmax(context, &spec, x, &extent, QMAC_NAN_ERROR, &params),
		    "parameters per channel"))
		return;
	for (i = 0; i < 3; i++)
		pass = pass && params.scale[i] == want[i] && !params.zero_point[i];
	tap_ok(pass && params.q_min == -127, "scales per channel");
	pass = !qmac_quantize(context, &params, &extent, x, q, NULL) &&
	       !qmac_dequantize(context, &params, &extent, q, back);
	for (i = 0; i < 12; i++)
		pass = pass && fabsf(back[i] - x[i]) <= want[i / 2 % 3] * 0.50001f;
	tap_ok(pass && q[4] == -127 && q[7] == 127, "there and back within half a step");
	qmac_quant_params_release(&params);
}

static void test_bias(void)
{
	const float bias[] = { 1, -2.5f, 1e6f }, b_scale[] = { 0.5f, 0.25f, 1e-4f };
	int32_t out[3] = { 99, 99, 99 };

	tap_ok(!qmac_quantize_bias(context, bias, 2, 1, b_scale, 1, out) && out[0] == 2 &&
		       out[1] == -5,
	       "bias in units of the accumulator");
	tap_ok(qmac_quantize_bias(context, bias, 3, 1e-3f, b_scale, 3, out) == -ERANGE &&
		       strstr(qmac_context_message(context), "channel 2") && out[0] == 2,
	       "bias beyond 32 bits names its channel");
	tap_ok(qmac_quantize_bias(context, bias, 3, 1, b_scale, 2, out) == -EINVAL,
	       "wrong number of scales");
	tap_ok(qmac_quantize_bias(context, (const float[]){ NAN }, 1, 1, b_scale, 1, out) == -EDOM,
	       "bias NaN");
}

static int32_t requantize(unsigned int preset, int32_t acc, uint32_t mult, int32_t shift,
			  int16_t zero)
{
	struct qmac_requant requant = {
		.c_type = QMAC_TYPE_S8, .c_zero = zero, .clamp_lo = -128, .clamp_hi = 127
	};
	struct qmac_recipe recipe;

	qmac_preset_recipe(preset, &recipe);
	requant.path = recipe.path;
	requant.rounding = recipe.rounding;
	requant.zp_first = recipe.zp_first;
	return qmac_ref_requantize(acc, mult, shift, &requant);
}

static int32_t with_scales(unsigned int preset, int32_t acc, float a, float b, float c,
			   int16_t zero)
{
	double real = qmac_real_scale(preset, a, b, c);
	uint32_t mult;
	int32_t shift;

	if (qmac_multiplier(context, preset, real, &mult, &shift))
		return 9999;
	return requantize(preset, acc, mult, shift, zero);
}

/* tensorflow/tensorflow#25087 and #103028; the tie of onnx/onnx#3093. */
static void test_known_vectors(void)
{
	const float a = .05296124517917633f, b = .024093778803944588f, c = .11484327912330627f;

	tap_ok(requantize(QMAC_PRESET_DOUBLE, 7984, 1583594044, -9, 0) == 12,
	       "11.499: two roundings make 12");
	tap_ok(requantize(QMAC_PRESET_SINGLE, 7984, 1583594044, -9, 0) == 11,
	       "11.499: one rounding makes 11");
	tap_ok(with_scales(QMAC_PRESET_DOUBLE, 585, a, b, c, -126) == -119, "6.5-: double");
	tap_ok(with_scales(QMAC_PRESET_SINGLE, 585, a, b, c, -126) == -119, "6.5-: single");
	tap_ok(with_scales(QMAC_PRESET_F32, 585, a, b, c, -126) == -120,
	       "6.5-: fp32 product is a tie");
	tap_ok(with_scales(QMAC_PRESET_F32, 1, 1, .5f, 1, 1) == 1, "tie of .5, zero point after");
	tap_ok(with_scales(QMAC_PRESET_ONNX_REF, 1, 1, .5f, 1, 1) == 2,
	       "tie of .5, zero point first");
}

static void test_multipliers(void)
{
	uint32_t mult;
	int32_t shift;

	tap_ok(!qmac_multiplier(context, QMAC_PRESET_DOUBLE, 0.5, &mult, &shift) &&
		       mult == 1u << 30 && shift == 0,
	       "one half");
	tap_ok(!qmac_multiplier(context, QMAC_PRESET_DOUBLE, 1 - 0x1p-33, &mult, &shift) &&
		       mult == 1u << 30 && shift == 1,
	       "mantissa that rounds up to 1");
	tap_ok(!qmac_multiplier(context, QMAC_PRESET_SINGLE, 0x1p-32, &mult, &shift) &&
		       mult == 1u << 30 && shift == -31,
	       "least multiplier");
	tap_ok(!qmac_multiplier(context, QMAC_PRESET_SINGLE, 0x1p-33, &mult, &shift) && !mult &&
		       !shift,
	       "smaller ones are 0");
	tap_ok(!qmac_multiplier(context, QMAC_PRESET_RNDNU, 0.1, &mult, &shift) &&
		       mult % 128 == 0 && shift == -3 && mult / 128 == 13421773,
	       "mantissa of the fp32 scale");
	tap_ok(qmac_multiplier(context, QMAC_PRESET_DOUBLE, 0x1p30, &mult, &shift) == -ERANGE,
	       "2^30 is too large");
	tap_ok(qmac_multiplier(context, QMAC_PRESET_RNDNU, 1e300, &mult, &shift) == -ERANGE,
	       "1e300 is too large");
	tap_ok(qmac_multiplier(context, QMAC_PRESET_F32, 1e39, &mult, &shift) == -ERANGE,
	       "beyond fp32");
	tap_ok(!qmac_multiplier(context, QMAC_PRESET_F32, 1e-40, &mult, &shift) && !mult,
	       "subnormal fp32 is 0");
	tap_ok(!qmac_multiplier(context, QMAC_PRESET_F32, -0.0, &mult, &shift) && !mult, "minus 0");
	tap_ok(qmac_multiplier(context, QMAC_PRESET_F32, -1, &mult, &shift) == -EDOM, "negative");
	tap_ok(qmac_multiplier(context, QMAC_PRESET_F32, NAN, &mult, &shift) == -EDOM, "NaN");
	tap_ok(qmac_multiplier(context, 6, 1, &mult, &shift) == -EINVAL, "no such preset");
}

/* Everything that computes, in one buffer. */
struct outcome {
	float scale[64], back[512];
	int32_t zero_point[64], bias[64], shift[64 * 5];
	uint32_t mult[64 * 5];
	uint8_t q[512];
};

static void compute(const float *x, struct outcome *out)
{
	struct qmac_quant_spec spec = { .type = QMAC_TYPE_U8, .scheme = QMAC_SCHEME_ASYMMETRIC };
	struct qmac_extent extent = { 1, 64, 8 };
	struct qmac_quant_params params;
	unsigned int preset;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (qmac_quant_minmax(context, &spec, x, &extent, QMAC_NAN_ERROR, &params))
		return;
	memcpy(out->scale, params.scale, sizeof(out->scale));
	memcpy(out->zero_point, params.zero_point, sizeof(out->zero_point));
	qmac_quantize(context, &params, &extent, x, out->q, NULL);
	qmac_dequantize(context, &params, &extent, out->q, out->back);
	qmac_quantize_bias(context, x, 64, 1e-3f, params.scale, 64, out->bias);
	for (i = 0; i < 64; i++) {
		for (preset = QMAC_PRESET_F32; preset <= QMAC_PRESET_ONNX_REF; preset++) {
			size_t at = i * 5 + preset - 1;
			double real = qmac_real_scale(preset, .3f, params.scale[i], .7f);

			qmac_multiplier(context, preset, real, &out->mult[at], &out->shift[at]);
		}
	}
	qmac_quant_params_release(&params);
}

static void random_floats(struct rng *rng, float *x, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		x[i] = ldexpf((float)rng_in(rng, -8000000, 8000000), (int)rng_in(rng, -40, -10));
		if (i / 8 % 16 == 3) /* whole channels of subnormals */
			x[i] = ldexpf((float)rng_in(rng, -3000, 3000), -149);
	}
}

static void test_modes(void)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	static const char *const names[] = { "upward", "downward", "toward zero" };
	static struct outcome want, got;
	struct rng rng = { 7 };
	float x[512];
	bool kept;
	size_t i;

	random_floats(&rng, x, 512);
	compute(x, &want);
	for (i = 0; i < 3; i++) {
		fesetround(modes[i]);
		feclearexcept(FE_ALL_EXCEPT);
		compute(x, &got);
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
		compute(x, &got);
		kept = _mm_getcsr() & 0x8040;
		_mm_setcsr(csr);
		tap_ok(!memcmp(&want, &got, sizeof(want)) && kept,
		       "same results with flush to zero and denormals are zero");
	}
#endif
}

int main(void)
{
	if (qmac_context_create(&context))
		return 1;
	test_choices();
	test_codes();
	test_division();
	test_refusals();
	test_channels();
	test_bias();
	test_known_vectors();
	test_multipliers();
	test_modes();
	qmac_context_destroy(context);
	return tap_done();
}
