/* SPDX-License-Identifier: MIT */
/* Formulas of other tools: one range to one scale. Call in the exact environment. */
#ifndef QMAC_QUANT_TOOLS_H
#define QMAC_QUANT_TOOLS_H

#include <qmac/encoding.h>
#include <qmac/trace.h>

#include "quant/params.h"

/* A range of one channel, finite and in order; 0 need not be in it. */
struct tool_range {
	float lo, hi;
};

/* 0, or -ERANGE where the tool's arithmetic overflows. */
typedef int tool_formula(const struct codes *codes, const struct qmac_tool_spec *spec,
			 struct tool_range range, struct qmac_scale_steps *out);

tool_formula qmac_tool_onnx, qmac_tool_ort, qmac_tool_ort_symmetric, qmac_tool_ort_dynamic;
tool_formula qmac_tool_tflite, qmac_tool_multiply, qmac_tool_tensorrt;
tool_formula qmac_tool_fbgemm, qmac_tool_snpe;

/* The range with 0 in it. */
struct tool_range qmac_tool_widen(struct tool_range range);

/* Greatest magnitude. */
float qmac_tool_magnitude(struct tool_range range);

/* A finite scale of at least 2^-126; 1 for a range of zeros alone. */
float qmac_tool_usable(float scale, struct tool_range range);

/*
 * The end of the range that has the smaller error gives the zero point, clamped to the
 * codes: zero and zero_rule of @out, whose lo and hi are read.
 */
double qmac_tool_zero_point(const struct codes *codes, double scale, struct qmac_scale_steps *out);

/* Notes the range and the division that gives the scale; receives the quotient. */
double qmac_tool_divide(struct qmac_scale_steps *out, struct tool_range range, double dividend,
			double divisor);

/* The same in fp32. */
float qmac_tool_divide_f32(struct qmac_scale_steps *out, struct tool_range range, float dividend,
			   float divisor);

#endif /* QMAC_QUANT_TOOLS_H */
