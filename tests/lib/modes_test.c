// SPDX-License-Identifier: MIT
/* What has been computed does not depend on the caller's floating-point modes. */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define COUNT	 512
#define ROUNDS	 8
#define TOOLS	 8
#define CHANNELS 64
#define PARTS	 8

static struct qmac_context *context;

/* Everything that computes, in one piece of memory. */
struct outcome {
	uint16_t q[ROUNDS * 3][COUNT];
	float back[COUNT];
	float group_scale[COUNT];
	int32_t group_zero[COUNT];
	float scale[TOOLS * 2][CHANNELS], multiplier[TOOLS * 2][CHANNELS];
	int32_t zero_point[TOOLS * 2][CHANNELS];
	struct qmac_encoding encoding[CHANNELS];
	struct qmac_codebook book[3];
	uint8_t codes[3][COUNT];
	uint64_t words[8];
	float alpha[8];
	uint8_t blocks[COUNT / 32 * 34];
	float widened[CHANNELS], reciprocal[CHANNELS];
	uint16_t half[2][COUNT];
	float wide[2][COUNT], decoded[3][COUNT], signs[COUNT], unblocked[COUNT];
	float acc_back[CHANNELS], again[CHANNELS];
	uint32_t mult[CHANNELS];
	int32_t shift[CHANNELS], bias[CHANNELS];
	int8_t product[5][CHANNELS];
	struct qmac_codebook part_book[2][PARTS];
	uint8_t part_codes[2][COUNT];
	float part_back[2][COUNT];
	int top, errors;
};

static void compute_groups(const float *x, struct outcome *out)
{
	static const uint8_t roundings[ROUNDS] = { QMAC_ROUND_EVEN,	 QMAC_ROUND_UP,
						   QMAC_ROUND_AWAY,	 QMAC_ROUND_TRUNCATE,
						   QMAC_ROUND_FLOOR,	 QMAC_ROUND_CEIL,
						   QMAC_ROUND_HALF_DOWN, QMAC_ROUND_HALF_ZERO };
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_U16,
					      .scheme = QMAC_SCHEME_ASYMMETRIC };
	const struct qmac_granularity g = { { 8, 16, 4 }, 5, true };
	struct qmac_quant_params params;
	size_t i;

	out->errors += !!qmac_group_minmax(context, &spec, x, &g, QMAC_NAN_ERROR, &params);
	memcpy(out->group_scale, params.scale, params.channels * sizeof(float));
	memcpy(out->group_zero, params.zero_point, params.channels * sizeof(int32_t));
	for (i = 0; i < ROUNDS * 3; i++) {
		const struct qmac_quantize_options options = { .rounding = roundings[i / 3],
							       .zp_first = i % 3 == 1,
							       .reciprocal = i % 3 == 2 };

		out->errors += !!qmac_group_quantize(context, &params, &g, x, out->q[i], &options);
	}
	out->errors += !!qmac_group_dequantize(context, &params, &g, out->q[0], out->back);
	qmac_quant_params_release(&params);
}

static void compute_tools(const float *x, struct outcome *out)
{
	float lo[CHANNELS], hi[CHANNELS];
	const struct qmac_extent extent = { 1, CHANNELS, COUNT / CHANNELS };
	struct qmac_quant_params params;
	unsigned int i, c;

	out->errors += !!qmac_range_minmax(context, x, &extent, QMAC_NAN_ERROR, lo, hi);
	for (i = 0; i < TOOLS * 2; i++) {
		const struct qmac_tool_spec spec = {
			.tool = (uint8_t)(i / 2),
			.type = i / 2 == QMAC_TOOL_SNPE ? QMAC_TYPE_U8 : QMAC_TYPE_S8,
			.symmetric = i % 2,
			.power_of_two = i / 2 == QMAC_TOOL_FBGEMM && i % 2,
		};

		params = (struct qmac_quant_params){ .type = QMAC_TYPE_S8,
						     .channels = CHANNELS,
						     .scale = out->scale[i],
						     .zero_point = out->zero_point[i] };
		if (qmac_tool_choose(context, &spec, lo, hi, &params, out->multiplier[i]))
			continue; /* a form that the tool does not have */
		for (c = 0; c < CHANNELS; c++)
			out->errors += !!qmac_encoding_get(context, &params, c, &out->encoding[c]);
		for (c = 0; c < CHANNELS; c++)
			qmac_scale_from_reciprocal(context, out->scale[i][c], &out->reciprocal[c]);
	}
	memcpy(out->widened, out->scale[0], sizeof(out->widened));
	out->errors +=
		!!qmac_widen_scales(context, x, CHANNELS, 1e-9f, out->widened, CHANNELS, NULL);
}

static void compute_nonlinear(const float *x, struct outcome *out)
{
	const struct qmac_kmeans_options lloyd = { .method = QMAC_KMEANS_LLOYD };
	unsigned int i;

	out->errors += !!qmac_codebook_kmeans(context, x, COUNT, 13, NULL, &out->book[0]);
	out->errors += !!qmac_codebook_kmeans(context, x, COUNT, 13, &lloyd, &out->book[1]);
	out->errors += !!qmac_log2_top(context, x, COUNT, QMAC_NAN_ERROR, &out->top);
	out->errors += !!qmac_codebook_log2(context, 6, out->top, &out->book[2]);
	for (i = 0; i < 3; i++)
		out->errors += !!qmac_codebook_encode(context, &out->book[i], x, COUNT,
						      QMAC_NAN_ERROR, out->codes[i]);
	out->errors += !!qmac_binary_quantize(context, x, 8, COUNT / 8, QMAC_NAN_ERROR, out->words,
					      out->alpha);
	out->errors += !!qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, COUNT, out->blocks);
	out->errors += !!qmac_ggml_quantize(context, QMAC_GGML_Q4_0, x, COUNT / 2, out->blocks);
	qmac_f16_narrow(x, COUNT, out->half[0]);
	qmac_bf16_narrow(x, COUNT, out->half[1]);
}

/* A codebook for every part. */
static void compute_codebooks(const float *x, struct outcome *out)
{
	const struct qmac_granularity g = { { 1, PARTS, COUNT / PARTS }, 1, false };
	unsigned int i;

	out->errors += !!qmac_codebooks_kmeans(context, x, &g, 7, NULL, out->part_book[0]) +
		       !!qmac_codebooks_log2(context, x, &g, 5, QMAC_NAN_ERROR, out->part_book[1]);
	for (i = 0; i < 2; i++)
		out->errors += !!qmac_codebooks_encode(context, out->part_book[i], &g, x,
						       QMAC_NAN_ERROR, out->part_codes[i]) +
			       !!qmac_codebooks_decode(context, out->part_book[i], &g,
						       out->part_codes[i], out->part_back[i]);
}

/* From codes to numbers. */
static void compute_back(struct outcome *out)
{
	static const int32_t acc[CHANNELS] = { 1, -3, 1 << 30, 16777217, -16777219, 33554433 };
	struct qmac_quant_params params;
	unsigned int i;

	for (i = 0; i < 3; i++)
		out->errors += !!qmac_codebook_decode(context, &out->book[i], out->codes[i], COUNT,
						      out->decoded[i]);
	qmac_binary_dequantize(out->words, 8, COUNT / 8, out->alpha, out->signs);
	out->errors += !!qmac_ggml_dequantize(context, QMAC_GGML_Q4_0, out->blocks, COUNT / 2,
					      out->unblocked);
	qmac_f16_widen(out->half[0], COUNT, out->wide[0]);
	qmac_bf16_widen(out->half[1], COUNT, out->wide[1]);
	out->errors += !!qmac_dequantize_acc(context, acc, 1, CHANNELS, .3f, out->scale[0],
					     CHANNELS, out->acc_back);
	if (qmac_quant_params_init(context, &params, QMAC_TYPE_S8, CHANNELS)) {
		out->errors++;
		return;
	}
	for (i = 0; i < CHANNELS; i++)
		out->errors += !!qmac_encoding_set(context, &out->encoding[i], &params, i);
	memcpy(out->again, params.scale, sizeof(out->again));
	qmac_quant_params_release(&params);
}

/* Requantization: the real scales, their integers, biases and products. */
static void compute_products(const float *x, struct outcome *out)
{
	static const int8_t a[8] = { 3, -128, 127, 5, 77, -1, 0, 64 };
	static const uint8_t presets[] = { QMAC_PRESET_F32, QMAC_PRESET_DOUBLE, QMAC_PRESET_SINGLE,
					   QMAC_PRESET_RNDNU, QMAC_PRESET_ONNX_REF };
	static int8_t b[8 * CHANNELS];
	double real[CHANNELS];
	struct qmac_gemm_desc desc = { .m = 1,
				       .n = CHANNELS,
				       .k = 8,
				       .a_type = QMAC_TYPE_S8,
				       .b_type = QMAC_TYPE_S8,
				       .c_type = QMAC_TYPE_S8,
				       .scale = real,
				       .scale_count = CHANNELS };
	struct qmac_device *device;
	unsigned int i;

	for (i = 0; i < 8 * CHANNELS; i++)
		b[i] = (int8_t)(i * 37 + 11);
	out->errors +=
		!!qmac_quantize_bias(context, x, CHANNELS, .1f, out->again, CHANNELS, out->bias);
	if (qmac_device_open(context, "cpu", &device)) {
		out->errors++;
		return;
	}
	for (i = 0; i < CHANNELS; i++) {
		desc.preset = presets[i % 5];
		real[i] = qmac_real_scale(desc.preset, .3f, (float)(64 + i) / 64, 900);
		out->errors += !!qmac_multiplier(context, desc.preset, real[i], &out->mult[i],
						 &out->shift[i]);
	}
	for (i = 0; i < 5; i++) {
		desc.preset = presets[i];
		out->errors += !!qmac_gemm_run(device, &desc, a, b, out->product[i], NULL);
	}
	qmac_device_close(device);
}

static void compute(const float *x, struct outcome *out)
{
	memset(out, 0, sizeof(*out));
	compute_groups(x, out);
	compute_tools(x, out);
	compute_nonlinear(x, out);
	compute_codebooks(x, out);
	compute_back(out);
	compute_products(x, out);
}

static void random_floats(struct rng *rng, float *x)
{
	size_t i;

	for (i = 0; i < COUNT; i++) {
		x[i] = ldexpf((float)rng_in(rng, -8000000, 8000000), (int)rng_in(rng, -40, -10));
		if (i / 8 % 16 == 3 || i / 4 % 16 == 5) /* whole channels of subnormals */
			x[i] = ldexpf((float)rng_in(rng, -3000, 3000), -149);
	}
}

int main(int argc, char **argv)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	static const char *const names[] = { "upward", "downward", "toward zero" };
	static struct outcome want, got;
	struct rng rng = { argc > 1 ? strtoull(argv[1], NULL, 0) : 7 };
	unsigned long long seed = rng.state;
	float x[COUNT];
	bool kept;
	size_t i;

	if (qmac_context_create(&context))
		return 1;
	random_floats(&rng, x);
	compute(x, &want);
	tap_ok(!want.errors, "all is computed, seed %llu", seed);
	for (i = 0; i < 3; i++) {
		fesetround(modes[i]);
		feclearexcept(FE_ALL_EXCEPT);
		compute(x, &got);
		kept = fegetround() == modes[i] && !fetestexcept(FE_ALL_EXCEPT);
		fesetround(FE_TONEAREST);
		tap_ok(!memcmp(&want, &got, sizeof(want)), "same results when rounding %s",
		       names[i]);
		tap_ok(kept, "rounding %s and exception flags are left alone", names[i]);
	}
#if defined(__SSE2__)
	{
		unsigned int csr = _mm_getcsr();

		_mm_setcsr(csr | 0x8040); /* flush to zero, denormals are zero */
		compute(x, &got);
		kept = (_mm_getcsr() & 0x8040) == 0x8040;
		_mm_setcsr(csr);
		tap_ok(!memcmp(&want, &got, sizeof(want)) && kept,
		       "same results with flush to zero and denormals are zero");
	}
#endif
	qmac_context_destroy(context);
	return tap_done();
}
