// SPDX-License-Identifier: MIT
/* Examples of choosing ranges from data. */
#include <stdio.h>

#include "selftest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The weights once; activations by a range known before, or by their own. */
static void run_b2(struct example *example)
{
	const struct qmac_quant_spec u8 = { .type = QMAC_TYPE_U8,
					    .scheme = QMAC_SCHEME_ASYMMETRIC };
	const struct qmac_extent extent = { 1, 1, 3 };
	const float weights[] = { 0.5f, -1.27f }, seen[] = { -1, 1.55f }, x[] = { -2, 0.5f, 3.1f };
	const int32_t weight_codes[] = { 50, -127 }, fixed[] = { 0, 150, 255 };
	const int32_t dynamic[] = { 0, 125, 255 };
	struct example_result weight, calibrated, own;
	struct qmac_quant_params params;
	uint8_t q[3] = { 0 };
	int32_t wide[3];

	example_quantize(example, &(const struct qmac_quant_spec){ .type = QMAC_TYPE_S8 },
			 QMAC_ROUND_EVEN, weights, 2, &weight);
	example_number(example, "weights, after training: scale", 0.01, (double)weight.scale, 7);
	example_codes(example, "q", weight_codes, weight.q, 2);
	example_quantize(example, &u8, QMAC_ROUND_EVEN, seen, 2, &calibrated);
	example_number(example, "activations, static, calibrated on [-1, 1.55]: scale", 0.01,
		       (double)calibrated.scale, 7);
	params =
		(struct qmac_quant_params){ QMAC_TYPE_U8,	    0,	  255, 1, &calibrated.scale,
					    &calibrated.zero_point, false };
	example_status(example, "quantize",
		       qmac_quantize(example->context, &params, &extent, x, q, NULL));
	for (size_t i = 0; i < 3; i++)
		wide[i] = q[i];
	example_codes(example, "q of [-2, 0.5, 3.1]", fixed, wide, 3);
	example_quantize(example, &u8, QMAC_ROUND_EVEN, x, 3, &own);
	example_number(example, "dynamic, at inference: scale", 0.02, (double)own.scale, 7);
	example_codes(example, "q", dynamic, own.q, 3);
}

/* Bins are half a unit wide, so that a range ends half a unit above its last number. */
/* One range for all batches, with codes of 8 and 16 bits. */
static void global_scales(struct example *example)
{
	const float range[] = { 0, 1023 };
	struct example_result result;

	example_quantize(example,
			 &(const struct qmac_quant_spec){ .type = QMAC_TYPE_U8,
							  .scheme = QMAC_SCHEME_ASYMMETRIC },
			 QMAC_ROUND_EVEN, range, 2, &result);
	example_number(example, "global, 8 bits: scale", 1023.0 / 255, (double)result.scale, 7);
	example_quantize(example,
			 &(const struct qmac_quant_spec){ .type = QMAC_TYPE_U16,
							  .scheme = QMAC_SCHEME_ASYMMETRIC },
			 QMAC_ROUND_EVEN, range, 2, &result);
	example_number(example, "16 bits: scale", 1023.0 / 65535, (double)result.scale, 7);
}

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
	global_scales(example);
}

#define BINS 10

/* What the filter leaves of ten bins from -5 to 5, and the symmetric scale of that. */
struct filtered {
	const char *name;
	const uint64_t *bins;
	bool as_written;
	int32_t left, right;
	double coverage, scale;
};

static void filter(struct example *example, const struct filtered *want)
{
	const int32_t ends[] = { want->left, want->right };
	size_t left = 0, right = 0;
	uint64_t kept = 0, all = 0;
	double lo, hi, most;
	int ret = qmac_two_pointer(example->context, want->bins, BINS, 0.99, want->as_written,
				   &left, &right);

	example_status(example, want->name, ret);
	for (size_t i = 0; i < BINS; i++) {
		kept += i >= left && i < right ? want->bins[i] : 0;
		all += want->bins[i];
	}
	lo = (double)left - 5;
	hi = (double)right - 5;
	most = -lo > hi ? -lo : hi;
	example_codes(example, want->name, ends, (int32_t[]){ (int32_t)left, (int32_t)right }, 2);
	example_number(example, "coverage", want->coverage, (double)kept / (double)all, 6);
	example_number(example, "scale", want->scale, most / 127, 9);
}

static void run_d5(struct example *example)
{
	static const uint64_t bell[] = { 1, 0, 0, 50, 200, 500, 200, 48, 0, 1 };
	static const uint64_t equal[] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
	static const uint64_t spike[] = { 0, 0, 0, 0, 0, 9, 0, 0, 0, 0 };
	static const struct filtered cases[] = {
		{ "as written: bins", bell, true, 3, 7, .95, .0157480315 },
		{ "ten equal bins", equal, true, 0, 9, .9, .0393700787 },
		{ "spike in bin 5", spike, true, 5, 5, 0, 0 },
		{ "corrected: bins", bell, false, 3, 8, .998, .0236220472 },
		{ "ten equal bins", equal, false, 0, 10, 1, .0393700787 },
		{ "spike in bin 5", spike, false, 5, 6, 1, .00787401575 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		filter(example, &cases[i]);
}

static void run_e1_average(struct example *example)
{
	const struct qmac_calibration_method method = { .method = QMAC_METHOD_AVERAGE };
	static const float batches[][2] = { { -1, 1 }, { -3, 2 }, { 0, 4 } };
	struct qmac_calibration_range range = { 0 };
	struct qmac_calibration *calibration = NULL;
	int ret = qmac_calibration_create(example->context, NULL, &calibration);

	for (size_t i = 0; !ret && i < COUNT(batches); i++) {
		ret = qmac_calibration_update(calibration, batches[i], 2);
		if (!ret)
			ret = qmac_calibration_step(calibration, 0.5f);
	}
	if (!ret)
		ret = qmac_calibration_choose(calibration, &method, &range);
	example_status(example, "calibrate", ret);
	example_number(example, "weight of the new 0.5: from", -1, (double)range.lo, 9);
	example_number(example, "to", 2.75, (double)range.hi, 9);
	qmac_calibration_destroy(calibration);
}

const struct example_entry examples_calibration[] = {
	{ "B2", "weights and activations, static and dynamic", run_b2 },
	{ "B3", "calibration strategies, 0 to 1023 in two batches", run_b3 },
	{ "D5", "two-pointer filter on bins from -5 to 5, as written and corrected", run_d5 },
	{ "E1", "PTQ: moving average of [-1, 1], [-3, 2], [0, 4]", run_e1_average },
};

const size_t examples_calibration_count = COUNT(examples_calibration);
