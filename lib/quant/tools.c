// SPDX-License-Identifier: MIT
/* Which formula is whose. */
#include "quant/tools.h"

#include <errno.h>

#include <qmac/type.h>

#include "context.h"
#include "quant/exact.h"

#define SIGNED	 1u
#define UNSIGNED 2u
#define ANY	 (SIGNED | UNSIGNED)

/* Which of the codes a form uses. */
enum span {
	SPAN_ALL,
	SPAN_NARROW,	  /* one less, below */
	SPAN_NARROW_8_16, /* that of ONNX Runtime: narrow for s8 and s16 alone */
};

/* One form of a tool. */
struct form {
	tool_formula *formula;
	unsigned int types;
	uint8_t span;
	bool multiplies;
	struct qmac_quantize_options options;
};

struct tool {
	const char *name;
	struct form asymmetric, symmetric;
};

#define DIVIDE(round)	 { .rounding = (round) }
#define SUM_FIRST(round) { .rounding = (round), .zp_first = true }

static const struct tool tools[] = {
	[QMAC_TOOL_ONNX] = { "onnx",
			     { qmac_tool_onnx, ANY, SPAN_ALL, false, DIVIDE(QMAC_ROUND_EVEN) } },
	[QMAC_TOOL_ORT] = { "ort",
			    { qmac_tool_ort, ANY, SPAN_ALL, false, DIVIDE(QMAC_ROUND_EVEN) },
			    { qmac_tool_ort_symmetric, ANY, SPAN_NARROW_8_16, false,
			      DIVIDE(QMAC_ROUND_EVEN) } },
	[QMAC_TOOL_ORT_DYNAMIC] = { "ort-dynamic",
				    { qmac_tool_ort_dynamic, ANY, SPAN_ALL, false,
				      DIVIDE(QMAC_ROUND_EVEN) } },
	[QMAC_TOOL_TFLITE] = { "tflite",
			       { qmac_tool_tflite, ANY, SPAN_ALL, false, DIVIDE(QMAC_ROUND_AWAY) },
			       { qmac_tool_multiply, SIGNED, SPAN_NARROW, true,
				 DIVIDE(QMAC_ROUND_AWAY) } },
	[QMAC_TOOL_TENSORRT] = { "tensorrt", .symmetric = { qmac_tool_tensorrt, SIGNED, SPAN_ALL,
							    false, DIVIDE(QMAC_ROUND_EVEN) } },
	[QMAC_TOOL_NCNN] = { "ncnn", .symmetric = { qmac_tool_multiply, SIGNED, SPAN_NARROW, true,
						    DIVIDE(QMAC_ROUND_AWAY) } },
	[QMAC_TOOL_FBGEMM] = { "fbgemm",
			       { qmac_tool_fbgemm,
				 ANY,
				 SPAN_ALL,
				 false,
				 { .zp_first = true, .reciprocal = true } },
			       { qmac_tool_fbgemm,
				 ANY,
				 SPAN_ALL,
				 false,
				 { .zp_first = true, .reciprocal = true } } },
	[QMAC_TOOL_SNPE] = { "snpe",
			     { qmac_tool_snpe, UNSIGNED, SPAN_ALL, true,
			       SUM_FIRST(QMAC_ROUND_AWAY) } },
};

#define NUM_TOOLS (sizeof(tools) / sizeof(tools[0]))

const char *qmac_tool_name(unsigned int tool)
{
	return tool < NUM_TOOLS ? tools[tool].name : NULL;
}

static const struct form *form_of(const struct qmac_tool_spec *spec)
{
	return spec->symmetric ? &tools[spec->tool].symmetric : &tools[spec->tool].asymmetric;
}

static int check_spec(struct qmac_context *context, const struct qmac_tool_spec *spec)
{
	const struct form *form;
	const char *name;

	if (spec->tool >= NUM_TOOLS)
		return qmac_fail(context, -EINVAL, "tool %u is none of QMAC_TOOL_*", spec->tool);
	form = form_of(spec);
	name = tools[spec->tool].name;
	if (!form->formula)
		return qmac_fail(context, -EINVAL, "%s has no %s form: ask for the %s one", name,
				 spec->symmetric ? "symmetric" : "asymmetric",
				 spec->symmetric ? "asymmetric" : "symmetric");
	if (spec->power_of_two && spec->tool != QMAC_TOOL_FBGEMM)
		return qmac_fail(context, -EINVAL, "%s has no power-of-two scales: fbgemm has",
				 name);
	return 0;
}

static int check(struct qmac_context *context, const struct qmac_tool_spec *spec,
		 const float *multiplier)
{
	int error = check_spec(context, spec);
	const struct form *form;

	if (!error)
		error = qmac_quant_bits_check(context, spec->type, spec->bits);
	if (error)
		return error;
	form = form_of(spec);
	if (!(form->types & (qmac_type_is_signed(spec->type) ? SIGNED : UNSIGNED)))
		return qmac_fail(context, -EINVAL, "%s with type %s: use %s",
				 tools[spec->tool].name, qmac_type_name(spec->type),
				 form->types == SIGNED ? "s8 or another signed type"
						       : "u8 or another unsigned type");
	if (form->multiplies && !multiplier)
		return qmac_fail(context, -EINVAL, "%s multiplies: give room for its multipliers",
				 tools[spec->tool].name);
	return 0;
}

static struct codes codes_of(const struct qmac_tool_spec *spec)
{
	struct codes codes = qmac_codes(spec->type, spec->bits);
	unsigned int span = form_of(spec)->span;

	if (span == SPAN_NARROW || (span == SPAN_NARROW_8_16 &&
				    (spec->type == QMAC_TYPE_S8 || spec->type == QMAC_TYPE_S16)))
		codes.lo++;
	return codes;
}

static int choose(const struct qmac_tool_spec *spec, float lo, float hi,
		  struct qmac_scale_steps *out)
{
	const struct codes codes = codes_of(spec);
	const struct tool_range range = { lo, hi };

	*out = (struct qmac_scale_steps){ .q_min = codes.lo, .q_max = codes.hi };
	return form_of(spec)->formula(&codes, spec, range, out);
}

static EXACT int check_ranges(struct qmac_context *context, const struct qmac_tool_spec *spec,
			      const float *lo, const float *hi, size_t channels)
{
	int error = qmac_quant_bounds_check(context, lo, hi, channels);
	struct qmac_scale_steps choice;
	size_t c;

	for (c = 0; c < channels && !error; c++) {
		if (choose(spec, lo[c], hi[c], &choice))
			error = qmac_fail(context, -ERANGE,
					  "range %g to %g of channel %zu overflows in %s: clip the "
					  "tensor",
					  lo[c], hi[c], c, tools[spec->tool].name);
	}
	return error;
}

static EXACT void choose_all(const struct qmac_tool_spec *spec, const float *lo, const float *hi,
			     struct qmac_quant_params *params, float *multiplier)
{
	const struct codes codes = codes_of(spec);
	struct qmac_scale_steps choice;
	size_t c;

	for (c = 0; c < params->channels; c++) {
		choose(spec, lo[c], hi[c], &choice);
		params->scale[c] = choice.scale;
		params->zero_point[c] = choice.zero_point;
		if (multiplier)
			multiplier[c] =
				form_of(spec)->multiplies ? choice.multiplier : 1 / choice.scale;
	}
	params->type = spec->type;
	params->q_min = codes.lo;
	params->q_max = codes.hi;
	params->zero_free = false;
}

int qmac_tool_choose(struct qmac_context *context, const struct qmac_tool_spec *spec,
		     const float *lo, const float *hi, struct qmac_quant_params *params,
		     float *multiplier)
{
	int error = check(context, spec, multiplier);
	fenv_t saved;

	if (error)
		return error;
	exact_enter(&saved);
	error = check_ranges(context, spec, lo, hi, params->channels);
	if (!error)
		choose_all(spec, lo, hi, params, multiplier);
	exact_leave(&saved);
	return error;
}

int qmac_tool_options(struct qmac_context *context, const struct qmac_tool_spec *spec,
		      const float *multiplier, struct qmac_quantize_options *out)
{
	int error = check(context, spec, multiplier);

	if (error)
		return error;
	*out = form_of(spec)->options;
	if (form_of(spec)->multiplies)
		out->multiplier = multiplier;
	return 0;
}

static EXACT void choose_one(const struct qmac_tool_spec *spec, float lo, float hi,
			     struct qmac_scale_steps *out)
{
	choose(spec, lo, hi, out);
}

int qmac_tool_choose_trace(struct qmac_context *context, const struct qmac_tool_spec *spec,
			   float lo, float hi, struct qmac_scale_steps *out)
{
	const float room = 0; /* the steps have room for multipliers */
	int error = check(context, spec, &room);
	fenv_t saved;

	if (error)
		return error;
	exact_enter(&saved);
	error = check_ranges(context, spec, &lo, &hi, 1);
	if (!error)
		choose_one(spec, lo, hi, out);
	exact_leave(&saved);
	return error;
}
