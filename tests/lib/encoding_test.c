// SPDX-License-Identifier: MIT
/* Other tools' results: worked examples, degenerate ranges, refusals, converters. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "tap.h"

#define MOST 8

static struct qmac_context *context;

/* A tool's parameters of one channel. */
struct one {
	float scale[1], multiplier[1];
	int32_t zero_point[1];
	struct qmac_quant_params params;
};

static bool choose(struct one *one, const struct qmac_tool_spec *spec, float lo, float hi)
{
	memset(one, 0, sizeof(*one));
	one->params = (struct qmac_quant_params){ .type = QMAC_TYPE_S8,
						  .channels = 1,
						  .scale = one->scale,
						  .zero_point = one->zero_point };
	if (!qmac_tool_choose(context, spec, &lo, &hi, &one->params, one->multiplier))
		return true;
	tap_note("%s", qmac_context_message(context));
	return false;
}

/* The tool's codes of @x, and their real numbers. */
static bool codes(const struct one *one, const struct qmac_tool_spec *spec, const float *x,
		  size_t count, int *q, float *back)
{
	const struct qmac_extent extent = { 1, 1, count };
	struct qmac_quantize_options options;
	uint8_t bytes[MOST];
	size_t i;

	if (qmac_tool_options(context, spec, one->multiplier, &options) ||
	    qmac_quantize(context, &one->params, &extent, x, bytes, &options) ||
	    qmac_dequantize(context, &one->params, &extent, bytes, back)) {
		tap_note("%s", qmac_context_message(context));
		return false;
	}
	for (i = 0; i < count; i++)
		q[i] = spec->type == QMAC_TYPE_U8 ? bytes[i] : (int8_t)bytes[i];
	return true;
}

static bool near(double a, double b)
{
	return fabs(a - b) < 5e-7 * (1 + fabs(b));
}

/* 004: E6, E7 and E8. */
static void test_snpe(void)
{
	static const struct {
		float lo, hi, s, min, max;
		int32_t zero_point;
	} cases[] = {
		{ 5, 10, 25.5f, 0, 10, 0 },
		{ -20, -6, 12.75f, -20, 0, 255 },
		{ -5.1f, 5.1f, 25, -5.12f, 5.08f, 128 },
		{ -1.8f, 0.5f, 110.869565f, -1.803922f, .496078f, 200 },
		{ 0, 0, 25500, 0, .01f, 0 },
		{ 3, 3, 255 / 3.01f, 0, 3.01f, 0 },
		{ -3, -3, 85, -3, 0, 255 },
		{ 0, 0.005f, 25500, 0, .01f, 0 },
	};
	const struct qmac_tool_spec spec = { .tool = QMAC_TOOL_SNPE, .type = QMAC_TYPE_U8 };
	const float x[] = { -1.8f, -1, 0, 0.5f };
	const int want[] = { 0, 89, 200, 255 };
	const double want_back[] = { -1.8039, -1.0012, 0, .4961 };
	struct qmac_encoding encoding;
	float back[MOST];
	struct one one;
	int q[MOST];
	bool pass;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pass = choose(&one, &spec, cases[i].lo, cases[i].hi) &&
		       !qmac_encoding_get(context, &one.params, 0, &encoding);
		if (!tap_ok(pass && near(one.multiplier[0], cases[i].s) &&
				    one.zero_point[0] == cases[i].zero_point &&
				    near(encoding.min, cases[i].min) &&
				    near(encoding.max, cases[i].max) &&
				    encoding.offset == -cases[i].zero_point && encoding.bits == 8,
			    "snpe: %g to %g is %g to %g", cases[i].lo, cases[i].hi, cases[i].min,
			    cases[i].max))
			tap_note("S %.9g Z %d, %.9g to %.9g", one.multiplier[0], one.zero_point[0],
				 encoding.min, encoding.max);
	}
	choose(&one, &spec, -5.1f, 5.1f);
	tap_ok(one.multiplier[0] * 5.1f == 127.5f && one.zero_point[0] == 128,
	       "E6: the tie is there in fp32 only");
	pass = choose(&one, &spec, -1.8f, 0.5f) && codes(&one, &spec, x, 4, q, back);
	for (i = 0; pass && i < 4; i++)
		pass = q[i] == want[i] && fabs(back[i] - want_back[i]) < 5e-5;
	tap_ok(pass, "E7: 0 89 200 255, back -1.8039 -1.0012 0 .4961");
}

static void test_onnx(void)
{
	static const struct {
		uint8_t tool, type;
		float lo, hi, scale;
		int32_t zero_point;
	} cases[] = {
		{ QMAC_TOOL_ONNX, QMAC_TYPE_U8, -1.8f, 0.5f, 2.3f / 255, 200 },
		{ QMAC_TOOL_ONNX, QMAC_TYPE_S8, -1.8f, 0.5f, 2.3f / 255, 72 },
		{ QMAC_TOOL_ONNX, QMAC_TYPE_U8, 0, 0, 1 / 255.f, 0 },
		{ QMAC_TOOL_ORT_DYNAMIC, QMAC_TYPE_U8, 0, 0, 1, 0 },
		{ QMAC_TOOL_ORT, QMAC_TYPE_U8, 0, 0, 1, 0 },
		{ QMAC_TOOL_ORT, QMAC_TYPE_S8, 0, 0, 1, 0 },
		{ QMAC_TOOL_ORT, QMAC_TYPE_U8, 0.05f, 12, 12 / 255.f, 0 },
		{ QMAC_TOOL_ONNX, QMAC_TYPE_U8, 1e-40f, 2e-40f, FLT_MIN, 0 },
		{ QMAC_TOOL_ORT, QMAC_TYPE_U8, 1e-40f, 2e-40f, 1, 0 },
		{ QMAC_TOOL_TFLITE, QMAC_TYPE_S8, -1.8f, 0.5f, 2.3f / 255, 72 },
		{ QMAC_TOOL_TFLITE, QMAC_TYPE_S8, 0, 0, 1, 0 },
		{ QMAC_TOOL_FBGEMM, QMAC_TYPE_U8, 0, 0, 0.1f, 0 },
		{ QMAC_TOOL_FBGEMM, QMAC_TYPE_U8, 0, 0.001f, 6.1e-5f, 0 },
		{ QMAC_TOOL_FBGEMM, QMAC_TYPE_U8, -0.001f, 0, 6.1e-5f, 255 },
		{ QMAC_TOOL_FBGEMM, QMAC_TYPE_U8, -0.0005f, 0.001f, 6.1e-5f, 85 },
		{ QMAC_TOOL_FBGEMM, QMAC_TYPE_U8, -1.8f, 0.5f, 2.3f / 255, 200 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct qmac_tool_spec spec = { .tool = cases[i].tool, .type = cases[i].type };
		struct one one;
		bool pass = choose(&one, &spec, cases[i].lo, cases[i].hi);

		if (!tap_ok(pass && one.scale[0] == cases[i].scale &&
				    one.zero_point[0] == cases[i].zero_point,
			    "%s, %s: %g to %g", qmac_tool_name(cases[i].tool),
			    qmac_type_name(cases[i].type), cases[i].lo, cases[i].hi))
			tap_note("scale %.9g zero point %d, want %.9g and %d", one.scale[0],
				 one.zero_point[0], cases[i].scale, cases[i].zero_point);
	}
}

static void test_symmetric(void)
{
	struct qmac_tool_spec spec = { .tool = QMAC_TOOL_NCNN,
				       .type = QMAC_TYPE_S8,
				       .symmetric = true };
	const float x[] = { -6, -3, 3, 6, -7 }, one_third = 1.9f;
	const float bound = 127 / 49.466518f;
	float back[MOST], tie;
	struct one one;
	int q[MOST];

	tap_ok(choose(&one, &spec, -3, 6) && one.multiplier[0] == 127 / 6.f &&
		       codes(&one, &spec, x, 5, q, back) && q[0] == -127 && q[1] == -64 &&
		       q[2] == 64 && q[3] == 127 && q[4] == -127,
	       "ncnn: times 127 / 6, 63.5 away from 0, never -128");
	tap_ok(choose(&one, &spec, -bound, 1) && near(one.multiplier[0], 49.466518) &&
		       near((double)one.multiplier[0] * 156.639840, 7748.427465),
	       "C2: data scale 49.466518 times weight scale 156.639840 is 7748.427465");
	spec.bits = 6;
	tap_ok(choose(&one, &spec, -one_third, 1) && one.multiplier[0] == 31 / one_third &&
		       one.params.q_min == -31 && one.params.q_max == 31,
	       "ncnn: 6 bits for Winograd, 31 / max");
	spec.bits = 0;
	tap_ok(choose(&one, &spec, 0, 0) && one.multiplier[0] == 1 && one.scale[0] == 1,
	       "ncnn: zeros have a finite scale");
	tap_ok(choose(&one, &spec, -1e-44f, 0) && one.multiplier[0] == 0x1p126f &&
		       one.scale[0] == FLT_MIN,
	       "ncnn: so have subnormal numbers");
	spec.tool = QMAC_TOOL_TENSORRT;
	tap_ok(choose(&one, &spec, -3, 6) && one.scale[0] == 6 / 127.f &&
		       codes(&one, &spec, x, 5, q, back) && q[1] == -64 && q[2] == 64 &&
		       q[4] == -128,
	       "tensorrt: absmax / 127, ties to even, -128 in use");
	tie = one.scale[0] * 62.5f;
	tap_ok(codes(&one, &spec, &tie, 1, q, back) && q[0] == 62, "tensorrt: 62.5 is 62");
	spec.tool = QMAC_TOOL_TFLITE;
	tap_ok(choose(&one, &spec, -3, 6) && one.multiplier[0] == 127 / 6.f &&
		       one.scale[0] == 6 / 127.f && one.params.q_min == -127 &&
		       codes(&one, &spec, x, 5, q, back) && q[1] == -64 && q[4] == -127,
	       "tflite weights: times 127 / 6, away from 0, -127 to 127");
	spec.tool = QMAC_TOOL_ORT;
	tap_ok(choose(&one, &spec, -3, 6) && one.params.q_min == -127 && !one.zero_point[0] &&
		       one.scale[0] == (float)(12.0 / 254),
	       "ort symmetric: 12 / 254");
	spec.type = QMAC_TYPE_U8;
	tap_ok(choose(&one, &spec, -3, 6) && one.zero_point[0] == 128, "ort symmetric u8: 128");
	spec = (struct qmac_tool_spec){ .tool = QMAC_TOOL_FBGEMM,
					.type = QMAC_TYPE_S8,
					.symmetric = true };
	tap_ok(choose(&one, &spec, -3, 6) && !one.zero_point[0] && near(one.scale[0], 6 / 127.0),
	       "fbgemm preserve_sparsity: zero point 0");
	spec.power_of_two = true;
	tap_ok(choose(&one, &spec, -3, 6) && one.scale[0] == 0x1p-4f, "fbgemm power of two");
	tap_ok(choose(&one, &spec, 0, 300) && one.scale[0] == 2, "fbgemm power of two above 1");
}

/* TFLite rounds away from 0, then adds the zero point. */
static void test_tflite_codes(void)
{
	const struct qmac_tool_spec spec = { .tool = QMAC_TOOL_TFLITE, .type = QMAC_TYPE_S8 };
	const float halves[] = { .5f, -.5f, 1.5f, -2.5f };
	float back[MOST];
	struct one one;
	int q[MOST];

	tap_ok(choose(&one, &spec, -128, 127) && one.scale[0] == 1 && !one.zero_point[0],
	       "tflite: -128 to 127 has scale 1");
	one.zero_point[0] = 1;
	tap_ok(codes(&one, &spec, halves, 4, q, back) && q[0] == 2 && q[1] == 0 && q[2] == 3 &&
		       q[3] == -2,
	       "tflite: ties away from 0, zero point after");
}

/* 3.1: the reciprocal; and the zero point that is added first. */
static void test_fbgemm_codes(void)
{
	const struct qmac_tool_spec spec = { .tool = QMAC_TOOL_FBGEMM, .type = QMAC_TYPE_U8 };
	const float scale = .00214854861f, x = .273939937f, halves[] = { .5f, 1.5f };
	float back[MOST];
	struct one one;
	int q[MOST];
	bool pass = choose(&one, &spec, 0, 0.5f);

	one.scale[0] = scale;
	tap_ok(pass && codes(&one, &spec, &x, 1, q, back) && q[0] == 128,
	       "fbgemm: .273939937 / .00214854861 is 127.5 by reciprocal");
	one.scale[0] = 1;
	one.zero_point[0] = 1;
	tap_ok(codes(&one, &spec, halves, 2, q, back) && q[0] == 2 && q[1] == 2,
	       "fbgemm: zero point before rounding");
}

static void refuse(const char *name, int got, int error, const char *part)
{
	if (!tap_ok(got == error && strstr(qmac_context_message(context), part), "refused: %s",
		    name))
		tap_note("%d: %s", got, qmac_context_message(context));
}

static void test_refusals(void)
{
	static const struct {
		struct qmac_tool_spec spec;
		const char *part;
	} cases[] = {
		{ { .tool = 8, .type = QMAC_TYPE_S8 }, "tool 8" },
		{ { .tool = QMAC_TOOL_NCNN, .type = QMAC_TYPE_S8 }, "ncnn has no asymmetric" },
		{ { .tool = QMAC_TOOL_TENSORRT, .type = QMAC_TYPE_S8 }, "no asymmetric" },
		{ { .tool = QMAC_TOOL_ONNX, .type = QMAC_TYPE_S8, .symmetric = true },
		  "onnx has no symmetric" },
		{ { .tool = QMAC_TOOL_NCNN, .type = QMAC_TYPE_U8, .symmetric = true }, "type u8" },
		{ { .tool = QMAC_TOOL_SNPE, .type = QMAC_TYPE_S8 }, "type s8" },
		{ { .tool = QMAC_TOOL_SNPE, .type = QMAC_TYPE_S32 }, "type s32" },
		{ { .tool = QMAC_TOOL_ONNX, .type = QMAC_TYPE_S8, .bits = 9 }, "9 bits" },
		{ { .tool = QMAC_TOOL_ONNX, .type = QMAC_TYPE_S8, .power_of_two = true },
		  "power-of-two" },
	};
	struct qmac_tool_spec spec = { .tool = QMAC_TOOL_ONNX, .type = QMAC_TYPE_U8 };
	struct qmac_quantize_options options;
	float lo[2] = { 0, NAN }, hi[2] = { 1, 1 }, scale[2] = { 7, 7 };
	int32_t zero_point[2];
	struct qmac_quant_params params = { .channels = 2,
					    .scale = scale,
					    .zero_point = zero_point };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		refuse(cases[i].part,
		       qmac_tool_choose(context, &cases[i].spec, hi, hi, &params, scale), -EINVAL,
		       cases[i].part);
		refuse("and its options",
		       qmac_tool_options(context, &cases[i].spec, scale, &options), -EINVAL,
		       cases[i].part);
	}
	refuse("NaN bound", qmac_tool_choose(context, &spec, lo, hi, &params, NULL), -EDOM,
	       "channel 1");
	lo[1] = -FLT_MAX;
	hi[1] = FLT_MAX;
	refuse("range beyond fp32", qmac_tool_choose(context, &spec, lo, hi, &params, NULL),
	       -ERANGE, "channel 1");
	spec.tool = QMAC_TOOL_SNPE;
	refuse("no room for multipliers", qmac_tool_choose(context, &spec, lo, hi, &params, NULL),
	       -EINVAL, "multiplies");
	spec = (struct qmac_tool_spec){ .tool = QMAC_TOOL_FBGEMM,
					.type = QMAC_TYPE_U8,
					.power_of_two = true };
	refuse("power of two beyond int", qmac_tool_choose(context, &spec, lo, hi, &params, NULL),
	       -ERANGE, "fbgemm");
	tap_ok(scale[0] == 7 && scale[1] == 7, "nothing was written");
	tap_ok(!qmac_tool_name(8) && !strcmp(qmac_tool_name(QMAC_TOOL_SNPE), "snpe"),
	       "names end after the last tool");
}

/* Every tool, type and degenerate range: a usable scale or an error, never more. */
static void test_degenerate(void)
{
	static const float ranges[][2] = { { 0, 0 },	 { 1e-45f, 1e-45f }, { -1e-45f, 1e-40f },
					   { 3, 3 },	 { -FLT_MAX, 0 },    { -FLT_MAX, FLT_MAX },
					   { 0, 1e-37f } };
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S16, QMAC_TYPE_U16,
					 QMAC_TYPE_S4, QMAC_TYPE_U4, QMAC_TYPE_S2,  QMAC_TYPE_U2 };
	unsigned int tool, type, form, done = 0;
	bool pass = true;
	size_t i;

	for (tool = 0; qmac_tool_name(tool); tool++) {
		for (type = 0; type < 8; type++) {
			for (form = 0; form < 4; form++) {
				const struct qmac_tool_spec spec = { .tool = (uint8_t)tool,
								     .type = types[type],
								     .symmetric = form & 1,
								     .power_of_two = form & 2 };

				for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
					struct one one = { .scale = { 1 } };
					int error;

					one.params = (struct qmac_quant_params){
						.channels = 1,
						.scale = one.scale,
						.zero_point = one.zero_point
					};
					error = qmac_tool_choose(context, &spec, &ranges[i][0],
								 &ranges[i][1], &one.params,
								 one.multiplier);
					if (error)
						continue;
					done++;
					if (one.scale[0] >= FLT_MIN && isfinite(one.scale[0]) &&
					    one.zero_point[0] >= one.params.q_min &&
					    one.zero_point[0] <= one.params.q_max &&
					    isfinite(one.multiplier[0]))
						continue;
					pass = false;
					tap_note("%s %s %g: scale %g zero point %d multiplier %g",
						 qmac_tool_name(tool), qmac_type_name(types[type]),
						 ranges[i][0], one.scale[0], one.zero_point[0],
						 one.multiplier[0]);
				}
			}
		}
	}
	tap_ok(pass && done > 300, "%u degenerate choices of tools are usable", done);
}

/* Offset is minus the zero point; and back. */
static void test_encodings(void)
{
	float scale[] = { 0.5f, 2 };
	int32_t zero_point[] = { 114, 0 };
	struct qmac_quant_params params = { QMAC_TYPE_U8, 0, 255, 2, scale, zero_point, false };
	struct qmac_encoding encoding;

	tap_ok(!qmac_encoding_get(context, &params, 0, &encoding) && encoding.offset == -114 &&
		       encoding.min == -57 && encoding.max == 70.5f && encoding.delta == 0.5f &&
		       encoding.bits == 8 && !encoding.symmetric,
	       "aimet: zero point 114 is offset -114");
	params.type = QMAC_TYPE_S8;
	params.q_min = -127;
	params.q_max = 127;
	zero_point[0] = 0;
	tap_ok(!qmac_encoding_get(context, &params, 0, &encoding) && encoding.offset == -127 &&
		       encoding.symmetric && encoding.min == -63.5f && encoding.max == 63.5f &&
		       encoding.bits == 8,
	       "aimet: strict symmetric has offset -127");
	scale[0] = 0;
	zero_point[0] = 9;
	params.q_min = -128;
	tap_ok(!qmac_encoding_set(context, &encoding, &params, 0) && scale[0] == 0.5f &&
		       !zero_point[0] && params.q_min == -127,
	       "aimet: and back");
	params.q_min = -128;
	tap_ok(!qmac_encoding_get(context, &params, 0, &encoding) && encoding.offset == -128 &&
		       encoding.symmetric && !qmac_encoding_set(context, &encoding, &params, 0) &&
		       params.q_min == -128,
	       "aimet: symmetric has offset -128");
	encoding = (struct qmac_encoding){ .delta = 1, .offset = -3, .bits = 4 };
	tap_ok(!qmac_encoding_set(context, &encoding, &params, 1) && params.q_min == -8 &&
		       params.q_max == 7 && zero_point[1] == -5 && scale[1] == 1,
	       "aimet: 4 bits in s8");
	refuse("channel 2 of 2", qmac_encoding_get(context, &params, 2, &encoding), -EINVAL,
	       "channel 2");
	refuse("channel 2 of 2", qmac_encoding_set(context, &encoding, &params, 2), -EINVAL,
	       "channel 2");
	encoding.offset = 1;
	refuse("offset 1", qmac_encoding_set(context, &encoding, &params, 0), -EINVAL, "offset 1");
	encoding.offset = INT32_MIN;
	refuse("offset -2^31", qmac_encoding_set(context, &encoding, &params, 0), -EINVAL,
	       "offset");
	encoding.offset = -16;
	refuse("offset -16", qmac_encoding_set(context, &encoding, &params, 0), -EINVAL,
	       "-15 to 0");
	encoding.offset = 0;
	encoding.delta = INFINITY;
	refuse("delta inf", qmac_encoding_set(context, &encoding, &params, 0), -EINVAL,
	       "delta inf");
	encoding.delta = 1;
	encoding.bits = 32;
	refuse("32 bits", qmac_encoding_set(context, &encoding, &params, 0), -EINVAL, "32 bits");
	encoding.bits = 0;
	refuse("0 bits", qmac_encoding_set(context, &encoding, &params, 0), -EINVAL, "0 bits");
	scale[0] = FLT_MAX;
	refuse("min beyond fp32", qmac_encoding_get(context, &params, 0, &encoding), -ERANGE,
	       "beyond fp32");
}

static void test_reciprocals(void)
{
	float scale = 7;

	tap_ok(!qmac_scale_from_reciprocal(context, 25, &scale) && scale == 0.04f, "1 / 25");
	refuse("reciprocal 0", qmac_scale_from_reciprocal(context, 0, &scale), -EDOM, "scale 0");
	refuse("reciprocal inf", qmac_scale_from_reciprocal(context, INFINITY, &scale), -EDOM,
	       "inf");
	refuse("reciprocal NaN", qmac_scale_from_reciprocal(context, NAN, &scale), -EDOM, "nan");
	refuse("negative", qmac_scale_from_reciprocal(context, -1, &scale), -EDOM, "-1");
	refuse("3e38", qmac_scale_from_reciprocal(context, 3e38f, &scale), -EDOM, "3e+38");
}

/* 004: E5. */
static void test_bitwidths(void)
{
	static const struct {
		struct qmac_bitwidths given, want;
		const char *part; /* of the refusal */
	} cases[] = {
		{ { 0 }, { 8, 8, 8, 0 }, NULL },
		{ { .bias = 32 }, { 8, 8, 32, 0 }, NULL },
		{ { .weights = 16 }, { 16, 8, 8, 0 }, NULL },
		{ { .activations = 16 }, { 8, 16, 8, 0 }, NULL },
		{ { .all = 8 }, { 8, 8, 8, 0 }, NULL },
		{ { .all = 16 }, { 16, 16, 32, 0 }, NULL },
		{ { .weights = 8, .all = 8 }, { 0 }, "excludes" },
		{ { .activations = 8, .all = 16 }, { 0 }, "excludes" },
		{ { .bias = 32, .all = 8 }, { 0 }, "excludes" },
		{ { .weights = 32 }, { 0 }, "32 of weights: use 8 or 16" },
		{ { .activations = 4 }, { 0 }, "4 of activations: use 8 or 16" },
		{ { .bias = 16 }, { 0 }, "16 of bias: use 8 or 32" },
		{ { .all = 32 }, { 0 }, "32 of all: use 8 or 16" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct qmac_bitwidths out = { 1, 2, 3, 4 }, kept = out;
		int error = qmac_bitwidths_resolve(context, &cases[i].given, &out);
		bool pass = cases[i].part
				    ? error == -EINVAL && !memcmp(&out, &kept, sizeof(out)) &&
					      strstr(qmac_context_message(context), cases[i].part)
				    : !error && !memcmp(&out, &cases[i].want, sizeof(out));

		tap_ok(pass, "E5: weights %u activations %u bias %u all %u", cases[i].given.weights,
		       cases[i].given.activations, cases[i].given.bias, cases[i].given.all);
	}
	tap_ok(qmac_bitwidth_rule(QMAC_BITWIDTH_BIAS)->choices[1] == 32 && !qmac_bitwidth_rule(4),
	       "E5: the rules are data");
}

/* A bias of 8 bits with its own scale reaches the accumulator by way of the real numbers. */
static void test_bias_of_8_bits(void)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
	const struct qmac_extent extent = { 1, 1, 3 };
	const float bias[] = { 1.27f, -0.5f, 0.003f }, b_scale = 0.01f;
	struct qmac_quant_params params;
	int32_t out[3];
	float back[3];
	int8_t q[3];
	bool pass;

	pass = !qmac_quant_minmax(context, &spec, bias, &extent, QMAC_NAN_ERROR, &params);
	pass = pass && !qmac_quantize(context, &params, &extent, bias, q, NULL) &&
	       !qmac_dequantize(context, &params, &extent, q, back) &&
	       !qmac_quantize_bias(context, back, 3, 0.1f, &b_scale, 1, out);
	tap_ok(pass && q[0] == 127 && q[1] == -50 && !q[2] && out[0] == 1270 && out[1] == -500 &&
		       !out[2],
	       "a bias of 8 bits with its own scale");
	qmac_quant_params_release(&params);
}

/* Digits that a division in double would not give: by way of the range in fp32. */
static void test_widen_digits(void)
{
	static const struct {
		float bias, a_scale, scale;
	} cases[] = {
		{ 8.08f, 0.215f, 0x1.2ca6b4p-25f },
		{ 8.56f, 0.4f, 0x1.566666p-26f },
		{ 7.81f, 0.786f, 0x1.3df6e2p-27f },
	};
	const float bias[] = { 8.08f, 1e-12f };
	float b_scale[] = { 1e-10f, 1e-10f };
	bool pass = true;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		float scale = 1e-10f;

		pass = pass &&
		       !qmac_widen_scales(context, &cases[i].bias, 1, cases[i].a_scale, &scale, 1,
					  NULL) &&
		       scale == cases[i].scale;
	}
	tap_ok(pass, "a scale per tensor is widened to TFLite's digits");
	tap_ok(!qmac_widen_scales(context, bias, 2, cases[0].a_scale, b_scale, 2, NULL) &&
		       b_scale[0] == cases[0].scale && b_scale[1] == 1e-10f,
	       "and a scale per channel");
	/* Half of what 32 bits hold is 2^30 - 0.5 units. */
	b_scale[0] = 0x1p-30f;
	b_scale[1] = 1;
	tap_ok(!qmac_widen_scales(context, (const float[]){ 0x1.fffffep-1f, 0 }, 2, 1, b_scale, 2,
				  NULL) &&
		       b_scale[0] == 0x1p-30f,
	       "just below half is enough");
	tap_ok(!qmac_widen_scales(context, (const float[]){ 1.0000001f, 0 }, 2, 1, b_scale, 2,
				  NULL) &&
		       b_scale[0] > 0x1p-30f,
	       "half and more is not");
	b_scale[0] = 0x1p-149f; /* the least subnormal: refused, so that no product is 0 */
	refuse("subnormal scale",
	       qmac_widen_scales(context, (const float[]){ 1 }, 1, 1, b_scale, 1, NULL), -EINVAL,
	       "channel 0");
	b_scale[0] = FLT_MIN;
	tap_ok(!qmac_widen_scales(context, (const float[]){ 0x1p-100f }, 1, FLT_MIN, b_scale, 1,
				  NULL) &&
		       b_scale[0] == (float)(0x1p27 / INT32_MAX),
	       "a range beyond fp32, whose scale is not");
}

static void test_widen(void)
{
	const float bias[] = { 4, 4, -1e-3f }, a_scale = 0.05f;
	float b_scale[] = { 1e-7f / 127, 7 / 127.f, 1e-10f }, one[] = { 1e-10f }, kept[3];
	int32_t out[3];
	size_t widened = 9;

	memcpy(kept, b_scale, sizeof(kept));
	refuse("bias beyond 32 bits",
	       qmac_quantize_bias(context, bias, 3, a_scale, b_scale, 3, out), -ERANGE,
	       "channel 0");
	tap_ok(!qmac_widen_scales(context, bias, 3, a_scale, b_scale, 3, &widened) &&
		       widened == 1 && b_scale[0] > kept[0] && b_scale[1] == kept[1] &&
		       b_scale[2] == kept[2] &&
		       b_scale[0] == (float)(2 * 4.0 / INT32_MAX / a_scale),
	       "the scale of that channel is widened, no other");
	tap_ok(!qmac_quantize_bias(context, bias, 3, a_scale, b_scale, 3, out) &&
		       abs(out[0] - (1 << 30)) < 100,
	       "then the bias takes half of the 32 bits");
	tap_ok(!qmac_widen_scales(context, bias, 3, a_scale, one, 1, NULL) && one[0] == b_scale[0],
	       "one scale for all is that of the greatest bias");
	b_scale[0] = (float)(4 / (0.7 * INT32_MAX) / a_scale);
	tap_ok(!qmac_widen_scales(context, bias, 1, a_scale, b_scale, 1, &widened) &&
		       widened == 1 && b_scale[0] == one[0],
	       "a bias of 0.7 of the 32 bits is widened too");
	b_scale[0] = (float)(4 / (0.4 * INT32_MAX) / a_scale);
	tap_ok(!qmac_widen_scales(context, bias, 1, a_scale, b_scale, 1, &widened) && !widened,
	       "one of 0.4 is not");
	refuse("2 scales for 3", qmac_widen_scales(context, bias, 3, 1, b_scale, 2, &widened),
	       -EINVAL, "2 weight scales");
	refuse("scale NaN", qmac_widen_scales(context, bias, 3, NAN, b_scale, 3, &widened), -EINVAL,
	       "nan");
	refuse("bias inf",
	       qmac_widen_scales(context, (const float[]){ INFINITY }, 1, 1, one, 1, &widened),
	       -EDOM, "channel 0");
	refuse("no such scale",
	       qmac_widen_scales(context, (const float[]){ FLT_MAX }, 1, FLT_MIN, one, 1, &widened),
	       -ERANGE, "channel 0");
	tap_ok(!widened, "nothing was written");
}

int main(void)
{
	if (qmac_context_create(&context))
		return 1;
	test_snpe();
	test_onnx();
	test_symmetric();
	test_tflite_codes();
	test_fbgemm_codes();
	test_refusals();
	test_degenerate();
	test_encodings();
	test_reciprocals();
	test_bitwidths();
	test_bias_of_8_bits();
	test_widen();
	test_widen_digits();
	qmac_context_destroy(context);
	return tap_done();
}
