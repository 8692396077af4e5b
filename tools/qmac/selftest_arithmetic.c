// SPDX-License-Identifier: MIT
/* Examples of where tools differ by one: known vectors of their issue trackers. */
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

static int32_t requantize(struct example *example, unsigned int preset, int32_t acc, uint32_t mult,
			  int32_t shift, int16_t zero)
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
		.clamp_lo = -128,
		.clamp_hi = 127,
	};
	if (!qmac_ref_mult_valid(requant.path, mult, shift)) {
		example->failed = true;
		return 0;
	}
	return qmac_ref_requantize(acc, mult, shift, &requant);
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

const struct example_entry examples_arithmetic[] = {
	{ "F1", "division and multiplication by the reciprocal (FBGEMM)", run_f1 },
	{ "F2", "requantizing 7984 (tensorflow#25087)", run_f2 },
	{ "F3", "requantizing 585 (tensorflow#103028)", run_f3 },
};

const size_t examples_arithmetic_count = COUNT(examples_arithmetic);
