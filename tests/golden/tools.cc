// SPDX-License-Identifier: MIT
/*
 * What other tools' own libraries give, as lines of text: tests/golden/generate
 * builds this against Debian's packages of them and tests/golden/compare reads
 * the lines.
 *
 *     tools KIND COUNT SEED
 *
 * Numbers are hexadecimal floats and decimal integers; '=' stands before what
 * the tool gave.
 */
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#if defined(WITH_GGML)
#define TOOL "ggml"
#include <ggml.h>
extern "C" {
void quantize_row_q4_0_ref(const float *x, void *y, int64_t k);
void quantize_row_q8_0_ref(const float *x, void *y, int64_t k);
void dequantize_row_q4_0(const void *x, float *y, int64_t k);
void dequantize_row_q8_0(const void *x, float *y, int64_t k);
}
#elif defined(WITH_TFLITE)
#define TOOL "tflite"
#include <tensorflow/lite/kernels/internal/common.h>
#include <tensorflow/lite/kernels/internal/quantization_util.h>
#include <tensorflow/lite/kernels/internal/reference/quantize.h>
namespace tflite
{
namespace tensor_utils
{
void PortableSymmetricQuantizeFloats(const float *values, const int size, int8_t *quantized,
				     float *min, float *max, float *scale);
}
} // namespace tflite
#elif defined(WITH_RUY)
#define TOOL "ruy"
#include <ruy/apply_multiplier.h>
#elif defined(WITH_GEMMLOWP)
#define TOOL "gemmlowp"
#include <limits>
#include <fixedpoint/fixedpoint.h>
#elif defined(WITH_XNNPACK)
#define TOOL "xnnpack"
#include <xnnpack.h>
#elif defined(WITH_TORCH)
#define TOOL "torch"
#include <ATen/native/quantized/cpu/QuantUtils.h>
#endif

static std::mt19937_64 rng;

static uint64_t below(uint64_t n)
{
	return rng() % n;
}

[[maybe_unused]] static double unit()
{
	return (double)(rng() >> 11) * 0x1p-53;
}

/* A float of a magnitude between 2^lo and 2^hi, any mantissa; now and then a short one. */
[[maybe_unused]] static float number(int lo, int hi)
{
	uint64_t bits = below(4) ? 23 : below(6);
	float x = 1 + (float)(below(1ull << bits)) / (float)(1ull << bits);

	x = std::ldexp(x, lo + (int)below((uint64_t)(hi - lo)));
	return below(2) ? x : -x;
}

[[maybe_unused]] static float positive(int lo, int hi)
{
	return std::fabs(number(lo, hi));
}

static void put_number(double x)
{
	if (x == std::rint(x) && std::fabs(x) < 0x1p31 && !(x == 0 && std::signbit(x)))
		std::printf(" %.0f", x);
	else
		std::printf(" %a", x);
}

static void put(const char *kind, const std::vector<double> &in, const std::vector<double> &out)
{
	std::printf(TOOL "-%s", kind);
	for (double x : in)
		put_number(x);
	std::printf(" =");
	for (double x : out)
		put_number(x);
	std::printf("\n");
}

/* Ranges: of all sizes, about 0 or on one side, short mantissas for ties of the zero point. */
[[maybe_unused]] static void range(float *lo, float *hi, int least, int most)
{
	float a = number(least, most), b = number(least, most);

	switch (below(6)) {
	case 0: /* zero points at ties: (hi - lo) / 255 is 2 ^ k and lo a half of it */
		a = -std::ldexp((float)below(512) / 2, least / 2 + most / 2);
		b = a + std::ldexp(255, least / 2 + most / 2);
		break;
	case 1: /* of like size */
		b = -a * (float)(0.5 + unit());
		break;
	case 2:
		b = 0;
		break;
	case 3:
		b = -a;
		break;
	}
	*lo = a < b ? a : b;
	*hi = a < b ? b : a;
}

/* Accumulators whose results are about the codes, or ties. */
[[maybe_unused]] static int32_t accumulator(double real)
{
	double target = (double)below(800) - 400 + (below(2) ? 0.5 : unit());
	double acc = std::rint(target / real);

	if (!(std::fabs(acc) < 0x1p30))
		acc = (double)below(1u << 31) - 0x1p30;
	return (int32_t)acc + (int)below(3) - 1;
}

#if defined(WITH_GGML)

static void block(float *x)
{
	float scale = positive(-40, 12);

	for (int j = 0; j < 32; j++) {
		switch (below(5)) {
		case 0: /* halves of a step of 1/127 of the greatest: ties of Q8_0 */
			x[j] = scale * (float)(2 * (int)below(127) + 1) / 254;
			break;
		case 1: /* ties of Q4_0, and of the greatest magnitude */
			x[j] = scale * (float)((int)below(33) - 16) / 16;
			break;
		default:
			x[j] = scale * (float)(2 * unit() - 1);
		}
	}
	x[below(32)] = below(2) ? scale : -scale;
	if (!below(12))
		memset(x, 0, 32 * sizeof(*x));
	if (!below(12)) /* the reference multiplies by 1 / d */
		for (int j = 0; j < 32; j++)
			x[j] = number(-140, -118);
}

static void one(const std::string &kind)
{
	bool q4 = kind == "blocks-q4_0";
	uint8_t bytes[34];
	float x[32], back[32];
	std::vector<double> in, out;

	block(x);
	(q4 ? quantize_row_q4_0_ref : quantize_row_q8_0_ref)(x, bytes, 32);
	(q4 ? dequantize_row_q4_0 : dequantize_row_q8_0)(bytes, back, 32);
	for (int j = 0; j < (q4 ? 18 : 34); j++)
		out.push_back(bytes[j]);
	out.insert(out.end(), back, back + 32);
	put(kind.c_str(), std::vector<double>(x, x + 32), out);
}

#elif defined(WITH_TFLITE)

template <typename T> static void choose(const char *kind)
{
	float lo, hi;
	tflite::QuantizationParams params;

	range(&lo, &hi, -60, 60);
	lo = lo < 0 ? lo : 0;
	hi = hi > 0 ? hi : 0;
	params = tflite::ChooseQuantizationParams<T>(lo, hi);
	put(kind, { lo, hi }, { (float)params.scale, (double)params.zero_point });
}

template <typename T> static void quantize(const char *kind)
{
	const int least = std::numeric_limits<T>::min(), most = std::numeric_limits<T>::max();
	tflite::QuantizationParams params;
	const tflite::RuntimeShape shape({ 8 });
	float scale = positive(-20, 20), x[8];
	std::vector<double> in, out;
	T q[8];

	params.scale = scale;
	params.zero_point = least + (int)below((uint64_t)(most - least + 1));
	for (float &v : x)
		v = scale * (float)(least + (int)below((uint64_t)(most - least)) -
				    params.zero_point + (below(2) ? 0.5 : unit()));
	tflite::reference_ops::AffineQuantize(params, shape, x, shape, q);
	in = { scale, (double)params.zero_point };
	in.insert(in.end(), x, x + 8);
	put(kind, in, std::vector<double>(q, q + 8));
}

static void symmetric()
{
	float scale = positive(-30, 30), x[16], lo, hi, step;
	int8_t q[16];
	std::vector<double> out;

	for (float &v : x)
		v = below(3) ? scale * (float)(2 * unit() - 1)
			     : scale * (float)(2 * (int)below(127) + 1) / 254;
	x[below(16)] = scale;
	tflite::tensor_utils::PortableSymmetricQuantizeFloats(x, 16, q, &lo, &hi, &step);
	out.push_back(step);
	out.insert(out.end(), q, q + 16);
	put("symmetric", std::vector<double>(x, x + 16), out);
}

static double real_multiplier()
{
	double x = std::ldexp(0.5 + unit() / 2, (int)below(60) - 31);

	if (!below(4)) /* about ties of the 31st digit, and about 1 */
		x = std::ldexp((double)(below(1u << 30) + (1u << 30)) + below(5) * 0.25,
			       (int)below(60) - 62);
	if (!below(16))
		x = std::ldexp(1 - std::ldexp(1, -(int)below(5) - 30), (int)below(8) - 4);
	return below(16) ? x : std::ldexp(x, -20 - (int)below(20));
}

static void multiplier()
{
	double real = real_multiplier();
	int32_t mult;
	int shift;

	tflite::QuantizeMultiplier(real, &mult, &shift);
	put("multiplier-double", { real }, { (double)mult, (double)shift });
}

static void requantize()
{
	double real = below(2) ? std::ldexp(1, -(int)below(14) - 1)
			       : std::ldexp(0.5 + unit() / 2, 8 - (int)below(32));
	int32_t mult, acc = accumulator(real);
	int shift;

	tflite::QuantizeMultiplier(real, &mult, &shift);
	put("requantize-double", { (double)acc, (double)mult, (double)shift },
	    { (double)tflite::MultiplyByQuantizedMultiplier(acc, mult, shift) });
}

static void one(const std::string &kind)
{
	if (kind == "choose-u8")
		choose<uint8_t>("choose-u8");
	else if (kind == "choose-s8")
		choose<int8_t>("choose-s8");
	else if (kind == "choose-s16")
		choose<int16_t>("choose-s16");
	else if (kind == "quantize-u8")
		quantize<uint8_t>("quantize-u8");
	else if (kind == "quantize-s8")
		quantize<int8_t>("quantize-s8");
	else if (kind == "quantize-s16")
		quantize<int16_t>("quantize-s16");
	else if (kind == "symmetric")
		symmetric();
	else if (kind == "multiplier-double")
		multiplier();
	else if (kind == "requantize-double")
		requantize();
	else
		exit(2);
}

#elif defined(WITH_RUY) || defined(WITH_GEMMLOWP)

static void one(const std::string &kind)
{
	int shift = -(int)below(16);
	int32_t mult = below(2) ? 1 << 30 : (int32_t)((1u << 30) + below(1u << 30));
	double real = std::ldexp(mult, shift - 31);
	int32_t acc, got;

	acc = accumulator(real);
#if defined(WITH_RUY)
	got = ruy::detail::MultiplyByQuantizedMultiplier(acc, mult, shift);
#else
	got = gemmlowp::RoundingDivideByPOT(gemmlowp::SaturatingRoundingDoublingHighMul(acc, mult),
					    -shift);
#endif
	put(kind.c_str(), { (double)acc, (double)mult, (double)shift }, { (double)got });
}

#elif defined(WITH_XNNPACK)

#define CHANNELS 16

static void check(enum xnn_status status)
{
	if (status != xnn_status_success) {
		std::fprintf(stderr, "XNNPACK: status %d\n", status);
		exit(1);
	}
}

/* Products that are 0: what is requantized are the biases. */
static void one(const std::string &kind)
{
	static const enum xnn_status ready = xnn_initialize(nullptr);
	float in = positive(-10, 4), out = positive(-8, 6), weight[CHANNELS];
	int zero = (int)below(256) - 128;
	int32_t acc[CHANNELS];
	uint8_t weights[CHANNELS] = { 0 }, input[1], q[CHANNELS];
	xnn_operator_t op;

	check(ready);
	for (int i = 0; i < CHANNELS; i++) {
		/* A power of two gives ties; XNNPACK wants in * weight / out below 256. */
		bool tie = below(2);

		do {
			weight[i] = tie ? std::ldexp(1, -(int)below(10) - 1) * out / in
					: positive(-16, 0) * out / in;
		} while (!(in * weight[i] / out < 256));
		if (kind != "product-qc8" && i)
			weight[i] = weight[0];
		acc[i] = accumulator((double)in * weight[i] / out);
		if (!below(8)) /* beyond 24 bits */
			acc[i] = (int32_t)rng();
	}
	if (kind == "product-qu8") {
		input[0] = 128;
		memset(weights, 7, sizeof(weights));
		check(xnn_create_fully_connected_nc_qu8(
			1, CHANNELS, 1, CHANNELS, 128, in, 7, weight[0], weights, acc,
			(uint8_t)(zero + 128), out, 0, 255, 0, nullptr, nullptr, &op));
		check(xnn_reshape_fully_connected_nc_qu8(op, 1, nullptr));
		check(xnn_setup_fully_connected_nc_qu8(op, input, q));
	} else if (kind == "product-qs8") {
		input[0] = 5;
		check(xnn_create_fully_connected_nc_qs8(1, CHANNELS, 1, CHANNELS, 5, in, weight[0],
							(const int8_t *)weights, acc, (int8_t)zero,
							out, -128, 127, 0, nullptr, nullptr, &op));
		check(xnn_reshape_fully_connected_nc_qs8(op, 1, nullptr));
		check(xnn_setup_fully_connected_nc_qs8(op, (const int8_t *)input, (int8_t *)q));
	} else {
		input[0] = 5;
		check(xnn_create_fully_connected_nc_qs8_qc8w(
			1, CHANNELS, 1, CHANNELS, 5, in, weight, (const int8_t *)weights, acc,
			(int8_t)zero, out, -128, 127, 0, nullptr, nullptr, &op));
		check(xnn_reshape_fully_connected_nc_qs8_qc8w(op, 1, nullptr));
		check(xnn_setup_fully_connected_nc_qs8_qc8w(op, (const int8_t *)input,
							    (int8_t *)q));
	}
	check(xnn_run_operator(op, nullptr));
	for (int i = 0; i < CHANNELS; i++)
		put(kind.c_str(),
		    { (double)acc[i], in, weight[i], out,
		      (double)(kind == "product-qu8" ? zero + 128 : zero) },
		    { (double)(kind == "product-qu8" ? q[i] : (int8_t)q[i]) });
	xnn_delete_operator(op);
}

#elif defined(WITH_TORCH)

static void one(const std::string &kind)
{
	bool is_signed = kind.find("s8") != std::string::npos;
	bool sparse = kind.find("sparse") != std::string::npos;
	bool power = kind.find("power") != std::string::npos;
	quant_utils::TensorQuantizationParams params;
	float lo, hi;

	/*
	 * Where both bounds are equally far from 0 PyTorch's copy of FBGEMM's function
	 * rounds a tie that FBGEMM, with a scale in fp32, does not see.
	 */
	do
		range(&lo, &hi, power ? -14 : -40, power ? 30 : 60);
	while (lo == -hi && !sparse);
	params = quant_utils::ChooseQuantizationParams(lo, hi, is_signed ? -128 : 0,
						       is_signed ? 127 : 255, sparse, power);
	put(kind.c_str(), { lo, hi }, { (float)params.scale, (double)params.zero_point });
}

#endif

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	rng.seed((uint64_t)std::atoll(argv[3]));
	for (long i = std::atol(argv[2]); i > 0; i--)
		one(argv[1]);
	return 0;
}
