/* SPDX-License-Identifier: MIT */
/*
 * Why a number has the code it has: the steps of quantization, one by one.
 *
 * The functions compute what qmac_quant_choose(), qmac_tool_choose() and
 * qmac_quantize() compute, with the same code, and tell what those do not store.
 */
#ifndef QMAC_TRACE_H
#define QMAC_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/encoding.h>
#include <qmac/export.h>
#include <qmac/group.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum qmac_zero_rule - where a zero point comes from
 * @QMAC_ZERO_RULE_FIXED: The scheme has it: the middle of the codes, or 0.
 * @QMAC_ZERO_RULE_LEAST: q_min - lo / scale.
 * @QMAC_ZERO_RULE_GREATEST: q_max - hi / scale.
 * @QMAC_ZERO_RULE_PRODUCT: q_min - lo * multiplier.
 */
enum qmac_zero_rule {
	QMAC_ZERO_RULE_FIXED = 0,
	QMAC_ZERO_RULE_LEAST,
	QMAC_ZERO_RULE_GREATEST,
	QMAC_ZERO_RULE_PRODUCT,
};

/**
 * struct qmac_scale_steps - from a range to a scale and a zero point
 * @lo: Least number of the range as the formula takes it: widened to contain 0,
 *   made symmetric, raised to a least range, as the scheme or tool does.
 * @hi: Greatest likewise.
 * @dividend: The scale is @dividend / @divisor: hi - lo, or the end that counts.
 * @divisor: Steps between the codes that share @dividend.
 * @quotient: @dividend / @divisor in the precision of the formula. The scale is
 *   this as fp32, unless a rule of the scheme or tool replaced it: a range of
 *   one number, a least scale, a power of two, a scale that is the reciprocal
 *   of a rounded multiplier.
 * @zero_rule: enum qmac_zero_rule.
 * @zero: The zero point before it was rounded, clamped to the codes where the
 *   scheme or tool does so.
 * @scale: The scale.
 * @zero_point: The zero point.
 * @q_min: Least code in use.
 * @q_max: Greatest code in use.
 * @multiplier: What the tool multiplies by, or 0 where it divides by the scale.
 */
struct qmac_scale_steps {
	float lo, hi;
	double dividend, divisor, quotient;
	uint8_t zero_rule;
	double zero;
	float scale;
	int32_t zero_point;
	int32_t q_min, q_max;
	float multiplier;
};

/**
 * qmac_quant_choose_trace() - the steps of qmac_quant_choose() for one range
 * @context: Receives messages.
 * @spec: What kind.
 * @lo: Least number.
 * @hi: Greatest number.
 * @out: Receives the steps.
 *
 * Return: As qmac_quant_choose().
 */
QMAC_EXPORT int qmac_quant_choose_trace(struct qmac_context *context,
					const struct qmac_quant_spec *spec, float lo, float hi,
					struct qmac_scale_steps *out);

/**
 * qmac_tool_choose_trace() - the steps of qmac_tool_choose() for one range
 * @context: Receives messages.
 * @spec: Tool and type.
 * @lo: Least number.
 * @hi: Greatest number.
 * @out: Receives the steps.
 *
 * Return: As qmac_tool_choose().
 */
QMAC_EXPORT int qmac_tool_choose_trace(struct qmac_context *context,
				       const struct qmac_tool_spec *spec, float lo, float hi,
				       struct qmac_scale_steps *out);

/**
 * struct qmac_quantize_steps - from a number to its code and back
 * @part: Number of the scale, of qmac_granularity_count().
 * @x: The number; 0 for a NaN with QMAC_NAN_ZERO.
 * @was_nan: It was a NaN.
 * @scale: Its scale.
 * @zero_point: Its zero point.
 * @multiplies: @scaled is fp32(@x * @factor), not fp32(@x / @scale).
 * @factor: What it was multiplied by: the multiplier, or fp32(1 / @scale).
 * @scaled: The quotient or product; may be infinite.
 * @zp_first: The zero point was added before rounding.
 * @addend: The number that was rounded: @scaled, or with @zp_first
 *   fp32(@scaled + @zero_point).
 * @rounding: QMAC_ROUND_*.
 * @tie: @addend lies half way between two integers.
 * @rounded: @addend rounded to an integer; as large as an fp32, or infinite.
 * @sum: @rounded with the zero point, whichever came first.
 * @clamped: @sum is none of the codes in use.
 * @code: The code that qmac_quantize() stores.
 * @back: What qmac_dequantize() makes of it.
 * @error: @back less @x in units of the scale, in double; infinite for an
 *   infinite number.
 */
struct qmac_quantize_steps {
	size_t part;
	float x;
	bool was_nan;
	float scale;
	int32_t zero_point;
	bool multiplies;
	float factor;
	float scaled;
	bool zp_first;
	float addend;
	uint8_t rounding;
	bool tie;
	double rounded;
	double sum;
	bool clamped;
	int32_t code;
	float back;
	double error;
};

/**
 * qmac_quantize_trace() - the steps of qmac_group_quantize() for one element
 * @context: Receives messages.
 * @params: One channel, or qmac_granularity_count().
 * @granularity: Division of the elements.
 * @x: Elements; only one is read.
 * @element: Which.
 * @options: NULL for the default.
 * @out: Receives the steps.
 *
 * The code and the number back are those of qmac_quantize() and qmac_dequantize()
 * themselves, called for this element. These clamp before they round, which gives
 * the same codes as the order told here.
 *
 * Return: As qmac_group_quantize(), or -EINVAL for an element beyond the last.
 */
QMAC_EXPORT int qmac_quantize_trace(struct qmac_context *context,
				    const struct qmac_quant_params *params,
				    const struct qmac_granularity *granularity, const float *x,
				    size_t element, const struct qmac_quantize_options *options,
				    struct qmac_quantize_steps *out);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_TRACE_H */
