// SPDX-License-Identifier: MIT
/* Presets, and real scales as the integers that the device multiplies with. */
#include <qmac/quant.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "context.h"
#include "quant/exact.h"

/* mult < 2^31 and shift <= 30 reach no further. */
#define Q31_LIMIT ((double)(1 << 30))

/* How a real scale becomes a multiplier. */
enum form {
	FORM_NONE,
	FORM_F32,
	FORM_Q31,
	FORM_Q31_OF_F32
};

struct preset {
	const char *name;
	struct qmac_recipe recipe;
	enum form form;
};

/* Documentation/hardware/arithmetic.rst, section Presets of the library. */
static const struct preset presets[] = {
	[QMAC_PRESET_RAW] = { "raw", { QMAC_PATH_NONE, 0, false }, FORM_NONE },
	[QMAC_PRESET_F32] = { "f32", { QMAC_PATH_F32, QMAC_ROUND_EVEN, false }, FORM_F32 },
	[QMAC_PRESET_DOUBLE] = { "double",
				 { QMAC_PATH_Q31_SRDHM, QMAC_ROUND_AWAY, false },
				 FORM_Q31 },
	[QMAC_PRESET_SINGLE] = { "single", { QMAC_PATH_Q31, QMAC_ROUND_UP, false }, FORM_Q31 },
	[QMAC_PRESET_RNDNU] = { "rndnu", { QMAC_PATH_Q31, QMAC_ROUND_UP, false }, FORM_Q31_OF_F32 },
	[QMAC_PRESET_ONNX_REF] = { "onnx-ref",
				   { QMAC_PATH_Q31, QMAC_ROUND_EVEN, true },
				   FORM_Q31_OF_F32 },
};

#define NUM_PRESETS (sizeof(presets) / sizeof(presets[0]))

const char *qmac_preset_name(unsigned int preset)
{
	return preset < NUM_PRESETS ? presets[preset].name : NULL;
}

int qmac_preset_recipe(unsigned int preset, struct qmac_recipe *out)
{
	if (preset >= NUM_PRESETS)
		return -EINVAL;
	*out = presets[preset].recipe;
	return 0;
}

static EXACT double real_scale_double(float a_scale, float b_scale, float c_scale)
{
	return (double)a_scale * b_scale / c_scale;
}

static EXACT double real_scale_float(float a_scale, float b_scale, float c_scale)
{
	float product = a_scale * b_scale;

	return product / c_scale;
}

double qmac_real_scale(unsigned int preset, float a_scale, float b_scale, float c_scale)
{
	bool in_double = preset < NUM_PRESETS && presets[preset].form == FORM_Q31;
	fenv_t saved;
	double scale;

	exact_enter(&saved);
	scale = in_double ? real_scale_double(a_scale, b_scale, c_scale)
			  : real_scale_float(a_scale, b_scale, c_scale);
	exact_leave(&saved);
	return scale;
}

static EXACT int to_f32(double scale, uint32_t *mult)
{
	float narrow = (float)scale;

	if (!isfinite(narrow))
		return -ERANGE;
	if (narrow < FLT_MIN)
		narrow = 0;
	memcpy(mult, &narrow, sizeof(*mult));
	return 0;
}

static EXACT int to_q31(double scale, uint32_t *mult, int32_t *shift)
{
	long long mantissa;
	int exponent;

	if (scale >= Q31_LIMIT)
		return -ERANGE;
	mantissa = llround(frexp(scale, &exponent) * (double)(1ll << 31));
	if (mantissa == 1ll << 31) { /* 1 - 2^-32 and above */
		mantissa /= 2;
		exponent++;
	}
	if (!mantissa || exponent < -31) {
		*mult = 0;
		*shift = 0;
		return 0;
	}
	if (exponent > 30)
		return -ERANGE;
	*mult = mantissa;
	*shift = exponent;
	return 0;
}

static EXACT int convert(enum form form, double scale, uint32_t *mult, int32_t *shift)
{
	*mult = 0;
	*shift = 0;
	switch (form) {
	case FORM_F32:
		return to_f32(scale, mult);
	case FORM_Q31:
		return to_q31(scale, mult, shift);
	case FORM_Q31_OF_F32:
		return to_q31((float)scale, mult, shift);
	default:
		return 0;
	}
}

int qmac_multiplier(struct qmac_context *context, unsigned int preset, double scale, uint32_t *mult,
		    int32_t *shift)
{
	enum form form;
	fenv_t saved;
	int error;

	if (preset >= NUM_PRESETS)
		return qmac_fail(context, -EINVAL, "preset %u is none of QMAC_PRESET_*", preset);
	form = presets[preset].form;
	if (form != FORM_NONE && (!isfinite(scale) || scale < 0))
		return qmac_fail(context, -EDOM, "scale %g: use 0 or a positive finite number",
				 scale);
	exact_enter(&saved);
	error = convert(form, scale, mult, shift);
	exact_leave(&saved);
	if (error)
		return qmac_fail(context, error,
				 "scale %g is too large for preset %s: stay below %s", scale,
				 presets[preset].name, form == FORM_F32 ? "2^128" : "2^30");
	return 0;
}
