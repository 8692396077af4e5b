// SPDX-License-Identifier: MIT
#include "quantize_tensor_options.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "option_file.h"
#include "option_next.h"
#include "option_value.h"
#include "quantize_explain.h"
#include "quantize_tensor_reader.h"

static const char help[] =
	"usage: qmac quantize IN.npy [-o OUT.npy] [OPTION]...\n"
	"\n"
	"Quantizes a float32 tensor and tells scale, zero point and error; with --json also the\n"
	"codes, up to 1,024 of them. OUT.npy.json says what OUT.npy holds: type, shape, scales;\n"
	"qmac dequantize leads back. Codes that fill no 8 or 16 bits are packed, low bits first,\n"
	"into a row of uint8.\n"
	"\n"
	"  -o, --output FILE     write the codes\n"
	"  --scheme SCHEME       symmetric (default), full (all codes), asymmetric, power-of-two,\n"
	"                        binary; nonlinear: kmeans, log2; 16-bit floats: f16, bf16\n"
	"  --power-of-two        raise scales to powers of two\n"
	"  --bits B              1 to 16 (default: 8); 1 is binary\n"
	"  --signed, --unsigned  codes (default: signed; unsigned with --preset onnx,\n"
	"                        ort-dynamic or snpe)\n"
	"  --axis A              a scale per index of axis A; -1 is the last\n"
	"  --per-row             a scale per row: per token\n"
	"  --group N             a scale per N numbers in sequence along the axis (default: last)\n"
	"  --channel-group N     a scale per N indices of the axis (default: first)\n"
	"  --calibration METHOD  minmax (default), percentile, two-pointer,\n"
	"                        two-pointer-as-written, kl, mse, aciq-gauss, aciq-laplace,\n"
	"                        cosine, average; or a tool's: ncnn-kl, ncnn-aciq, ort-minmax,\n"
	"                        ort-average, ort-entropy, ort-percentile,\n"
	"                        ort-percentile-asymmetric, ppq-kl, ppq-percentile,\n"
	"                        tensorrt-entropy\n"
	"  --percentile P        per cent to keep (default: 99.99)\n"
	"  --coverage C          limit of two-pointer (default: 0.99)\n"
	"  --preset TOOL         the integers of onnx, ort, ort-dynamic, tflite, tensorrt, ncnn,\n"
	"                        fbgemm or snpe; the blocks of ggml-q4_0 or ggml-q8_0\n"
	"  --rounding MODE       even, up, away, half-down, half-zero (ties); truncate, floor,\n"
	"                        ceil (default: even, or that of the preset)\n"
	"  --zp-first            round the sum of quotient and zero point\n"
	"  --zero RULE           of asymmetric: widen (default), clamp or free\n"
	"  --min-range R         least range (default: 0)\n"
	"  --nan-zero            take a NaN as 0\n"
	"  --explain N[,N]...    tell every step of elements N, counted from 0 in memory order\n"
	"  --json                print a JSON object\n";

enum {
	OPT_SCHEME = 256,
	OPT_POWER_OF_TWO,
	OPT_BITS,
	OPT_SIGNED,
	OPT_UNSIGNED,
	OPT_AXIS,
	OPT_PER_ROW,
	OPT_GROUP,
	OPT_CHANNEL_GROUP,
	OPT_CALIBRATION,
	OPT_PERCENTILE,
	OPT_COVERAGE,
	OPT_PRESET,
	OPT_ROUNDING,
	OPT_ZP_FIRST,
	OPT_ZERO,
	OPT_MIN_RANGE,
	OPT_NAN_ZERO,
	OPT_EXPLAIN,
	OPT_JSON,
	OPT_HELP,
};

static const struct option longs[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "scheme", required_argument, NULL, OPT_SCHEME },
	{ "power-of-two", no_argument, NULL, OPT_POWER_OF_TWO },
	{ "bits", required_argument, NULL, OPT_BITS },
	{ "signed", no_argument, NULL, OPT_SIGNED },
	{ "unsigned", no_argument, NULL, OPT_UNSIGNED },
	{ "axis", required_argument, NULL, OPT_AXIS },
	{ "per-row", no_argument, NULL, OPT_PER_ROW },
	{ "group", required_argument, NULL, OPT_GROUP },
	{ "channel-group", required_argument, NULL, OPT_CHANNEL_GROUP },
	{ "calibration", required_argument, NULL, OPT_CALIBRATION },
	{ "percentile", required_argument, NULL, OPT_PERCENTILE },
	{ "coverage", required_argument, NULL, OPT_COVERAGE },
	{ "preset", required_argument, NULL, OPT_PRESET },
	{ "rounding", required_argument, NULL, OPT_ROUNDING },
	{ "zp-first", no_argument, NULL, OPT_ZP_FIRST },
	{ "zero", required_argument, NULL, OPT_ZERO },
	{ "min-range", required_argument, NULL, OPT_MIN_RANGE },
	{ "nan-zero", no_argument, NULL, OPT_NAN_ZERO },
	{ "explain", required_argument, NULL, OPT_EXPLAIN },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static const char *const schemes[] = {
	[QUANTIZE_SYMMETRIC] = "symmetric",
	[QUANTIZE_FULL] = "full",
	[QUANTIZE_ASYMMETRIC] = "asymmetric",
	[QUANTIZE_BINARY] = "binary",
	[QUANTIZE_KMEANS] = "kmeans",
	[QUANTIZE_LOG2] = "log2",
	[QUANTIZE_F16] = "f16",
	[QUANTIZE_BF16] = "bf16",
};

static const struct {
	const char *name;
	uint8_t rounding;
} roundings[] = {
	{ "even", QMAC_ROUND_EVEN },
	{ "up", QMAC_ROUND_UP },
	{ "away", QMAC_ROUND_AWAY },
	{ "truncate", QMAC_ROUND_TRUNCATE },
	{ "floor", QMAC_ROUND_FLOOR },
	{ "ceil", QMAC_ROUND_CEIL },
	{ "half-down", QMAC_ROUND_HALF_DOWN },
	{ "half-zero", QMAC_ROUND_HALF_ZERO },
	/* The first three, as others call them. */
	{ "half-even", QMAC_ROUND_EVEN },
	{ "half-up", QMAC_ROUND_UP },
	{ "half-away", QMAC_ROUND_AWAY },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *quantize_scheme_name(unsigned int scheme)
{
	return scheme < COUNT(schemes) ? schemes[scheme] : NULL;
}

const char *quantize_rounding_name(uint8_t rounding)
{
	for (size_t i = 0; i < COUNT(roundings); i++)
		if (roundings[i].rounding == rounding)
			return roundings[i].name;
	return NULL;
}

int quantize_tensor_misused(const char *what, const char *value, const char *remedy)
{
	return option_misused("quantize", what, value, remedy);
}

static int parse_integer(const char *what, const char *text, long long lo, long long hi,
			 long long *out)
{
	return option_take_integer("quantize", what, text, lo, hi, out);
}

static int parse_number(const char *what, const char *text, double lo, double hi,
			const char *remedy, double *out)
{
	return option_number(text, lo, hi, out) ? -1 : quantize_tensor_misused(what, text, remedy);
}

/* Counts up names until one is @text. */
static bool find_name(const char *text, const char *(*name)(unsigned int), uint8_t *out)
{
	for (unsigned int i = 0; name(i); i++) {
		if (!strcmp(text, name(i))) {
			*out = (uint8_t)i;
			return true;
		}
	}
	return false;
}

static int parse_scheme(struct quantize_tensor_reader *reader, const char *text)
{
	reader->has_scheme = true;
	if (!strcmp(text, "power-of-two")) {
		reader->options->scheme = QUANTIZE_SYMMETRIC;
		reader->options->power_of_two = true;
		return -1;
	}
	if (find_name(text, quantize_scheme_name, &reader->options->scheme))
		return -1;
	return quantize_tensor_misused(
		"--scheme", text,
		"expected symmetric, full, asymmetric, power-of-two, binary, kmeans, "
		"log2, f16 or bf16");
}

static int parse_calibration(struct quantize_tensor_reader *reader, const char *text)
{
	reader->has_method = true;
	if (find_name(text, qmac_method_name, &reader->options->method.method) ||
	    find_name(text, qmac_calibrator_name, &reader->options->calibrator))
		return -1;
	return quantize_tensor_misused("--calibration", text, "qmac quantize --help lists them");
}

const char *quantize_ggml_name(unsigned int kind)
{
	static const char *const names[] = {
		[QMAC_GGML_Q4_0] = "ggml-q4_0",
		[QMAC_GGML_Q8_0] = "ggml-q8_0",
	};

	return kind < COUNT(names) ? names[kind] : NULL;
}

static int parse_preset(struct quantize_tensor_options *options, const char *text)
{
	options->has_ggml = find_name(text, quantize_ggml_name, &options->ggml);
	options->has_tool = find_name(text, qmac_tool_name, &options->tool);
	if (options->has_ggml || options->has_tool)
		return -1;
	return quantize_tensor_misused(
		"--preset", text,
		"expected onnx, ort, ort-dynamic, tflite, tensorrt, ncnn, fbgemm, snpe, "
		"ggml-q4_0 or ggml-q8_0");
}

static int parse_rounding(struct quantize_tensor_options *options, const char *text)
{
	options->has_rounding = true;
	for (size_t i = 0; i < COUNT(roundings); i++) {
		if (!strcmp(text, roundings[i].name)) {
			options->rounding = roundings[i].rounding;
			return -1;
		}
	}
	return quantize_tensor_misused(
		"--rounding", text,
		"expected even, up, away, half-down, half-zero, truncate, floor or ceil");
}

static int parse_explain(struct quantize_tensor_options *options, const char *text)
{
	size_t element;
	int found;

	options->explain = text;
	if (!*text)
		return quantize_tensor_misused("--explain", "''", "expected numbers, e.g. 0,7");
	do {
		found = quantize_explain_next(&text, &element);
	} while (found > 0);
	if (!found)
		return -1;
	return quantize_tensor_misused("--explain", options->explain,
				       "expected numbers of elements, e.g. 0,7");
}

static int parse_zero(struct quantize_tensor_reader *reader, const char *text)
{
	static const char *const names[] = { "widen", "clamp", "free" };

	reader->has_zero = true;
	for (uint8_t i = 0; i < COUNT(names); i++) {
		if (!strcmp(text, names[i])) {
			reader->options->zero = i;
			return -1;
		}
	}
	return quantize_tensor_misused("--zero", text, "expected widen, clamp or free");
}

static int parse_group(struct quantize_tensor_reader *reader, int c, const char *text)
{
	struct quantize_tensor_options *options = reader->options;
	unsigned int grain = c == OPT_GROUP ? QMAC_GRAIN_BLOCK : QMAC_GRAIN_GROUP;
	const char *what = c == OPT_GROUP ? "--group" : "--channel-group";
	long long value;
	int ret = parse_integer(what, text, 1, 1LL << 31, &value);

	if (ret >= 0)
		return ret;
	if (options->grain != QMAC_GRAIN_TENSOR && options->grain != grain)
		return quantize_tensor_misused(
			what, text, "choose one of --per-row, --group and --channel-group");
	reader->has_grain = true;
	options->grain = grain;
	options->group = (size_t)value;
	return -1;
}

static int take_number(int c, struct quantize_tensor_reader *reader)
{
	struct quantize_tensor_options *options = reader->options;
	double number = 0;
	long long value = 0;
	int ret;

	switch (c) {
	case OPT_BITS:
		reader->has_bits = true;
		ret = parse_integer("--bits", optarg, 1, 16, &value);
		options->bits = (uint8_t)value;
		return ret;
	case OPT_AXIS:
		reader->has_axis = true;
		ret = parse_integer("--axis", optarg, -8, 7, &value);
		options->axis = (int)value;
		return ret;
	case OPT_GROUP:
	case OPT_CHANNEL_GROUP:
		return parse_group(reader, c, optarg);
	case OPT_PERCENTILE:
		return parse_number("--percentile", optarg, 1e-300, 100,
				    "expected a number above 0, up to 100",
				    &options->method.percentile);
	case OPT_COVERAGE:
		return parse_number("--coverage", optarg, 1e-300, 1 - 1e-16,
				    "expected a number between 0 and 1", &options->method.coverage);
	case OPT_MIN_RANGE:
		ret = parse_number("--min-range", optarg, 0, FLT_MAX,
				   "expected a finite number, not negative, e.g. 0.01", &number);
		options->min_range = (float)number;
		return ret;
	default:
		return STATUS_USAGE;
	}
}

static int take_switch(int c, struct quantize_tensor_reader *reader)
{
	struct quantize_tensor_options *options = reader->options;

	switch (c) {
	case OPT_POWER_OF_TWO:
		options->power_of_two = true;
		return -1;
	case OPT_SIGNED:
	case OPT_UNSIGNED:
		reader->has_sign = true;
		options->is_signed = c == OPT_SIGNED;
		return -1;
	case OPT_PER_ROW:
		if (options->group)
			return quantize_tensor_misused("--per-row", "and --group", "choose one");
		reader->has_grain = true;
		options->grain = QMAC_GRAIN_ROW;
		return -1;
	case OPT_ZP_FIRST:
		options->zp_first = true;
		return -1;
	case OPT_NAN_ZERO:
		options->nan = QMAC_NAN_ZERO;
		return -1;
	case OPT_JSON:
		options->json = true;
		return -1;
	default:
		return take_number(c, reader);
	}
}

static int take(int c, struct quantize_tensor_reader *reader)
{
	switch (c) {
	case 'o':
		reader->options->output = option_output(optarg);
		return -1;
	case OPT_SCHEME:
		return parse_scheme(reader, optarg);
	case OPT_CALIBRATION:
		return parse_calibration(reader, optarg);
	case OPT_PRESET:
		return parse_preset(reader->options, optarg);
	case OPT_ROUNDING:
		return parse_rounding(reader->options, optarg);
	case OPT_ZERO:
		return parse_zero(reader, optarg);
	case OPT_EXPLAIN:
		return parse_explain(reader->options, optarg);
	case OPT_HELP:
		fputs(help, stdout);
		return STATUS_OK;
	default:
		return take_switch(c, reader);
	}
}

int quantize_tensor_options_parse(int argc, char **argv, struct quantize_tensor_options *options)
{
	struct quantize_tensor_reader reader = { .options = options };
	int c, ret;

	*options = (struct quantize_tensor_options){ .bits = 8 };
	while ((c = option_next("quantize", argc, argv, ":o:", longs)) != -1) {
		ret = take(c, &reader);
		if (ret >= 0)
			return ret;
	}
	if (optind < argc)
		options->input = option_input(argv[optind++]);
	if (optind < argc)
		return quantize_tensor_misused("argument", argv[optind], "unexpected");
	return quantize_tensor_options_together(&reader);
}
