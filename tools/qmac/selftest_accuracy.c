// SPDX-License-Identifier: MIT
/*
 * Examples of what quantization costs. No source tells these numbers: what is
 * expected comes from tests/tools/selftest_reference.py.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "selftest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SAMPLES 1024
#define MOST	1024 /* elements of a tensor here */

/* Multiples of 1/64 from -100/64 to 100/64. */
static void generate(uint32_t seed, float *x, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		seed = (seed * 1103515245u + 12345u) & 0x7fffffff;
		x[i] = (float)((int)((seed >> 16) % 201) - 100) / 64;
	}
}

static double decibels(const float *x, const float *back, size_t count)
{
	double signal = 0, noise = 0;

	for (size_t i = 0; i < count; i++) {
		double error = (double)x[i] - (double)back[i];

		signal += (double)x[i] * (double)x[i];
		noise += error * error;
	}
	return 10 * log10(signal / noise);
}

static double cosine(const float *x, const float *back, size_t count)
{
	double dot = 0, xx = 0, bb = 0;

	for (size_t i = 0; i < count; i++) {
		dot += (double)x[i] * (double)back[i];
		xx += (double)x[i] * (double)x[i];
		bb += (double)back[i] * (double)back[i];
	}
	return dot / sqrt(xx * bb);
}

/* Min-max, quantize, dequantize: [@rows, @columns] with a scale per row, or one row for all. */
static void linear(struct example *example, const struct qmac_quant_spec *spec, const float *x,
		   size_t rows, size_t columns, float *back)
{
	const struct qmac_extent extent = { 1, rows, columns };
	struct qmac_quant_params params = { 0 };
	uint16_t q[MOST];
	int ret = rows * columns > MOST ? -E2BIG
					: qmac_quant_minmax(example->context, spec, x, &extent,
							    QMAC_NAN_ERROR, &params);

	if (!ret)
		ret = qmac_quantize(example->context, &params, &extent, x, q, NULL);
	if (!ret)
		ret = qmac_dequantize(example->context, &params, &extent, q, back);
	example_status(example, "quantize", ret);
	qmac_quant_params_release(&params);
}

/* Dense in the middle, and more of it above 0 than below. */
static void fill(float *x)
{
	for (int i = 0; i < SAMPLES; i++) {
		double t = (i - SAMPLES / 3) / (double)SAMPLES;

		x[i] = (float)(4 * t * t * t + t / 8);
	}
}

static void run_a3(struct example *example)
{
	const struct qmac_quant_spec symmetric = { .type = QMAC_TYPE_S4 };
	const struct qmac_quant_spec asymmetric = { .type = QMAC_TYPE_S4,
						    .scheme = QMAC_SCHEME_ASYMMETRIC };
	struct qmac_codebook book;
	float x[SAMPLES], back[SAMPLES] = { 0 };
	uint8_t codes[SAMPLES];
	int ret;

	fill(x);
	linear(example, &symmetric, x, 1, SAMPLES, back);
	example_number(example, "4 bits: symmetric dB", 18.749864, decibels(x, back, SAMPLES), 5);
	linear(example, &asymmetric, x, 1, SAMPLES, back);
	example_number(example, "asymmetric dB", 23.728345, decibels(x, back, SAMPLES), 5);
	ret = qmac_codebook_kmeans(example->context, x, SAMPLES, 16, NULL, &book);
	if (!ret)
		ret = qmac_codebook_encode(example->context, &book, x, SAMPLES, QMAC_NAN_ERROR,
					   codes);
	if (!ret)
		ret = qmac_codebook_decode(example->context, &book, codes, SAMPLES, back);
	example_status(example, "kmeans", ret);
	example_number(example, "nonlinear (kmeans) dB", 25.184409, decibels(x, back, SAMPLES), 5);
}

#define CLASSES	 10
#define FEATURES 16
#define IMAGES	 200

/* Samples are rows of weights with noise: which row, the greatest product tells. */
static double top_1(const float *weights, const float *rows)
{
	float noise[IMAGES * FEATURES];
	int right = 0;

	generate(2, noise, COUNT(noise));
	for (size_t i = 0; i < IMAGES; i++) {
		size_t best = 0;
		double most = -INFINITY;

		for (size_t c = 0; c < CLASSES; c++) {
			double sum = 0;

			for (size_t f = 0; f < FEATURES; f++)
				sum += (double)(rows[i % CLASSES * FEATURES + f] +
						noise[i * FEATURES + f] * 1.5f) *
				       (double)weights[c * FEATURES + f];
			if (sum > most) {
				most = sum;
				best = c;
			}
		}
		right += best == i % CLASSES;
	}
	return 100.0 * right / IMAGES;
}

static void binary(struct example *example, const float *x, float *back)
{
	uint64_t words[CLASSES];
	float alpha[CLASSES];

	example_status(example, "binary",
		       qmac_binary_quantize(example->context, x, CLASSES, FEATURES, QMAC_NAN_ERROR,
					    words, alpha));
	qmac_binary_dequantize(words, CLASSES, FEATURES, alpha, back);
}

static void run_a7(struct example *example)
{
	static const struct {
		uint8_t bits;
		double decibels, cosine, top_1;
	} cases[] = {
		{ 16, 96.704612, 0.99999999989, 80.5 }, { 8, 48.353603, 0.9999926972, 81 },
		{ 6, 36.106537, 0.9998775554, 81.5 },	{ 4, 22.819985, 0.9974983669, 81.5 },
		{ 2, 6.6672847, 0.9288107349, 77.5 },	{ 1, 6.8135411, 0.8897869442, 69.5 },
	};
	float weights[CLASSES * FEATURES], back[CLASSES * FEATURES] = { 0 };
	char name[32];

	generate(1, weights, COUNT(weights));
	example_number(example, "FP32 top-1 %", 80.5, top_1(weights, weights), 4);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct qmac_quant_spec spec = {
			.type = QMAC_TYPE_S16,
			.bits = cases[i].bits == 16 ? 0 : cases[i].bits,
		};

		if (cases[i].bits == 1)
			binary(example, weights, back);
		else
			linear(example, &spec, weights, 1, COUNT(weights), back);
		snprintf(name, sizeof(name), "%u bits: dB", cases[i].bits);
		example_number(example, name, cases[i].decibels,
			       decibels(weights, back, COUNT(weights)), 5);
		example_number(example, "cosine", cases[i].cosine,
			       cosine(weights, back, COUNT(weights)), 6);
		example_number(example, "top-1 %", cases[i].top_1, top_1(back, weights), 4);
	}
}

#define INPUTS	16
#define OUTPUTS 8
#define ROWS	64

/* x * sigmoid(x) of the products, as a layer of YOLOv8. */
static void layer(const float *weights, const float *x, float *y)
{
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t o = 0; o < OUTPUTS; o++) {
			double sum = 0;

			for (size_t k = 0; k < INPUTS; k++)
				sum += (double)x[i * INPUTS + k] * (double)weights[o * INPUTS + k];
			y[i * OUTPUTS + o] = (float)(sum / (1 + exp(-sum)));
		}
	}
}

static void run_c3(struct example *example)
{
	const struct qmac_quant_spec weight_spec = { .type = QMAC_TYPE_S8 };
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_U8,
					      .scheme = QMAC_SCHEME_ASYMMETRIC };
	float weights[OUTPUTS * INPUTS], x[ROWS * INPUTS], want[ROWS * OUTPUTS];
	float weights_back[OUTPUTS * INPUTS] = { 0 }, x_back[ROWS * INPUTS] = { 0 };
	float got[ROWS * OUTPUTS];

	generate(3, weights, COUNT(weights));
	generate(4, x, COUNT(x));
	layer(weights, x, want);
	linear(example, &weight_spec, weights, OUTPUTS, INPUTS, weights_back);
	linear(example, &spec, x, 1, COUNT(x), x_back);
	layer(weights_back, x_back, got);
	example_number(example, "0 training steps: output dB", 44.322225,
		       decibels(want, got, COUNT(want)), 5);
}

/* Rounding loses up to half a step, clipping the rest; codes come back as they were. */
static void run_e2(struct example *example)
{
	const struct qmac_extent extent = { 1, 1, 256 }, range = { 1, 1, MOST };
	float x[MOST], back[MOST] = { 0 }, scale = 1 / 64.f, numbers[256], most = 0;
	int32_t zero = 0;
	struct qmac_quant_params params = { QMAC_TYPE_S8, -128, 127, 1, &scale, &zero, false };
	int8_t codes[256], again[256] = { 0 }, q[MOST] = { 0 };
	int same = 0;

	example_number(example, "FP32 / INT8 bytes of 1000 numbers", 4,
		       (double)qmac_packed_bytes(QMAC_TYPE_F32, 1000) /
			       (double)qmac_packed_bytes(QMAC_TYPE_S8, 1000),
		       9);
	for (int i = 0; i < MOST; i++)
		x[i] = (float)(i - MOST / 2) / 256; /* -2 to 511/256: a step is 1/64 */
	example_status(example, "quantize",
		       qmac_quantize(example->context, &params, &range, x, q, NULL));
	example_status(example, "dequantize",
		       qmac_dequantize(example->context, &params, &range, q, back));
	for (int i = 0; i < MOST; i++)
		if (x[i] <= 127 / 64.f) /* beyond is clipped */
			most = fmaxf(most, fabsf(x[i] - back[i]));
	example_number(example, "greatest rounding error, half a step of 1/64", 1 / 128.0,
		       (double)most, 9);
	example_number(example, "clipped: 511/256 becomes", 127 / 64.0, (double)back[MOST - 1], 9);
	for (int i = 0; i < 256; i++)
		codes[i] = (int8_t)(i - 128);
	example_status(example, "dequantize",
		       qmac_dequantize(example->context, &params, &extent, codes, numbers));
	example_status(example, "quantize",
		       qmac_quantize(example->context, &params, &extent, numbers, again, NULL));
	for (int i = 0; i < 256; i++)
		same += codes[i] == again[i];
	example_number(example, "codes that come back from their numbers", 256, same, 9);
}

/* A thousand products of three: dense about 0, with long tails. */
static void run_e1_kl(struct example *example)
{
	const struct qmac_calibration_spec spec = { .bins = 256 };
	const struct qmac_calibration_method method = { .method = QMAC_METHOD_KL, .bits = 4 };
	struct qmac_calibration_range range = { 0 };
	struct qmac_calibration *calibration = NULL;
	float factors[3000], x[1000];
	int ret = qmac_calibration_create(example->context, &spec, &calibration);

	generate(5, factors, COUNT(factors));
	for (size_t i = 0; i < COUNT(x); i++)
		x[i] = factors[3 * i] * factors[3 * i + 1] * factors[3 * i + 2];
	if (!ret)
		ret = qmac_calibration_update(calibration, x, COUNT(x));
	if (!ret)
		ret = qmac_calibration_choose(calibration, &method, &range);
	example_status(example, "calibrate", ret);
	example_number(example, "4 bits: threshold", 2.625, (double)range.hi, 9);
	example_number(example, "divergence", 0.14629891761, range.score, 6);
	qmac_calibration_destroy(calibration);
}

/* Rounding has no slope; the estimator gives 1 within the range and 0 beyond. */
static void run_e1_ste(struct example *example)
{
	const struct qmac_granularity whole = { .extent = { 1, 1, 5 }, .group = 1 };
	const float x[] = { -20, -3, 0.0625f, 5, 20 }, dy[] = { 1, 1, 1, 1, 1 };
	const int32_t want[] = { 0, 1, 1, 1, 0 }, codes[] = { -128, -24, 0, 40, 127 };
	float scale = 0.125f, dx[5] = { 0 }, y[5] = { 0 };
	double d_scale = 0;
	int32_t zero = 0, got[5], q[5];
	struct qmac_quant_params params = { QMAC_TYPE_S8, -128, 127, 1, &scale, &zero, false };
	const struct qmac_fake_gradients gradients = { .x = dx, .scale = &d_scale };

	example_status(example, "forward",
		       qmac_fake_quantize(example->context, &params, &whole, x, y));
	example_status(
		example, "backward",
		qmac_fake_quantize_backward(example->context, &params, &whole, x, dy, &gradients));
	for (size_t i = 0; i < COUNT(x); i++) {
		q[i] = (int32_t)(y[i] / scale);
		got[i] = (int32_t)dx[i];
	}
	example_codes(example, "forward, in steps of 1/8", codes, q, COUNT(q));
	example_codes(example, "dy/dx", want, got, COUNT(got));
	example_number(example, "sum of dy/dscale: -128 - 0.5 + 127", -1.5, d_scale, 9);
}

const struct example_entry examples_accuracy[] = {
	{ "A3", "linear and nonlinear, symmetric and asymmetric", run_a3 },
	{ "A7", "sweep of widths: SQNR, cosine and top-1 of a linear classifier", run_a7 },
	{ "C3", "a layer of YOLOv8 (SiLU) needs no training to be quantized", run_c3 },
	{ "E1", "PTQ: Kullback-Leibler divergence", run_e1_kl },
	{ "E1", "QAT: fake quantization, straight-through estimator", run_e1_ste },
	{ "E2", "storage, what rounding and clipping lose", run_e2 },
};

const size_t examples_accuracy_count = COUNT(examples_accuracy);
