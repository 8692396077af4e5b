// SPDX-License-Identifier: MIT
/* Examples of other tools' rules and of calibration. */
#include <string.h>

#include "selftest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Bins are half a unit wide, so that a range ends half a unit above its last number. */
static void run_b3(struct example *example)
{
	static const struct {
		uint8_t method;
		double percentile;
		const char *name;
		double lo, hi;
	} cases[] = {
		{ QMAC_METHOD_MINMAX, 0, "min-max, all batches", 0, 1023 },
		{ QMAC_METHOD_PERCENTILE, 50, "percentile 50", 256, 767.5 },
	};
	struct qmac_calibration_range range = { 0 };
	struct qmac_calibration *calibration;
	float x[2][512];
	int ret = qmac_calibration_create(example->context, NULL, &calibration);

	for (int i = 0; i < 1024; i++)
		x[i / 512][i % 512] = (float)(i * 5 % 1024);
	for (size_t i = 0; !ret && i < 2; i++)
		ret = qmac_calibration_update(calibration, x[i], 512);
	for (size_t i = 0; !ret && i < COUNT(cases); i++) {
		const struct qmac_calibration_method method = {
			.method = cases[i].method,
			.percentile = cases[i].percentile,
		};

		ret = qmac_calibration_choose(calibration, &method, &range);
		example_number(example, cases[i].name, cases[i].lo, (double)range.lo, 9);
		example_number(example, "to", cases[i].hi, (double)range.hi, 9);
	}
	example_status(example, "calibrate", ret);
	qmac_calibration_destroy(calibration);
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

static void filter(struct example *example, const char *name, const uint64_t *bins, bool as_written,
		   int32_t left, int32_t right)
{
	const int32_t expected[] = { left, right };
	size_t from = 0, to = 0;
	int ret = qmac_two_pointer(example->context, bins, 10, 0.99, as_written, &from, &to);

	example_status(example, name, ret);
	example_codes(example, name, expected, (int32_t[]){ (int32_t)from, (int32_t)to }, 2);
}

static void run_d5(struct example *example)
{
	static const uint64_t bell[] = { 1, 0, 0, 50, 200, 500, 200, 48, 0, 1 };
	static const uint64_t equal[] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
	static const uint64_t spike[] = { 0, 0, 0, 0, 0, 9, 0, 0, 0, 0 };

	filter(example, "as written: bins", bell, true, 3, 7);
	filter(example, "equal", equal, true, 0, 9);
	filter(example, "spike", spike, true, 5, 5);
	filter(example, "corrected: bins", bell, false, 3, 8);
	filter(example, "equal", equal, false, 0, 10);
	filter(example, "spike", spike, false, 5, 6);
}

/* Edges of the bins that are left, -5 to 5, as a symmetric scale. */
static void run_d5_scale(struct example *example)
{
	static const struct {
		const char *name;
		float lo, hi;
		double scale;
	} cases[] = {
		{ "as written, [-2, 2]: scale", -2, 2, .0157480315 },
		{ "corrected, [-2, 3]: scale", -2, 3, .0236220472 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const float x[] = { cases[i].lo, cases[i].hi };
		struct example_result result;

		example_quantize(example, &(const struct qmac_quant_spec){ .type = QMAC_TYPE_S8 },
				 QMAC_ROUND_EVEN, x, 2, &result);
		example_number(example, cases[i].name, cases[i].scale, (double)result.scale, 7);
	}
}

static void run_e1(struct example *example)
{
	const struct qmac_calibration_method method = { .method = QMAC_METHOD_AVERAGE };
	static const float batches[][2] = { { -1, 1 }, { -3, 2 }, { 0, 4 } };
	struct qmac_calibration_range range = { 0 };
	struct qmac_calibration *calibration;
	int ret = qmac_calibration_create(example->context, NULL, &calibration);

	for (size_t i = 0; !ret && i < COUNT(batches); i++) {
		ret = qmac_calibration_update(calibration, batches[i], 2);
		if (!ret)
			ret = qmac_calibration_step(calibration, 0.5f);
	}
	if (!ret)
		ret = qmac_calibration_choose(calibration, &method, &range);
	example_status(example, "calibrate", ret);
	example_number(example, "moving average, 0.5: from", -1, (double)range.lo, 9);
	example_number(example, "to", 2.75, (double)range.hi, 9);
	qmac_calibration_destroy(calibration);
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
	{ "B3", "calibration strategies, 0 to 1023 in two batches", run_b3 },
	{ "C2", "reciprocal scales of ncnn", run_c2 },
	{ "D5", "two-pointer filter, as written and corrected: bins left", run_d5 },
	{ "D5b", "two-pointer filter: scales", run_d5_scale },
	{ "E1", "moving average of [-1, 1], [-3, 2], [0, 4]", run_e1 },
	{ "E5", "bit-width options", run_e5 },
	{ "E6", "SNPE's rule: ranges", run_e6 },
	{ "E7", "SNPE's rule: worked example", run_e7 },
	{ "E8b", "SNPE's rule: constant tensors", run_e8 },
};

const size_t examples_tools_count = COUNT(examples_tools);
