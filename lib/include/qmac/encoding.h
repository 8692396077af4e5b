/* SPDX-License-Identifier: MIT */
/*
 * Other tools' formulas and conventions, with their exact results.
 *
 * qmac_tool_choose() gives the scale and zero point that a tool computes for a
 * range, in its own precision and order, and qmac_tool_options() how that tool
 * turns numbers into codes; with both, qmac_quantize() gives its codes. Results
 * are always in the library's one convention, r = scale * (q - zero_point); the
 * converters at the end lead to and from reciprocals and offsets.
 *
 *   tool         range to scale                          number to code
 *   onnx         fp32, (hi - lo) / n                     x / s, even
 *   ort          double, rounded to fp32                 x / s, even
 *   ort-dynamic  as onnx, zero range 1                   x / s, even
 *   tflite       double; zero point from the better end  x / s, away
 *   tflite-sym   fp32 max / h, +-h                       x * fp32(h / max), away
 *   tensorrt     fp32 max / h, zero point 0              x / s, even, all codes
 *   ncnn         fp32 1 / (h / max), +-h                 x * fp32(h / max), away
 *   fbgemm       double, rounded to fp32; scale cuts     x * fp32(1 / s) + z, even
 *   snpe         fp32; least range 0.01                  x * fp32(n / (hi - lo)) + z, away
 *
 * n = q_max - q_min and h = 2^(bits - 1) - 1; lo and hi contain 0, max is the
 * greater magnitude; "+ z" means that the sum is rounded.
 *
 * Every scale is finite and at least 2^-126 here. Where a tool gives 0, a
 * subnormal or infinity (a tensor of zeros in TFLite and ncnn, for one) the
 * scale is 1 for a range of zeros, else 2^-126.
 */
#ifndef QMAC_ENCODING_H
#define QMAC_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <qmac/export.h>
#include <qmac/quant.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum qmac_tool - whose results are wanted
 * @QMAC_TOOL_ONNX: The ONNX operators DynamicQuantizeLinear and QuantizeLinear
 *   as the specification's reference computes them, for any type. A range of
 *   zeros has the scale 1 / n.
 * @QMAC_TOOL_ORT: ONNX Runtime's static quantizer (compute_scale_zp of its
 *   quant_utils.py, 1.17 to 1.21). A range of zeros has scale 1, zero point 0.
 * @QMAC_TOOL_ORT_DYNAMIC: ONNX Runtime's DynamicQuantizeLinear kernel.
 * @QMAC_TOOL_TFLITE: ChooseQuantizationParams of TFLite for activations, and its
 *   operator QUANTIZE; the symmetric form is the one for weights (of 8 and 16
 *   bits), which multiplies.
 * @QMAC_TOOL_TENSORRT: Symmetric only: weights and activations of TensorRT.
 * @QMAC_TOOL_NCNN: Symmetric only: ncnn2table's scale 127 / max, ncnn's
 *   float2int8. Fewer bits give 31 / max and the like.
 * @QMAC_TOOL_FBGEMM: ChooseQuantizationParams and Quantize (the legacy form that
 *   adds the zero point first, its default); the symmetric form is
 *   preserve_sparsity. PyTorch's copy of the former keeps the scale in double: where
 *   lo = -hi its zero point may be one more. It also weighs the ends otherwise, and
 *   may lay power-of-two scales of signed types from the other one.
 * @QMAC_TOOL_SNPE: The algorithm of SNPE's documentation; unsigned types only.
 *   The order of its steps follows the text, all in fp32; what the program does
 *   inside is not published.
 */
enum qmac_tool {
	QMAC_TOOL_ONNX = 0,
	QMAC_TOOL_ORT,
	QMAC_TOOL_ORT_DYNAMIC,
	QMAC_TOOL_TFLITE,
	QMAC_TOOL_TENSORRT,
	QMAC_TOOL_NCNN,
	QMAC_TOOL_FBGEMM,
	QMAC_TOOL_SNPE,
};

/**
 * qmac_tool_name() - "onnx", "ort", "ort-dynamic", "tflite", "tensorrt", ...
 * @tool: enum qmac_tool.
 *
 * Return: A static string; NULL for a value that is no tool, so that counting up
 * from 0 lists them all.
 */
QMAC_EXPORT const char *qmac_tool_name(unsigned int tool);

/**
 * struct qmac_tool_spec - what to ask a tool for
 * @tool: enum qmac_tool.
 * @type: A quantized type. NCNN, TENSORRT and the symmetric TFLITE take signed
 *   ones, SNPE unsigned ones.
 * @bits: As in struct qmac_quant_spec.
 * @symmetric: The tool's symmetric form: required by NCNN and TENSORRT, refused
 *   by ONNX, ORT_DYNAMIC and SNPE.
 * @power_of_two: force_scale_power_of_two of FBGEMM; refused by all others.
 */
struct qmac_tool_spec {
	uint8_t tool;
	uint8_t type;
	uint8_t bits;
	bool symmetric;
	bool power_of_two;
};

/**
 * qmac_tool_choose() - a tool's parameters for given ranges
 * @context: Receives messages.
 * @spec: Tool and type.
 * @lo: One value per channel of @params.
 * @hi: Likewise, not below @lo.
 * @params: Initialized with the channels wanted; receives type, codes in use,
 *   scales and zero points.
 * @multiplier: Receives one number per channel with which the tool multiplies:
 *   for NCNN the scales of its .table, for SNPE the S of its documentation.
 *   Needed by these two and the symmetric TFLITE; may be NULL for the others,
 *   which get fp32(1 / scale).
 *
 * Return: 0, -EINVAL (tool, a type or form that the tool does not have, no
 * @multiplier), -EDOM (a bound is NaN or infinite, or hi < lo; names the
 * channel), -ERANGE (the tool's arithmetic overflows for this range; names the
 * channel). Nothing is written on failure.
 */
QMAC_EXPORT int qmac_tool_choose(struct qmac_context *context, const struct qmac_tool_spec *spec,
				 const float *lo, const float *hi, struct qmac_quant_params *params,
				 float *multiplier);

/**
 * qmac_tool_options() - how a tool turns numbers into codes
 * @context: Receives messages.
 * @spec: Tool and form, as given to qmac_tool_choose().
 * @multiplier: What qmac_tool_choose() stored; borrowed by @out, and only used
 *   by the tools that need it.
 * @out: Receives options for qmac_quantize(); NaN is an error.
 *
 * Return: 0 or -EINVAL, as qmac_tool_choose().
 */
QMAC_EXPORT int qmac_tool_options(struct qmac_context *context, const struct qmac_tool_spec *spec,
				  const float *multiplier, struct qmac_quantize_options *out);

/**
 * struct qmac_encoding - a channel's parameters in the convention of AIMET and SNPE
 * @min: Real number of the least code (encoding-min), delta * offset.
 * @max: Real number of the greatest code (encoding-max).
 * @delta: Step; "scale" in AIMET's files.
 * @offset: Least code less the zero point: minus the zero point of a type that
 *   starts at 0. r = delta * (u + offset), u counted from the least code.
 * @bits: Bits of a code.
 * @symmetric: The codes lie evenly, or evenly but for the least one, around the
 *   zero point.
 *
 * AIMET's strict symmetric encoding of 8 bits has offset -127 and 255 codes; in
 * the library's terms q_min is -127 of S8.
 */
struct qmac_encoding {
	float min, max, delta;
	int32_t offset;
	unsigned int bits;
	bool symmetric;
};

/**
 * qmac_encoding_get() - to the convention of AIMET and SNPE
 * @context: Receives messages.
 * @params: Parameters.
 * @channel: Which of them.
 * @out: Receives the encoding; min and max are the fp32 products
 *   delta * offset and delta * (q_max - zero_point).
 *
 * Return: 0, -EINVAL (no such channel, invalid parameters), -ERANGE (min or max
 * is beyond fp32).
 */
QMAC_EXPORT int qmac_encoding_get(struct qmac_context *context,
				  const struct qmac_quant_params *params, size_t channel,
				  struct qmac_encoding *out);

/**
 * qmac_encoding_set() - from the convention of AIMET and SNPE
 * @context: Receives messages.
 * @encoding: delta, offset, bits and symmetric are read; min and max are not.
 *   A symmetric one with offset -(2^(bits - 1) - 1) is strict.
 * @params: Initialized; type, codes in use and the parameters of @channel are
 *   set. @bits must fit its type; with fewer bits fewer codes are in use.
 * @channel: Which of them.
 *
 * Return: 0, or -EINVAL (bits, delta not positive and normal, an offset that
 * puts the zero point outside the codes; names the value).
 */
QMAC_EXPORT int qmac_encoding_set(struct qmac_context *context,
				  const struct qmac_encoding *encoding,
				  struct qmac_quant_params *params, size_t channel);

/**
 * qmac_scale_from_reciprocal() - scale of a tool that stores its reciprocal
 * @context: Receives messages.
 * @reciprocal: 127 / max of ncnn, 255 / range of SNPE.
 * @scale: Receives fp32(1 / @reciprocal).
 *
 * The same function leads back; two roundings may change the last digit, so
 * keep the tool's number where its codes must come out exactly (@multiplier of
 * struct qmac_quantize_options).
 *
 * Return: 0, or -EDOM: @reciprocal or the result is no positive normal number.
 */
QMAC_EXPORT int qmac_scale_from_reciprocal(struct qmac_context *context, float reciprocal,
					   float *scale);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_ENCODING_H */
