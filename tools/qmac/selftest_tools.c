// SPDX-License-Identifier: MIT
/* Examples of other tools' rules. */
#include <string.h>

#include "selftest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The range [-1, 2] as each tool has it. */
static void run_b8(struct example *example)
{
	static const struct {
		uint8_t tool, type;
		bool symmetric;
		double scale;
		int32_t zero;
	} cases[] = {
		{ QMAC_TOOL_ONNX, QMAC_TYPE_U8, false, 3.0 / 255, 85 },
		{ QMAC_TOOL_ORT, QMAC_TYPE_S8, false, 3.0 / 255, -43 },
		{ QMAC_TOOL_ORT_DYNAMIC, QMAC_TYPE_U8, false, 3.0 / 255, 85 },
		{ QMAC_TOOL_TFLITE, QMAC_TYPE_S8, false, 3.0 / 255, -43 },
		{ QMAC_TOOL_TENSORRT, QMAC_TYPE_S8, true, 2.0 / 127, 0 },
		{ QMAC_TOOL_NCNN, QMAC_TYPE_S8, true, 2.0 / 127, 0 },
		{ QMAC_TOOL_FBGEMM, QMAC_TYPE_U8, false, 3.0 / 255, 85 },
		{ QMAC_TOOL_SNPE, QMAC_TYPE_U8, false, 3.0 / 255, 85 },
	};
	const float lo = -1, hi = 2;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct qmac_tool_spec spec = { .tool = cases[i].tool,
						     .type = cases[i].type,
						     .symmetric = cases[i].symmetric };
		struct qmac_quant_params params = { 0 };
		float multiplier = 0;
		int ret = qmac_quant_params_init(example->context, &params, cases[i].type, 1);

		if (!ret)
			ret = qmac_tool_choose(example->context, &spec, &lo, &hi, &params,
					       &multiplier);
		example_status(example, qmac_tool_name(cases[i].tool), ret);
		example_number(example, qmac_tool_name(cases[i].tool), cases[i].scale,
			       ret ? 0 : (double)params.scale[0], 7);
		example_number(example, "Z", cases[i].zero, ret ? 0 : params.zero_point[0], 9);
		qmac_quant_params_release(&params);
	}
}

/* A tensor as ncnn quantizes it: the scale of its absmax, codes to +-127. */
static float ncnn(struct example *example, const float *x, size_t count, int8_t *q, int32_t *wide,
		  float *scale)
{
	const struct qmac_tool_spec spec = { .tool = QMAC_TOOL_NCNN,
					     .type = QMAC_TYPE_S8,
					     .symmetric = true };
	const struct qmac_extent extent = { 1, 1, count };
	struct qmac_quant_params params = { 0 };
	struct qmac_quantize_options how;
	float lo, hi, multiplier = 0;
	int ret = qmac_range_minmax(example->context, x, &extent, QMAC_NAN_ERROR, &lo, &hi);

	if (!ret)
		ret = qmac_quant_params_init(example->context, &params, QMAC_TYPE_S8, 1);
	if (!ret)
		ret = qmac_tool_choose(example->context, &spec, &lo, &hi, &params, &multiplier);
	if (!ret)
		ret = qmac_tool_options(example->context, &spec, &multiplier, &how);
	if (!ret)
		ret = qmac_quantize(example->context, &params, &extent, x, q, &how);
	*scale = ret ? 0 : params.scale[0];
	for (size_t i = 0; i < count; i++)
		wide[i] = q[i];
	example_status(example, "ncnn", ret);
	qmac_quant_params_release(&params);
	return multiplier;
}

/* Data, normalized and clipped; scales; codes; an integer product; a real number. */
static void run_c1(struct example *example)
{
	const float pixels[] = { 0, 64, 128, 255 }, weights[] = { 0.5f, -1, 0.25f, 0.75f };
	const int32_t x_codes[] = { -127, -64, 0, 127 }, w_codes[] = { 64, -127, 32, 95 };
	float x[4], x_scale, w_scale, multiplier, result = 0;
	int8_t x_q[4] = { 0 }, w_q[4] = { 0 };
	int32_t x_wide[4], w_wide[4], acc = 0;

	for (size_t i = 0; i < 4; i++) {
		x[i] = (pixels[i] - 128) / 128;
		x[i] = x[i] > 0.9921875f ? 0.9921875f : x[i];
	}
	x[0] = -0.9921875f; /* clipped on the other side */
	multiplier = ncnn(example, x, 4, x_q, x_wide, &x_scale);
	example_number(example, "data: 127 / absmax", 128, (double)multiplier, 7);
	example_codes(example, "codes", x_codes, x_wide, 4);
	multiplier = ncnn(example, weights, 4, w_q, w_wide, &w_scale);
	example_number(example, "weights: 127 / absmax", 127, (double)multiplier, 7);
	example_codes(example, "codes", w_codes, w_wide, 4);
	for (size_t i = 0; i < 4; i++)
		acc += x_wide[i] * w_wide[i];
	example_number(example, "integer product", 12065, acc, 9);
	example_status(
		example, "dequantize",
		qmac_dequantize_acc(example->context, &acc, 1, 1, x_scale, &w_scale, 1, &result));
	example_number(example, "dequantized (the real product is 0.748047)", 12065.0 / (128 * 127),
		       (double)result, 6);
}

/* Scales of the tool are reciprocals; their product divides the accumulator. */
static void run_c2(struct example *example)
{
	const double data = 49.466518, weight = 156.639840;
	float data_scale = 0, weight_scale = 0, x = 0;
	const int32_t acc = 7748427;

	example_status(example, "scale",
		       qmac_scale_from_reciprocal(example->context, (float)data, &data_scale));
	example_status(example, "scale",
		       qmac_scale_from_reciprocal(example->context, (float)weight, &weight_scale));
	example_number(example, "1 / (data scale * weight scale)", 7748.427465,
		       1 / ((double)data_scale * (double)weight_scale), 6);
	example_status(example, "dequantize",
		       qmac_dequantize_acc(example->context, &acc, 1, 1, data_scale, &weight_scale,
					   1, &x));
	example_number(example, "7748427 dequantized", 1000, (double)x, 6);
}

static void run_e5(struct example *example)
{
	static const struct {
		const char *what;
		struct qmac_bitwidths given;
		bool accepted;
	} cases[] = {
		{ "defaults accepted", { 0 }, true },
		{ "weights 16, activations 8, bias 32 accepted", { 16, 8, 32, 0 }, true },
		{ "all 16 accepted", { .all = 16 }, true },
		{ "all with weights refused", { .weights = 8, .all = 8 }, false },
		{ "all with bias refused", { .bias = 32, .all = 16 }, false },
		{ "weights 4 refused", { .weights = 4 }, false },
		{ "activations 32 refused", { .activations = 32 }, false },
		{ "bias 16 refused", { .bias = 16 }, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct qmac_bitwidths out = { 0 };
		int ret = qmac_bitwidths_resolve(example->context, &cases[i].given, &out);

		example_truth(example, cases[i].what, !ret == cases[i].accepted);
		if (!i)
			example_codes(
				example, "weights, activations, bias", (const int32_t[]){ 8, 8, 8 },
				(const int32_t[]){ (int32_t)out.weights, (int32_t)out.activations,
						   (int32_t)out.bias },
				3);
	}
}

/* What SNPE makes of a range; @q receives the codes of @count numbers. */
static struct qmac_encoding snpe(struct example *example, float lo, float hi, const float *x,
				 size_t count, uint8_t *q, float *multiplier, int32_t *zero_point)
{
	const struct qmac_tool_spec spec = { .tool = QMAC_TOOL_SNPE, .type = QMAC_TYPE_U8 };
	const struct qmac_extent extent = { 1, 1, count };
	struct qmac_encoding encoding = { 0 };
	struct qmac_quant_params params = { 0 };
	struct qmac_quantize_options how;
	int ret = qmac_quant_params_init(example->context, &params, QMAC_TYPE_U8, 1);

	if (!ret)
		ret = qmac_tool_choose(example->context, &spec, &lo, &hi, &params, multiplier);
	if (!ret)
		ret = qmac_tool_options(example->context, &spec, multiplier, &how);
	if (!ret)
		ret = qmac_quantize(example->context, &params, &extent, x, q, &how);
	if (!ret)
		ret = qmac_encoding_get(example->context, &params, 0, &encoding);
	*zero_point = ret ? -1 : params.zero_point[0];
	example_status(example, "snpe", ret);
	qmac_quant_params_release(&params);
	return encoding;
}

static void run_e6(struct example *example)
{
	static const struct {
		const char *name;
		float lo, hi;
		double min, max;
		int32_t zero;
	} cases[] = {
		{ "[5, 10]: from", 5, 10, 0, 10, 0 },
		{ "[-20, -6]: from", -20, -6, -20, 0, 255 },
		{ "[-5.1, 5.1]: from", -5.1f, 5.1f, -5.12, 5.08, 128 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct qmac_encoding encoding;
		float multiplier = 0;
		int32_t zero = 0;

		encoding =
			snpe(example, cases[i].lo, cases[i].hi, NULL, 0, NULL, &multiplier, &zero);
		example_number(example, cases[i].name, cases[i].min, (double)encoding.min, 6);
		example_number(example, "to", cases[i].max, (double)encoding.max, 6);
		example_number(example, "Z", cases[i].zero, zero, 9);
	}
	example_number(example, "in fp32 5.1 * S is", 127.5, (double)(5.1f * (255 / 10.2f)), 9);
	example_number(example, "in fp64 (would round to 127)", 127.49999999999999,
		       255 / 10.2 * 5.1, 17);
}

static void run_e7(struct example *example)
{
	const double back[] = { -1.8039, -1.0012, 0, .4961 };
	const float x[] = { -1.8f, -1, 0, 0.5f };
	const int32_t expected[] = { 0, 89, 200, 255 };
	struct qmac_encoding encoding;
	float multiplier = 0;
	int32_t zero = 0, got[4];
	uint8_t q[4] = { 0 };

	encoding = snpe(example, -1.8f, 0.5f, x, 4, q, &multiplier, &zero);
	for (size_t i = 0; i < 4; i++)
		got[i] = q[i];
	example_number(example, "S", 110.869565, (double)multiplier, 7);
	example_number(example, "Z", 200, zero, 9);
	example_number(example, "from", -1.803922, (double)encoding.min, 7);
	example_number(example, "to", .496078, (double)encoding.max, 6);
	example_codes(example, "q", expected, got, 4);
	for (size_t i = 0; i < 4; i++)
		example_number(example, "back", back[i],
			       (double)encoding.delta * (q[i] + encoding.offset), i < 2 ? 5 : 4);
}

/* The least range comes before the 0, so 3 alone is [3, 3.01], then [0, 3.01]. */
static void run_e8(struct example *example)
{
	const float zeros[] = { 0 };
	struct qmac_encoding encoding;
	float multiplier = 0;
	int32_t zero = 0;
	uint8_t q[1] = { 1 };

	encoding = snpe(example, 0, 0, zeros, 1, q, &multiplier, &zero);
	example_number(example, "all 0: from", 0, (double)encoding.min, 6);
	example_number(example, "to", 0.01, (double)encoding.max, 6);
	example_number(example, "q", 0, q[0], 9);
	encoding = snpe(example, 3, 3, zeros, 1, q, &multiplier, &zero);
	example_number(example, "all 3: from", 0, (double)encoding.min, 6);
	example_number(example, "to", 3.01, (double)encoding.max, 6);
}

const struct example_entry examples_tools[] = {
	{ "B8", "tools' scales and zero points of [-1, 2]", run_b8 },
	{ "C1", "ncnn's flow in six steps", run_c1 },
	{ "C2", "reciprocal scales of ncnn", run_c2 },
	{ "E5", "bit-width options", run_e5 },
	{ "E6", "SNPE's rule: ranges", run_e6 },
	{ "E7", "SNPE's rule: worked example", run_e7 },
	{ "E8", "SNPE's rule: constant tensors", run_e8 },
};

const size_t examples_tools_count = COUNT(examples_tools);
