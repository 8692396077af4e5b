// SPDX-License-Identifier: MIT
/* Examples of where tools differ by one: known vectors of their issue trackers. */
#include <math.h>

#include "selftest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 127.4999924 by division, 127.5 by multiplication with fp32(1 / scale): FBGEMM's own example. */
static void run_f1(struct example *example)
{
	const struct qmac_extent extent = { 1, 1, 1 };
	const struct qmac_quantize_options times = { .reciprocal = true };
	float scale = .00214854861f;
	const float x = .273939937f;
	int32_t zero = 0;
	struct qmac_quant_params params = { QMAC_TYPE_U8, 0, 255, 1, &scale, &zero, false };
	uint8_t q[2] = { 0 };

	example_status(example, "divide",
		       qmac_quantize(example->context, &params, &extent, &x, &q[0], NULL));
	example_status(example, "multiply",
		       qmac_quantize(example->context, &params, &extent, &x, &q[1], &times));
	example_number(example, "x / s", 127, q[0], 9);
	example_number(example, "x * (1 / s)", 128, q[1], 9);
}

static int32_t requantize_to(struct example *example, unsigned int preset, int32_t acc,
			     uint32_t mult, int32_t shift, int16_t zero, int32_t lo, int32_t hi)
{
	struct qmac_recipe recipe = { 0 };
	struct qmac_requant requant;

	example_status(example, qmac_preset_name(preset), qmac_preset_recipe(preset, &recipe));
	requant = (struct qmac_requant){
		.path = recipe.path,
		.rounding = recipe.rounding,
		.zp_first = recipe.zp_first,
		.c_type = QMAC_TYPE_S8,
		.c_zero = zero,
		.clamp_lo = lo,
		.clamp_hi = hi,
	};
	if (!qmac_ref_mult_valid(requant.path, mult, shift)) {
		example->failed = true;
		return 0;
	}
	return qmac_ref_requantize(acc, mult, shift, &requant);
}

static int32_t requantize(struct example *example, unsigned int preset, int32_t acc, uint32_t mult,
			  int32_t shift, int16_t zero)
{
	return requantize_to(example, preset, acc, mult, shift, zero, -128, 127);
}

/* 7984 * 1583594044 / 2^31 / 2^9 is 11.499: two roundings carry it past 11.5. */
static void run_f2(struct example *example)
{
	example_number(example, "two roundings (TFLite)", 12,
		       requantize(example, QMAC_PRESET_DOUBLE, 7984, 1583594044, -9, 0), 9);
	example_number(example, "one", 11,
		       requantize(example, QMAC_PRESET_SINGLE, 7984, 1583594044, -9, 0), 9);
}

/* 6.5 in fp32, above it in Q31: to even is 6, and 7. */
static void run_f3(struct example *example)
{
	static const struct {
		unsigned int preset;
		int32_t want;
	} cases[] = {
		{ QMAC_PRESET_DOUBLE, -119 },
		{ QMAC_PRESET_SINGLE, -119 },
		{ QMAC_PRESET_F32, -120 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		double scale = qmac_real_scale(cases[i].preset, .05296124517917633f,
					       .024093778803944588f, .11484327912330627f);
		uint32_t mult = 0;
		int32_t shift = 0;

		example_status(
			example, "multiplier",
			qmac_multiplier(example->context, cases[i].preset, scale, &mult, &shift));
		example_number(example, qmac_preset_name(cases[i].preset), cases[i].want,
			       requantize(example, cases[i].preset, 585, mult, shift, -126), 9);
	}
}

/* A preset with the integers that it makes of a real scale. */
struct scaled {
	unsigned int preset;
	uint32_t mult;
	int32_t shift;
};

static struct scaled scaled_of(struct example *example, unsigned int preset, double scale)
{
	struct scaled scaled = { preset, 0, 0 };

	example_status(
		example, "multiplier",
		qmac_multiplier(example->context, preset, scale, &scaled.mult, &scaled.shift));
	return scaled;
}

/* Two presets on the same accumulator, nothing clamped. */
static bool differ(struct example *example, const struct scaled *one, const struct scaled *other,
		   int32_t acc, int16_t zero)
{
	return requantize_to(example, one->preset, acc, one->mult, one->shift, zero, INT32_MIN,
			     INT32_MAX) != requantize_to(example, other->preset, acc, other->mult,
							 other->shift, zero, INT32_MIN, INT32_MAX);
}

/* Powers of two make ties common: every 16th result here is one, half of those go either way. */
static void run_f4(struct example *example)
{
	static const struct {
		const char *name;
		unsigned int one, other;
		int16_t zero;
		int count;
	} cases[] = {
		{ "double and f32 differ", QMAC_PRESET_DOUBLE, QMAC_PRESET_F32, 0, 2500 },
		{ "single and f32", QMAC_PRESET_SINGLE, QMAC_PRESET_F32, 0, 1250 },
		{ "rndnu and f32", QMAC_PRESET_RNDNU, QMAC_PRESET_F32, 0, 1250 },
		{ "onnx-ref and f32", QMAC_PRESET_ONNX_REF, QMAC_PRESET_F32, 0, 0 },
		{ "with zero point 1", QMAC_PRESET_ONNX_REF, QMAC_PRESET_F32, 1, 2500 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct scaled one = scaled_of(example, cases[i].one, 0x1p-4);
		const struct scaled other = scaled_of(example, cases[i].other, 0x1p-4);
		int count = 0;

		for (int32_t acc = -20000; acc <= 20000; acc++)
			count += differ(example, &one, &other, acc, cases[i].zero);
		example_number(example, cases[i].name, cases[i].count, count, 9);
	}
}

/* The operator's text rounds x / y_scale, as ONNX Runtime does; the reference adds first. */
static void run_f5(struct example *example)
{
	const struct scaled f32 = scaled_of(example, QMAC_PRESET_F32, 0x1p-4);
	const struct scaled reference = scaled_of(example, QMAC_PRESET_ONNX_REF, 0x1p-4);

	example_number(example, "0.5, zero point 1: ONNX Runtime", 1,
		       requantize(example, f32.preset, 8, f32.mult, f32.shift, 1), 9);
	example_number(example, "reference", 2,
		       requantize(example, reference.preset, 8, reference.mult, reference.shift, 1),
		       9);
}

#define RANDOM	  400000
#define EXPONENTS 30

/* Knuth's MMIX generator; the lower bits of its numbers are poor. */
static uint32_t draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 32);
}

/*
 * How often results of 8 bits differ, for scales of all sizes below 1. Two roundings
 * meet a tie that there is none in 2^-n of the cases when n bits are dropped last, and
 * are wrong in half of them: 1 / 2 / 30 altogether.
 */
static void run_f6(struct example *example)
{
	uint64_t state = 1;
	int two_roundings = 0, others = 0;

	for (int i = 0; i < RANDOM; i++) {
		double scale = ldexp((draw(&state) >> 8) + 0x1p24, -25 - i % EXPONENTS);
		double most = fmin(127 / scale, 0x1p31 - 1);
		int32_t acc = (int32_t)((draw(&state) * 0x1p-31 - 1) * most);
		const struct scaled f32 = scaled_of(example, QMAC_PRESET_F32, scale);
		const struct scaled one = scaled_of(example, QMAC_PRESET_SINGLE, scale);
		const struct scaled two = scaled_of(example, QMAC_PRESET_DOUBLE, scale);

		two_roundings += differ(example, &two, &f32, acc, 0);
		others += differ(example, &one, &f32, acc, 0);
	}
	example_number(example, "two roundings and f32, per cent", 1.69,
		       100.0 * two_roundings / RANDOM, 2);
	example_truth(example, "one rounding and f32: below 0.01 per cent",
		      others < RANDOM / 10000);
}

const struct example_entry examples_arithmetic[] = {
	{ "F1", "division and multiplication by the reciprocal (FBGEMM)", run_f1 },
	{ "F2", "requantizing 7984 (tensorflow#25087)", run_f2 },
	{ "F3", "requantizing 585 (tensorflow#103028)", run_f3 },
	{ "F4", "-20000 to 20000 times 2^-4, where presets differ", run_f4 },
	{ "F5", "a tie and an odd zero point", run_f5 },
	{ "F6", "random accumulators and scales, where presets differ", run_f6 },
};

const size_t examples_arithmetic_count = COUNT(examples_arithmetic);
