/* SPDX-License-Identifier: MIT */
/*
 * Quantization of float tensors, and the integers that stand for real scales.
 *
 * One convention: r = scale * (q - zero_point), scale an fp32 that is finite and
 * not below 2^-126 (the least normal number), zero_point in the range of the
 * type, so that the real 0 has a code (QMAC_ZERO_FREE is the exception). How
 * other tools' conventions and formulas translate is in encoding.h.
 *
 * Quantized types are S8, U8, S16, U16, S4, U4, S2 and U2. A code of up to 8
 * bits takes one byte, one of 16 bits two: see qmac_type_bytes(); pack.h stores
 * small ones densely. All float arithmetic is fp32 with true
 * divisions and rounds to nearest even, whatever the caller's floating-point
 * environment says; it is restored on return.
 *
 * A tensor is dense and row-major. For a scale per channel it is seen as
 * [outer, channels, inner]: see struct qmac_extent; for a scale per row, group
 * or block there is group.h.
 */
#ifndef QMAC_QUANT_H
#define QMAC_QUANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/qmac_cmd.h>

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;

/**
 * define QMAC_ROUND_TRUNCATE - rounding of the library alone: drop the fraction
 */
#define QMAC_ROUND_TRUNCATE 64

/**
 * define QMAC_ROUND_FLOOR - toward minus infinity
 */
#define QMAC_ROUND_FLOOR 65

/**
 * define QMAC_ROUND_CEIL - toward plus infinity
 */
#define QMAC_ROUND_CEIL 66

/**
 * define QMAC_ROUND_HALF_DOWN - to nearest, ties toward minus infinity
 */
#define QMAC_ROUND_HALF_DOWN 67

/**
 * define QMAC_ROUND_HALF_ZERO - to nearest, ties toward 0
 */
#define QMAC_ROUND_HALF_ZERO 68

/**
 * enum qmac_scheme - how codes are laid over a range of real numbers
 * @QMAC_SCHEME_SYMMETRIC: Zero point in the middle (0; half the codes for
 *   unsigned types), as many codes below as above it: with b bits h is
 *   2^(b-1) - 1, 127 for 8 bits, and scale = max(-lo, hi) / h. The default.
 * @QMAC_SCHEME_SYMMETRIC_FULL: As before with the code -h - 1 in use:
 *   scale = max(-lo / (h + 1), hi / h).
 * @QMAC_SCHEME_ASYMMETRIC: The range, widened to contain 0, is spread over all
 *   codes: scale = (hi - lo) / (q_max - q_min),
 *   zero_point = round(q_min - lo / scale), ties to even.
 */
enum qmac_scheme {
	QMAC_SCHEME_SYMMETRIC = 0,
	QMAC_SCHEME_SYMMETRIC_FULL,
	QMAC_SCHEME_ASYMMETRIC,
};

/**
 * enum qmac_zero - where the zero point of the asymmetric scheme may lie
 * @QMAC_ZERO_WIDEN: In the range of the codes: the range of real numbers is
 *   widened to contain 0 first (the rule of ONNX and TFLite). The default.
 * @QMAC_ZERO_CLAMP: The range is taken as it is, the zero point that follows is
 *   clamped to the codes: what lies beyond saturates.
 * @QMAC_ZERO_FREE: The range is taken as it is, the zero point is any integer
 *   up to 2^21 in magnitude, and the real 0 may have no code. Such parameters
 *   suit qmac_quantize() and qmac_dequantize(), not the device.
 */
enum qmac_zero {
	QMAC_ZERO_WIDEN = 0,
	QMAC_ZERO_CLAMP,
	QMAC_ZERO_FREE,
};

/**
 * enum qmac_nan - what quantization does with a NaN
 * @QMAC_NAN_ERROR: Refuse the tensor, naming the first such element.
 * @QMAC_NAN_ZERO: Take it for the real number 0, whose code is the zero point
 *   unless that lies beyond the codes in use.
 */
enum qmac_nan {
	QMAC_NAN_ERROR = 0,
	QMAC_NAN_ZERO,
};

/**
 * struct qmac_quant_spec - what kind of parameters to choose
 * @type: A quantized type.
 * @scheme: enum qmac_scheme.
 * @min_range: hi - lo is raised to this (hi moves) before a scale is computed;
 *   0 for none. Finite, not negative.
 * @bits: Use only the codes that an integer of this many bits has, signed or
 *   unsigned as @type: 2 up to the bits of @type; 0 for all of them.
 * @zero: enum qmac_zero; matters to QMAC_SCHEME_ASYMMETRIC only.
 * @power_of_two: Raise the scale to the next power of two, so that nothing that
 *   fitted before saturates; the zero point is computed with that scale.
 */
struct qmac_quant_spec {
	uint8_t type;
	uint8_t scheme;
	float min_range;
	uint8_t bits;
	uint8_t zero;
	bool power_of_two;
};

/**
 * struct qmac_extent - a dense tensor as [outer, channels, inner]
 * @outer: Product of the dimensions before the channel axis.
 * @channels: Dimension of the channel axis; 1 for one scale per tensor.
 * @inner: Product of the dimensions after it.
 *
 * Element (o, c, i) is number (o * channels + c) * inner + i.
 */
struct qmac_extent {
	size_t outer, channels, inner;
};

/**
 * define QMAC_PER_TENSOR - axis that asks for one scale for the whole tensor
 */
#define QMAC_PER_TENSOR (-1)

/**
 * qmac_extent_of() - extent of a shape with a channel axis
 * @context: Receives messages.
 * @dims: @rank dimensions, outermost first.
 * @rank: Number of dimensions; 0 is a single number.
 * @axis: Channel axis, 0 to @rank - 1, or QMAC_PER_TENSOR.
 * @out: Receives the extent.
 *
 * Return: 0, -EINVAL (axis), -EOVERFLOW (more elements than a size_t counts).
 */
QMAC_EXPORT int qmac_extent_of(struct qmac_context *context, const size_t *dims, unsigned int rank,
			       int axis, struct qmac_extent *out);

/**
 * struct qmac_quant_params - scale and zero point of a tensor or of its channels
 * @type: A quantized type.
 * @q_min: Least code in use (-127 of S8 with QMAC_SCHEME_SYMMETRIC).
 * @q_max: Greatest code in use.
 * @channels: Entries of @scale and @zero_point; 1 for the whole tensor.
 * @scale: Scales.
 * @zero_point: Zero points.
 * @zero_free: The zero points may lie outside the type (QMAC_ZERO_FREE).
 *
 * The arrays may be the caller's; those of qmac_quant_params_init() are freed by
 * qmac_quant_params_release().
 */
struct qmac_quant_params {
	uint8_t type;
	int32_t q_min, q_max;
	size_t channels;
	float *scale;
	int32_t *zero_point;
	bool zero_free;
};

/**
 * qmac_quant_params_init() - allocate parameters for @channels channels
 * @context: Receives messages.
 * @params: Receives type and full range of @type, scales of 1, zero points of 0
 *   (signed types) or half the codes (128 for U8).
 * @type: A quantized type.
 * @channels: Not zero.
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
QMAC_EXPORT int qmac_quant_params_init(struct qmac_context *context,
				       struct qmac_quant_params *params, uint8_t type,
				       size_t channels);

/**
 * qmac_quant_params_release() - free what qmac_quant_params_init() allocated
 * @params: Left zeroed.
 */
QMAC_EXPORT void qmac_quant_params_release(struct qmac_quant_params *params);

/**
 * qmac_range_minmax() - least and greatest element of every channel
 * @context: Receives messages.
 * @x: Elements.
 * @extent: Their arrangement; no dimension is zero.
 * @nan: enum qmac_nan; QMAC_NAN_ZERO counts a NaN as 0.
 * @lo: Receives @extent->channels values; a zero is +0.
 * @hi: Likewise.
 *
 * Return: 0, -EINVAL (empty tensor), -EDOM (NaN or infinity, with the index of the
 * first: an infinite range has no scale; what is in @lo and @hi is not specified).
 */
QMAC_EXPORT int qmac_range_minmax(struct qmac_context *context, const float *x,
				  const struct qmac_extent *extent, enum qmac_nan nan, float *lo,
				  float *hi);

/**
 * qmac_quant_choose() - parameters for given ranges
 * @context: Receives messages.
 * @spec: What kind.
 * @lo: One value per channel of @params.
 * @hi: Likewise, not below @lo.
 * @params: Initialized with the channels wanted; receives type, codes in use,
 *   scales and zero points.
 *
 * Where the formula of the scheme gives less than 2^-126 the scale is 2^-126;
 * where the range is a single number (0, or any with QMAC_ZERO_CLAMP and
 * QMAC_ZERO_FREE) it is 1. A difference hi - lo beyond fp32 is computed as
 * hi / n - lo / n, n = q_max - q_min; a power of two beyond fp32 is 2^127. So
 * every finite range has a finite scale. A constant tensor is thus exact to half
 * a step of its value spread over the codes; min_range bounds that step.
 *
 * Return: 0, -EINVAL (type, scheme, bits, zero, min_range), -EDOM (a bound is
 * NaN or infinite, or hi < lo; names the channel), -ERANGE (QMAC_ZERO_FREE: the
 * range is so far from 0 that its zero point exceeds 2^21; names the channel).
 * Nothing is written on failure.
 */
QMAC_EXPORT int qmac_quant_choose(struct qmac_context *context, const struct qmac_quant_spec *spec,
				  const float *lo, const float *hi,
				  struct qmac_quant_params *params);

/**
 * qmac_quant_minmax() - parameters from the elements of a tensor
 * @context: Receives messages.
 * @spec: What kind.
 * @x: Elements.
 * @extent: Their arrangement.
 * @nan: enum qmac_nan.
 * @params: Initialized here for @extent->channels channels; release it.
 *
 * Return: As qmac_range_minmax() and qmac_quant_choose(), or -ENOMEM; @params
 * needs no release on failure.
 */
QMAC_EXPORT int qmac_quant_minmax(struct qmac_context *context, const struct qmac_quant_spec *spec,
				  const float *x, const struct qmac_extent *extent,
				  enum qmac_nan nan, struct qmac_quant_params *params);

/**
 * struct qmac_quantize_options - details of quantization; zeroed is the default
 * @rounding: QMAC_ROUND_*; the default EVEN is that of ONNX, AWAY of TFLite.
 * @nan: enum qmac_nan.
 * @zp_first: Round the fp32 sum of quotient and zero point instead of the
 *   quotient: differs on ties when the zero point is odd.
 * @reciprocal: Multiply by fp32(1 / scale) instead of dividing by the scale.
 * @multiplier: NULL, or one positive normal number per channel of the
 *   parameters: multiply by it instead of dividing by the scale. Borrowed.
 */
struct qmac_quantize_options {
	uint8_t rounding;
	uint8_t nan;
	bool zp_first;
	bool reciprocal;
	const float *multiplier;
};

/**
 * qmac_quantize() - q = clamp(round(x / scale) + zero_point, q_min, q_max)
 * @context: Receives messages.
 * @params: One channel, or as many as @extent.
 * @extent: Arrangement of the elements; an empty one is quantized to nothing.
 * @x: Elements.
 * @q: Receives qmac_type_bytes() bytes per element; may not overlap @x.
 * @options: NULL for the default.
 *
 * The division is a true fp32 division (QuantizeLinear of ONNX). Values beyond
 * the range, infinities too, saturate.
 *
 * Return: 0, -EINVAL (parameters, channels, options; nothing is written), -EDOM
 * (NaN, with the index of the first; what is in @q then is not specified: the
 * tensor is read only once).
 */
QMAC_EXPORT int qmac_quantize(struct qmac_context *context, const struct qmac_quant_params *params,
			      const struct qmac_extent *extent, const float *x, void *q,
			      const struct qmac_quantize_options *options);

/**
 * qmac_dequantize() - x = scale * (q - zero_point)
 * @context: Receives messages.
 * @params: One channel, or as many as @extent.
 * @extent: Arrangement of the elements.
 * @q: qmac_type_bytes() bytes per element.
 * @x: Receives the real numbers; may not overlap @q. A code whose number is
 *   beyond fp32, possible with scales near the greatest, becomes infinite.
 *
 * Return: 0, -EINVAL.
 */
QMAC_EXPORT int qmac_dequantize(struct qmac_context *context,
				const struct qmac_quant_params *params,
				const struct qmac_extent *extent, const void *q, float *x);

/**
 * qmac_dequantize_acc() - x = a_scale * b_scale[j] * acc
 * @context: Receives messages.
 * @acc: [@rows, @n] accumulators with zero points already taken out.
 * @rows: Rows.
 * @n: Columns.
 * @a_scale: Scale of the activations.
 * @b_scale: Scales of the weights.
 * @b_scale_count: 1, or @n for a scale per output channel.
 * @x: Receives [@rows, @n] real numbers, each rounded to fp32 once: the products
 *   are computed in double.
 *
 * Return: 0, -EINVAL.
 */
QMAC_EXPORT int qmac_dequantize_acc(struct qmac_context *context, const int32_t *acc, size_t rows,
				    size_t n, float a_scale, const float *b_scale,
				    size_t b_scale_count, float *x);

/**
 * qmac_quantize_bias() - bias as an integer in units of the accumulator
 * @context: Receives messages.
 * @bias: @n real numbers.
 * @n: Output channels.
 * @a_scale: Scale of the activations.
 * @b_scale: Scales of the weights.
 * @b_scale_count: 1, or @n for a scale per output channel.
 * @out: Receives round(bias / (a_scale * b_scale)), product and quotient in
 *   double, ties to even.
 *
 * Return: 0, -EINVAL (scale not positive and finite, count), -EDOM (NaN or
 * infinity, names the channel), -ERANGE (beyond 32 bits, names channel and
 * value). Nothing is written on failure.
 */
QMAC_EXPORT int qmac_quantize_bias(struct qmac_context *context, const float *bias, size_t n,
				   float a_scale, const float *b_scale, size_t b_scale_count,
				   int32_t *out);

/**
 * qmac_widen_scales() - weight scales with which every bias fits 32 bits
 * @context: Receives messages.
 * @bias: @n real numbers.
 * @n: Output channels.
 * @a_scale: Scale of the activations.
 * @b_scale: Scales of the weights; those that are too small are raised.
 * @b_scale_count: 1, or @n for a scale per output channel.
 * @widened: NULL, or receives how many scales have been raised.
 *
 * The rule of TFLite, and its digits: where |bias| is half of what 32 bits hold or
 * more, |bias| >= 0.5 * a_scale * b_scale * (2^31 - 1), the scale becomes
 * 2 * |bias| / (2^31 - 1) / a_scale, so that the bias takes half of the 32 bits
 * and the sums have the rest. Computed is fp32(2 * |bias| / (2^31 - 1) *
 * fp32(127 / a_scale)), in double, and that fp32 / 127. Quantize the weights with
 * the new scales.
 *
 * Return: 0, -EINVAL (scale not positive and finite, count), -EDOM (bias NaN or
 * infinite), -ERANGE (no fp32 is large enough); each names the channel, and
 * nothing is written.
 */
QMAC_EXPORT int qmac_widen_scales(struct qmac_context *context, const float *bias, size_t n,
				  float a_scale, float *b_scale, size_t b_scale_count,
				  size_t *widened);

/**
 * enum qmac_preset - named recipes of requantization
 * @QMAC_PRESET_RAW: None: results are the 32-bit accumulators.
 * @QMAC_PRESET_F32: ONNX Runtime, XNNPACK: fp32 multiplier, ties to even.
 * @QMAC_PRESET_DOUBLE: TFLite reference: two roundings.
 * @QMAC_PRESET_SINGLE: TFLite with single rounding, ruy.
 * @QMAC_PRESET_RNDNU: XNNPACK's integer path.
 * @QMAC_PRESET_ONNX_REF: ONNX reference evaluator: zero point before rounding.
 *
 * The table in Documentation/hardware/arithmetic.rst defines them.
 */
enum qmac_preset {
	QMAC_PRESET_RAW = 0,
	QMAC_PRESET_F32,
	QMAC_PRESET_DOUBLE,
	QMAC_PRESET_SINGLE,
	QMAC_PRESET_RNDNU,
	QMAC_PRESET_ONNX_REF,
};

/**
 * qmac_preset_name() - "raw", "f32", "double", "single", "rndnu", "onnx-ref"
 * @preset: enum qmac_preset.
 *
 * Return: A static string; NULL for a value that is no preset, so that counting
 * up from 0 lists them all.
 */
QMAC_EXPORT const char *qmac_preset_name(unsigned int preset);

/**
 * struct qmac_recipe - path and rounding of a preset
 * @path: QMAC_PATH_*.
 * @rounding: QMAC_ROUND_*.
 * @zp_first: Zero point before rounding.
 */
struct qmac_recipe {
	uint8_t path;
	uint8_t rounding;
	bool zp_first;
};

/**
 * qmac_preset_recipe() - look up a preset
 * @preset: enum qmac_preset.
 * @out: Receives the recipe.
 *
 * Return: 0 or -EINVAL.
 */
QMAC_EXPORT int qmac_preset_recipe(unsigned int preset, struct qmac_recipe *out);

/**
 * qmac_real_scale() - a_scale * b_scale / c_scale in a preset's order and precision
 * @preset: enum qmac_preset.
 * @a_scale: Scale of the activations.
 * @b_scale: Scale of the weights.
 * @c_scale: Scale of the results.
 *
 * F32, RNDNU and ONNX_REF: fp32(fp32(a_scale * b_scale) / c_scale), the order of
 * ONNX Runtime. DOUBLE, SINGLE: (double)a_scale * b_scale / c_scale, the order
 * of TFLite.
 *
 * Return: The scale; not checked, may be infinite or NaN if the arguments are odd.
 */
QMAC_EXPORT double qmac_real_scale(unsigned int preset, float a_scale, float b_scale,
				   float c_scale);

/**
 * qmac_multiplier() - the integers that stand for a real scale
 * @context: Receives messages.
 * @preset: enum qmac_preset.
 * @scale: Real scale, 0 or positive.
 * @mult: Receives fp32 bits (path F32) or a Q31 mantissa.
 * @shift: Receives the exponent, -31 to 30, positive to the left; 0 on path F32.
 *
 * F32: @scale rounded to fp32; a subnormal becomes 0. DOUBLE, SINGLE:
 * scale = mult / 2^31 * 2^shift with mult in [2^30, 2^31), rounded ties away.
 * RNDNU, ONNX_REF: likewise from @scale rounded to fp32 (so mult is a multiple
 * of 2^7). Below 2^-32 the Q31 multipliers are 0. RAW: both 0.
 *
 * Return: 0, -EINVAL (preset), -EDOM (NaN, infinite or negative), -ERANGE (too
 * large: 2^30 or more for Q31, beyond fp32 for F32).
 */
QMAC_EXPORT int qmac_multiplier(struct qmac_context *context, unsigned int preset, double scale,
				uint32_t *mult, int32_t *shift);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_QUANT_H */
