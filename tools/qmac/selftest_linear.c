// SPDX-License-Identifier: MIT
/* Examples of linear quantization: schemes, zero points, rounding, granularity. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "selftest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SPEC(kind, ...) (&(const struct qmac_quant_spec){ .type = QMAC_TYPE_##kind, __VA_ARGS__ })

#define ASYMMETRIC .scheme = QMAC_SCHEME_ASYMMETRIC

/* [0.05, 12] to uint8, with 0 forced into the range and without. */
static void run_a4(struct example *example)
{
	const float x[] = { 0.05f, 12 };
	struct example_result result;

	example_quantize(example, SPEC(U8, ASYMMETRIC), QMAC_ROUND_EVEN, x, 2, &result);
	example_number(example, "scale", 0.0470588235, (double)result.scale, 7);
	example_number(example, "zero point", 0, result.zero_point, 9);
	example_quantize(example, SPEC(U8, ASYMMETRIC, .zero = QMAC_ZERO_FREE), QMAC_ROUND_EVEN, x,
			 2, &result);
	example_number(example, "as it is: scale", 0.0468627451, (double)result.scale, 7);
	example_number(example, "raw zero point", -1.0669456, -0.05 / (double)result.scale, 6);
	example_number(example, "zero point (outside uint8)", -1, result.zero_point, 9);
}

/* -3 / (6 / 127) is -63.5 exactly: every rounding has its own idea. */
static void run_a5(struct example *example)
{
	static const struct {
		const char *name;
		uint8_t rounding;
		int32_t q[2];
	} cases[] = {
		{ "even", QMAC_ROUND_EVEN, { -64, 127 } },
		{ "up", QMAC_ROUND_UP, { -63, 127 } },
		{ "away", QMAC_ROUND_AWAY, { -64, 127 } },
		{ "truncate", QMAC_ROUND_TRUNCATE, { -63, 127 } },
		{ "floor", QMAC_ROUND_FLOOR, { -64, 127 } },
		{ "ceil", QMAC_ROUND_CEIL, { -63, 127 } },
		{ "half-down", QMAC_ROUND_HALF_DOWN, { -64, 127 } },
		{ "half-zero", QMAC_ROUND_HALF_ZERO, { -63, 127 } },
	};
	const float x[] = { -3, 6 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct example_result result;

		example_quantize(example, SPEC(S8, 0), cases[i].rounding, x, 2, &result);
		example_codes(example, cases[i].name, cases[i].q, result.q, 2);
	}
}

static void run_a6(struct example *example)
{
	const int32_t q[] = { -127, 0, 64 };
	const float x[] = { -6, 0, 3.01f };
	struct example_result result;

	example_quantize(example, SPEC(S8, 0), QMAC_ROUND_EVEN, x, 3, &result);
	example_number(example, "scale", 6.0 / 127, (double)result.scale, 7);
	example_codes(example, "q", q, result.q, 3);
}

/* The codes of scale 2 / 255 by multiplication with 255 / 2, which is exact. */
static void multiply(struct example *example, const float *x, int32_t *out)
{
	const struct qmac_extent extent = { 1, 1, 4 };
	float scale = 2.f / 255, multiplier = 255.f / 2;
	int32_t zero = 0;
	struct qmac_quant_params params = { QMAC_TYPE_U8, 0, 255, 1, &scale, &zero, false };
	const struct qmac_quantize_options how = { .multiplier = &multiplier };
	uint8_t q[4] = { 0 };

	example_status(example, "quantize",
		       qmac_quantize(example->context, &params, &extent, x, q, &how));
	for (size_t i = 0; i < 4; i++)
		out[i] = q[i];
}

/* In fp32 the scale 2 / 255 is a little too great, and 1 / scale no tie any more. */
static void run_b1(struct example *example)
{
	const int32_t free_q[] = { 0, 85, 170, 255 }, clamped[] = { 85, 170, 255, 255 };
	const int32_t widened[] = { 64, 128, 191, 255 }, divided[] = { 64, 127, 191, 255 };
	int32_t multiplied[4];
	const float x[] = { 0.5f, 1, 1.5f, 2 };
	struct example_result result;

	example_quantize(example, SPEC(U8, ASYMMETRIC, .zero = QMAC_ZERO_FREE), QMAC_ROUND_EVEN, x,
			 4, &result);
	example_number(example, "(a) scale", 0.00588235294, (double)result.scale, 7);
	example_number(example, "zero point", -85, result.zero_point, 9);
	example_codes(example, "q", free_q, result.q, 4);
	example_truth(example, "back exactly", !memcmp(x, result.back, sizeof(x)));
	example_quantize(example, SPEC(U8, ASYMMETRIC, .zero = QMAC_ZERO_CLAMP), QMAC_ROUND_EVEN, x,
			 4, &result);
	example_codes(example, "(b) zero point clamped", clamped, result.q, 4);
	example_quantize(example, SPEC(U8, ASYMMETRIC), QMAC_ROUND_EVEN, x, 4, &result);
	example_number(example, "(c) range widened: scale", 2.0 / 255, (double)result.scale, 7);
	multiply(example, x, multiplied);
	example_codes(example, "times 255 / 2", widened, multiplied, 4);
	example_codes(example, "divided by fp32(2 / 255)", divided, result.q, 4);
}

static void run_b5(struct example *example)
{
	const struct qmac_extent extent = { 1, 1, 5 };
	const float x[] = { 0, 0.1f, -1, 12.7f, -20 };
	const int32_t expected[] = { 0, 1, -10, 127, -128 };
	float scale = 0.1f;
	int32_t zero = 0, got[5];
	struct qmac_quant_params params = { QMAC_TYPE_S8, -128, 127, 1, &scale, &zero, false };
	int8_t q[5] = { 0 };

	example_status(example, "quantize",
		       qmac_quantize(example->context, &params, &extent, x, q, NULL));
	for (size_t i = 0; i < 5; i++)
		got[i] = q[i];
	example_codes(example, "scale 0.1, zero point 0", expected, got, 5);
}

/* Small weights masked, not removed: the shape stays, zeros are exact afterwards. */
static void run_b7(struct example *example)
{
	const struct qmac_prune_options options = { .threshold = 0.01f };
	float w[] = { 0.5f, -0.004f, 0.009f, -0.3f, 0.02f, 0.01f };
	const int32_t mask[] = { 1, 0, 0, 1, 1, 0 };
	struct example_result result;
	uint8_t stays[COUNT(w)] = { 0 };
	int32_t got[COUNT(w)];
	size_t pruned = 0;
	bool exact = true;

	example_status(example, "prune",
		       qmac_prune_mask(example->context, &options, w, COUNT(w), stays, &pruned));
	qmac_mask_apply(w, stays, COUNT(w));
	example_quantize(example, SPEC(U8, ASYMMETRIC), QMAC_ROUND_EVEN, w, COUNT(w), &result);
	for (size_t i = 0; i < COUNT(w); i++) {
		got[i] = stays[i];
		exact &= stays[i] || (result.q[i] == result.zero_point && result.back[i] == 0);
	}
	example_codes(example, "mask", mask, got, COUNT(w));
	example_number(example, "of 6 weights pruned", 3, (double)pruned, 9);
	example_truth(example, "zeros stay exactly zero", exact);
}

static void run_d1(struct example *example)
{
	const struct qmac_extent extent = { 1, 1, 4 };
	const double want[] = { -65.5, 0, 2, 62 };
	const int8_t q[] = { -128, 3, 7, 127 };
	float scale = 0.5f, back[4] = { 0 };
	int32_t zero = 3;
	struct qmac_quant_params params = { QMAC_TYPE_S8, -128, 127, 1, &scale, &zero, false };

	example_status(example, "dequantize",
		       qmac_dequantize(example->context, &params, &extent, q, back));
	for (size_t i = 0; i < 4; i++)
		example_number(example, i ? "r" : "S 0.5, Z 3, q [-128, 3, 7, 127]: r", want[i],
			       (double)back[i], 9);
}

static void run_d2(struct example *example)
{
	const int32_t s8[] = { -128, -39, 72, 127 }, u8[] = { 0, 89, 200, 255 };
	const float x[] = { -1.8f, -1, 0, 0.5f };
	struct example_result result;

	example_quantize(example, SPEC(S8, ASYMMETRIC), QMAC_ROUND_EVEN, x, 4, &result);
	example_number(example, "scale", 0.0090196078, (double)result.scale, 7);
	example_number(example, "int8 zero point", 72, result.zero_point, 9);
	example_codes(example, "q", s8, result.q, 4);
	example_quantize(example, SPEC(U8, ASYMMETRIC), QMAC_ROUND_EVEN, x, 4, &result);
	example_number(example, "uint8 zero point", 200, result.zero_point, 9);
	example_codes(example, "q", u8, result.q, 4);
}

static void run_d3(struct example *example)
{
	const int32_t full[] = { -128, 43 }, q[] = { -127, 42 }, clipped[] = { -127, 127 };
	const struct qmac_extent extent = { 1, 1, 2 };
	const float x[] = { -3, 1 };
	struct example_result result;
	float scale = 1.f / 127, back[2] = { 0 };
	int32_t zero = 0, wide[2];
	struct qmac_quant_params params = { QMAC_TYPE_S8, -127, 127, 1, &scale, &zero, false };
	int8_t codes[2] = { 0 };

	example_status(example, "quantize",
		       qmac_quantize(example->context, &params, &extent, x, codes, NULL));
	example_status(example, "dequantize",
		       qmac_dequantize(example->context, &params, &extent, codes, back));
	wide[0] = codes[0];
	wide[1] = codes[1];
	example_codes(example, "as written, |rmax| / 127: q", clipped, wide, 2);
	example_number(example, "-3 comes back as", -1, (double)back[0], 6);

	example_quantize(example, SPEC(S8, 0), QMAC_ROUND_EVEN, x, 2, &result);
	example_number(example, "max(|rmin|, |rmax|) / 127: scale", 3.0 / 127, (double)result.scale,
		       7);
	example_codes(example, "q", q, result.q, 2);
	example_quantize(example, SPEC(S8, .scheme = QMAC_SCHEME_SYMMETRIC_FULL), QMAC_ROUND_EVEN,
			 x, 2, &result);
	example_codes(example, "all codes", full, result.q, 2);
}

static void run_d4(struct example *example)
{
	const int32_t s16[] = { -32768, 32767 }, u8[] = { 0, 255 }, s4[] = { -8, 7 };
	const float x[] = { -1.8f, 0.5f };
	struct example_result result;

	example_quantize(example, SPEC(S16, ASYMMETRIC), QMAC_ROUND_EVEN, x, 2, &result);
	example_codes(example, "int16", s16, result.q, 2);
	example_quantize(example, SPEC(U8, ASYMMETRIC), QMAC_ROUND_EVEN, x, 2, &result);
	example_codes(example, "uint8", u8, result.q, 2);
	example_quantize(example, SPEC(S4, ASYMMETRIC), QMAC_ROUND_EVEN, x, 2, &result);
	example_codes(example, "int4", s4, result.q, 2);
}

/* Round(r / S) + Z and Round(r / S + Z) on a tie with an odd Z. */
static void run_position(struct example *example)
{
	const struct qmac_extent extent = { 1, 1, 1 };
	const struct qmac_quantize_options first = { .zp_first = true };
	const float x = 0.5f;
	float scale = 1;
	int32_t zero = 1;
	struct qmac_quant_params params = { QMAC_TYPE_S8, -128, 127, 1, &scale, &zero, false };
	int8_t q[2] = { 0 };

	example_status(example, "quantize",
		       qmac_quantize(example->context, &params, &extent, &x, &q[0], NULL));
	example_status(example, "quantize",
		       qmac_quantize(example->context, &params, &extent, &x, &q[1], &first));
	example_number(example, "zero point after rounding", 1, q[0], 9);
	example_number(example, "before", 2, q[1], 9);
}

static void run_e3(struct example *example)
{
	const float x[] = { -1, 3 };
	struct example_result result;

	for (uint8_t bits = 8; bits >= 2; bits = (uint8_t)(bits / 2)) {
		example_quantize(example, SPEC(S8, .bits = bits == 8 ? 0 : bits), QMAC_ROUND_EVEN,
				 x, 2, &result);
		example_number(example, "3 / (2^(n-1) - 1)", 3.0 / ((1 << (bits - 1)) - 1),
			       (double)result.scale, 7);
		example_quantize(example, SPEC(U8, ASYMMETRIC, .bits = bits == 8 ? 0 : bits),
				 QMAC_ROUND_EVEN, x, 2, &result);
		example_number(example, "4 / (2^n - 1)", 4.0 / ((1 << bits) - 1),
			       (double)result.scale, 7);
	}
}

#define FILTERS 4
#define TAPS	6

/* Codes of [FILTERS, TAPS] numbers; false when the library refuses. */
static bool group_codes(struct example *example, unsigned int grain, size_t group, int8_t *q)
{
	const size_t shape[] = { FILTERS, TAPS };
	struct qmac_granularity granularity;
	struct qmac_quant_params params;
	float x[FILTERS * TAPS];
	int ret;

	for (size_t i = 0; i < FILTERS * TAPS; i++)
		x[i] = (float)((int)(i * 37 % 23) - 11) * (1 + (float)(i / TAPS)) / 7;
	ret = qmac_granularity_of(example->context, shape, 2, grain, 0, group, &granularity);
	if (!ret)
		ret = qmac_group_minmax(example->context, SPEC(S8, ASYMMETRIC), x, &granularity,
					QMAC_NAN_ERROR, &params);
	if (ret)
		return false;
	ret = qmac_group_quantize(example->context, &params, &granularity, x, q, NULL);
	qmac_quant_params_release(&params);
	return !ret;
}

static void run_e4(struct example *example)
{
	int8_t tensor[FILTERS * TAPS], channel[FILTERS * TAPS], whole[FILTERS * TAPS];
	int8_t single[FILTERS * TAPS];
	bool done = group_codes(example, QMAC_GRAIN_TENSOR, 1, tensor) &&
		    group_codes(example, QMAC_GRAIN_CHANNEL, 1, channel) &&
		    group_codes(example, QMAC_GRAIN_GROUP, FILTERS, whole) &&
		    group_codes(example, QMAC_GRAIN_GROUP, 1, single);

	example_truth(example, "one group = per layer",
		      done && !memcmp(tensor, whole, sizeof(whole)));
	example_truth(example, "as many groups as filters = per channel",
		      done && !memcmp(channel, single, sizeof(single)));
	example_truth(example, "these differ", done && memcmp(tensor, channel, sizeof(tensor)));
}

static void run_e8(struct example *example)
{
	const float threes[] = { 3, 3, 3 }, zeros[] = { 0, 0 };
	const int32_t q[] = { 255, 255, 255 }, none[] = { 0, 0 };
	struct example_result result;

	example_quantize(example, SPEC(U8, ASYMMETRIC, .min_range = 0.01f), QMAC_ROUND_EVEN, threes,
			 3, &result);
	example_number(example, "all 3: scale", 3.0 / 255, (double)result.scale, 7);
	example_codes(example, "q", q, result.q, 3);
	example_quantize(example, SPEC(U8, ASYMMETRIC, .min_range = 0.01f), QMAC_ROUND_EVEN, zeros,
			 2, &result);
	example_number(example, "all 0: scale", 0.01 / 255, (double)result.scale, 6);
	example_codes(example, "q", none, result.q, 2);
}

const struct example_entry examples_linear[] = {
	{ "A4", "[0.05, 12] to uint8", run_a4 },
	{ "A5", "[-3, 6] symmetric, in every rounding mode", run_a5 },
	{ "A6", "symmetric steps", run_a6 },
	{ "B1", "the numpy example, three zero points", run_b1 },
	{ "B5", "quantize_per_tensor(x, 0.1, 0)", run_b5 },
	{ "B7", "pruning by mask", run_b7 },
	{ "D1", "r = S (q - Z)", run_d1 },
	{ "D2", "[-1.8, 0.5] asymmetric", run_d2 },
	{ "D3", "[-3, 1] symmetric: the greater magnitude counts", run_d3 },
	{ "D4", "asymmetric fills the range", run_d4 },
	{ "D3", "where the zero point is added", run_position },
	{ "E3", "scales of n = 8, 4, 2 bits for [-1, 3]", run_e3 },
	{ "E4", "granularity", run_e4 },
	{ "E8", "constant tensors, least range 0.01", run_e8 },
};

const size_t examples_linear_count = COUNT(examples_linear);
