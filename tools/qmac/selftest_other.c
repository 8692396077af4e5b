// SPDX-License-Identifier: MIT
/* Examples of sizes and widths, and what linear quantization is compared with. */
#include <errno.h>
#include <math.h>

#include "selftest.h"
#include "sizes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SAMPLES 1024

static void run_a1(struct example *example)
{
	static const struct {
		const char *name;
		double megabytes[5];
	} networks[] = {
		{ "AlexNet", { 233, 116.5, 58.25, 29.125, 7.28125 } },
		{ "VGG-16", { 528, 264, 132, 66, 16.5 } },
		{ "VGG-19", { 548, 274, 137, 68.5, 17.125 } },
		{ "ResNet-50", { 98, 49, 24.5, 12.25, 3.0625 } },
		{ "ResNet-101", { 170, 85, 42.5, 21.25, 5.3125 } },
		{ "ResNet-152", { 230, 115, 57.5, 28.75, 7.1875 } },
		{ "GoogleNet", { 27, 13.5, 6.75, 3.375, 0.84375 } },
		{ "InceptionV3", { 89, 44.5, 22.25, 11.125, 2.78125 } },
		{ "MobileNet", { 38, 19, 9.5, 4.75, 1.1875 } },
		{ "SqueezeNet", { 30, 15, 7.5, 3.75, 0.9375 } },
	};
	static const unsigned int bits[] = { 32, 16, 8, 4, 1 };

	for (size_t i = 0; i < COUNT(networks); i++)
		for (size_t j = 0; j < COUNT(bits); j++)
			example_number(example, j ? "/" : networks[i].name,
				       networks[i].megabytes[j],
				       sizes_megabytes(networks[i].name, bits[j]), 9);
}

static void run_a2(struct example *example)
{
	static const struct {
		const char *name;
		uint8_t type;
		int bits;
	} types[] = {
		{ "INT16", QMAC_TYPE_S16, 16 }, { "INT8", QMAC_TYPE_S8, 8 },
		{ "INT4", QMAC_TYPE_S4, 4 },	{ "INT1", QMAC_TYPE_B1, 1 },
		{ "FP16", QMAC_TYPE_F16, 16 },
	};

	for (size_t i = 0; i < COUNT(types); i++)
		example_number(example, types[i].name, types[i].bits, qmac_type_bits(types[i].type),
			       9);
	example_number(example, "FP32 to INT8 saves per cent", 75,
		       100 - 100.0 * (double)qmac_packed_bytes(QMAC_TYPE_S8, 400) /
				       (double)qmac_packed_bytes(QMAC_TYPE_F32, 400),
		       9);
}

/* Dense in the middle, and more of it above 0 than below. */
static void fill(float *x)
{
	for (int i = 0; i < SAMPLES; i++) {
		double t = (i - SAMPLES / 3) / (double)SAMPLES;

		x[i] = (float)(4 * t * t * t + t / 8);
	}
}

static double decibels(const float *x, const float *back)
{
	double signal = 0, noise = 0;

	for (size_t i = 0; i < SAMPLES; i++) {
		double error = (double)x[i] - (double)back[i];

		signal += (double)x[i] * (double)x[i];
		noise += error * error;
	}
	return 10 * log10(signal / noise);
}

static double linear(struct example *example, const float *x, const struct qmac_quant_spec *spec)
{
	const struct qmac_extent extent = { 1, 1, SAMPLES };
	struct qmac_quant_params params = { 0 };
	uint16_t q[SAMPLES];
	float back[SAMPLES] = { 0 };
	int ret = qmac_quant_minmax(example->context, spec, x, &extent, QMAC_NAN_ERROR, &params);

	if (!ret)
		ret = qmac_quantize(example->context, &params, &extent, x, q, NULL);
	if (!ret)
		ret = qmac_dequantize(example->context, &params, &extent, q, back);
	example_status(example, "quantize", ret);
	qmac_quant_params_release(&params);
	return decibels(x, back);
}

static double binary(struct example *example, const float *x)
{
	uint64_t words[SAMPLES / 64];
	float back[SAMPLES], alpha = 0;

	example_status(example, "binary",
		       qmac_binary_quantize(example->context, x, 1, SAMPLES, QMAC_NAN_ERROR, words,
					    &alpha));
	qmac_binary_dequantize(words, 1, SAMPLES, &alpha, back);
	return decibels(x, back);
}

static void run_a3(struct example *example)
{
	const struct qmac_quant_spec symmetric = { .type = QMAC_TYPE_S4 };
	const struct qmac_quant_spec asymmetric = { .type = QMAC_TYPE_S4,
						    .scheme = QMAC_SCHEME_ASYMMETRIC };
	struct qmac_codebook book;
	float x[SAMPLES], back[SAMPLES] = { 0 };
	uint8_t codes[SAMPLES];
	double best, worse;
	int ret;

	fill(x);
	best = linear(example, x, &asymmetric);
	worse = linear(example, x, &symmetric);
	example_truth(example, "4 bits: asymmetric fits better than symmetric", best > worse);
	ret = qmac_codebook_kmeans(example->context, x, SAMPLES, 16, NULL, &book);
	if (!ret)
		ret = qmac_codebook_encode(example->context, &book, x, SAMPLES, QMAC_NAN_ERROR,
					   codes);
	if (!ret)
		ret = qmac_codebook_decode(example->context, &book, codes, SAMPLES, back);
	example_status(example, "kmeans", ret);
	example_truth(example, "nonlinear better than both", decibels(x, back) > best);
}

static void run_a7(struct example *example)
{
	static const uint8_t widths[] = { 16, 8, 6, 4, 2 };
	double before = INFINITY, now, at_eight = 0;
	float x[SAMPLES];
	bool falls = true;

	fill(x);
	for (size_t i = 0; i < COUNT(widths); i++) {
		const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S16,
						      .bits = widths[i] == 16 ? 0 : widths[i] };

		now = linear(example, x, &spec);
		falls &= now < before;
		before = now;
		if (widths[i] == 8)
			at_eight = now;
	}
	example_truth(example, "SQNR falls over 16, 8, 6, 4, 2 bits", falls);
	example_truth(example, "8 bits: above 30 dB", at_eight > 30);
	example_truth(example, "2 bits: below 10 dB", before < 10);
	now = binary(example, x);
	example_truth(example, "1 bit: between 0 and 10 dB", now > 0 && now < 10);
}

static void run_b4(struct example *example)
{
	const size_t count = 25u * 1000 * 1000;

	example_number(example, "FP32 MB", 100,
		       (double)qmac_packed_bytes(QMAC_TYPE_F32, count) / 1e6, 9);
	example_number(example, "INT8 MB", 25, (double)qmac_packed_bytes(QMAC_TYPE_S8, count) / 1e6,
		       9);
}

const struct example_entry examples_other[] = {
	{ "A1", "sizes of ten networks: FP32 / FP16 / INT8 / INT4 / INT1", run_a1 },
	{ "A2", "widths", run_a2 },
	{ "A3", "linear and nonlinear, symmetric and asymmetric", run_a3 },
	{ "A7", "sweep of widths", run_a7 },
	{ "B4", "100 MB of FP32", run_b4 },
};

const size_t examples_other_count = COUNT(examples_other);
