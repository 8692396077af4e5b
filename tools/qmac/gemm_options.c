// SPDX-License-Identifier: MIT
#include "gemm_options.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "command.h"
#include "option_file.h"
#include "option_next.h"
#include "option_value.h"
#include "outputs.h"

static const char help[] =
	"usage: qmac gemm -m M -n N -k K [OPTION]...            random int8 operands\n"
	"       qmac gemm --a A.npy --b B.npy [OPTION]...       operands from files\n"
	"\n"
	"C[M,N] = A[M,K] * B[K,N]. float32 files are quantized, multiplied and dequantized,\n"
	"and the error against float is told; int8 and uint8 files go in as they are.\n"
	"\n"
	"  -o, --output C.npy    write the result\n"
	"  --bias FILE           N values, int32 in units of the accumulator or float32\n"
	"  --a-transposed        A is [K,M]\n"
	"  --b-transposed        B is [N,K]\n"
	"  --a-zero Z            zero point of an integer A\n"
	"  --b-zero Z|Z.npy      zero point of an integer B, or one per column (int32)\n"
	"  --raw                 the result is the int32 accumulator\n"
	"  --scale S|S.npy       real multiplier from accumulator to result, or one per column\n"
	"  --mode MODE           f32 (default), double, single, rndnu or onnx-ref; with float\n"
	"                        files: requantize to 8 bits on the device before dequantizing\n"
	"  --out-zero Z          zero point of the result\n"
	"  --out-type s8|u8      type of the result (default: s8)\n"
	"  --clamp LO,HI         least and greatest result\n"
	"  --device NAME         auto (default), drm:PATH, sim:rtl[:KCxNC], sim:functional, cpu\n"
	"  --trace FILE.fst      record waveforms (sim:rtl)\n"
	"  --seed N              seed of random operands (default: 1)\n"
	"  --check, --no-check   compare with the CPU reference (default: do)\n"
	"  --json                print a JSON object\n";

enum {
	OPT_A = 256,
	OPT_B,
	OPT_BIAS,
	OPT_A_TRANSPOSED,
	OPT_B_TRANSPOSED,
	OPT_A_ZERO,
	OPT_B_ZERO,
	OPT_RAW,
	OPT_SCALE,
	OPT_MODE,
	OPT_OUT_ZERO,
	OPT_OUT_TYPE,
	OPT_CLAMP,
	OPT_DEVICE,
	OPT_TRACE,
	OPT_SEED,
	OPT_CHECK,
	OPT_NO_CHECK,
	OPT_JSON,
	OPT_HELP,
};

static const struct option longs[] = {
	{ "a", required_argument, NULL, OPT_A },
	{ "b", required_argument, NULL, OPT_B },
	{ "bias", required_argument, NULL, OPT_BIAS },
	{ "output", required_argument, NULL, 'o' },
	{ "a-transposed", no_argument, NULL, OPT_A_TRANSPOSED },
	{ "b-transposed", no_argument, NULL, OPT_B_TRANSPOSED },
	{ "a-zero", required_argument, NULL, OPT_A_ZERO },
	{ "b-zero", required_argument, NULL, OPT_B_ZERO },
	{ "raw", no_argument, NULL, OPT_RAW },
	{ "scale", required_argument, NULL, OPT_SCALE },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "out-zero", required_argument, NULL, OPT_OUT_ZERO },
	{ "out-type", required_argument, NULL, OPT_OUT_TYPE },
	{ "clamp", required_argument, NULL, OPT_CLAMP },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "no-check", no_argument, NULL, OPT_NO_CHECK },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int parse_dimension(char letter, const char *text, uint32_t *out)
{
	const char what[] = { '-', letter, '\0' };
	long long value;
	int ret = option_take_integer("gemm", what, text, 1, UINT32_MAX, &value);

	if (ret < 0)
		*out = (uint32_t)value;
	return ret;
}

static int parse_zero(const char *what, const char *text, int32_t *out)
{
	long long value;
	int ret = option_take_integer("gemm", what, text, -128, 255, &value);

	if (ret < 0)
		*out = (int32_t)value;
	return ret;
}

static int parse_clamp(const char *text, int32_t clamp[2])
{
	const char *at = text;
	long long lo, hi;

	if (!option_integer_next(&at, -128, 255, &lo) || !option_integer(at, -128, 255, &hi) ||
	    lo > hi)
		return option_misused(
			"gemm", "--clamp", text,
			"expected LO,HI from -128 to 255 with LO not above HI, e.g. 0,127");
	clamp[0] = (int32_t)lo;
	clamp[1] = (int32_t)hi;
	return -1;
}

static int parse_mode(const char *text, struct gemm_options *options)
{
	for (unsigned int i = 0; qmac_preset_name(i); i++) {
		if (i != QMAC_PRESET_RAW && !strcmp(text, qmac_preset_name(i))) {
			options->preset = i;
			options->has_preset = true;
			return -1;
		}
	}
	return option_misused("gemm", "--mode", text,
			      "expected f32, double, single, rndnu or onnx-ref");
}

static bool is_file(const char *text)
{
	size_t length = strlen(text);

	return length > 4 && !strcmp(text + length - 4, ".npy");
}

static int parse_scale(const char *text, struct gemm_options *options)
{
	options->scales = is_file(text) ? text : NULL;
	options->has_scale = !options->scales;
	if (options->scales || option_number(text, 0, DBL_MAX, &options->scale))
		return -1;
	return option_misused("gemm", "--scale", text,
			      "expected a number that is not negative, or an .npy file");
}

static int parse_out_type(const char *text, uint8_t *type)
{
	if (!strcmp(text, "s8"))
		*type = QMAC_TYPE_S8;
	else if (!strcmp(text, "u8"))
		*type = QMAC_TYPE_U8;
	else
		return option_misused("gemm", "--out-type", text, "expected s8 or u8");
	return -1;
}

/* Options that name things or switch something on. */
static int take_plain(int c, struct gemm_options *options)
{
	switch (c) {
	case OPT_A:
		options->a = option_input(optarg);
		return -1;
	case OPT_B:
		options->b = option_input(optarg);
		return -1;
	case OPT_BIAS:
		options->bias = option_input(optarg);
		return -1;
	case 'o':
		options->output = option_output(optarg);
		return -1;
	case OPT_A_TRANSPOSED:
		options->a_transposed = true;
		return -1;
	case OPT_B_TRANSPOSED:
		options->b_transposed = true;
		return -1;
	case OPT_RAW:
		options->raw = true;
		return -1;
	case OPT_SCALE:
		return parse_scale(optarg, options);
	case OPT_DEVICE:
		options->device = optarg;
		return -1;
	case OPT_TRACE:
		options->trace = optarg;
		return -1;
	case OPT_CHECK:
	case OPT_NO_CHECK:
		options->check = c == OPT_CHECK;
		return -1;
	case OPT_JSON:
		options->json = true;
		return -1;
	case OPT_HELP:
		fputs(help, stdout);
		return STATUS_OK;
	default:
		return STATUS_USAGE;
	}
}

static int take(int c, struct gemm_options *options)
{
	long long value = 0;
	int ret;

	switch (c) {
	case 'm':
		return parse_dimension('m', optarg, &options->m);
	case 'n':
		return parse_dimension('n', optarg, &options->n);
	case 'k':
		return parse_dimension('k', optarg, &options->k);
	case OPT_A_ZERO:
		return parse_zero("--a-zero", optarg, &options->a_zero);
	case OPT_B_ZERO:
		if (!is_file(optarg))
			return parse_zero("--b-zero", optarg, &options->b_zero);
		options->b_zeros = optarg;
		return -1;
	case OPT_OUT_ZERO:
		return parse_zero("--out-zero", optarg, &options->out_zero);
	case OPT_OUT_TYPE:
		options->has_out_type = true;
		return parse_out_type(optarg, &options->out_type);
	case OPT_MODE:
		return parse_mode(optarg, options);
	case OPT_CLAMP:
		options->has_clamp = true;
		return parse_clamp(optarg, options->clamp);
	case OPT_SEED:
		ret = option_take_integer("gemm", "--seed", optarg, 0, INT64_MAX, &value);
		options->seed = (uint64_t)value;
		options->has_seed = true;
		return ret;
	default:
		return take_plain(c, options);
	}
}

static int check_outputs(const struct gemm_options *options)
{
	const char *const inputs[] = { options->a, options->b, options->bias, options->b_zeros,
				       options->scales };
	const struct output outputs[] = { { "--output", options->output },
					  { "--trace", options->trace } };

	return outputs_check("gemm", inputs, sizeof(inputs) / sizeof(inputs[0]), outputs, 2);
}

static int check_together(const struct gemm_options *options)
{
	if (!options->a != !options->b) {
		fprintf(stderr, "qmac gemm: --a and --b go together\n");
		return STATUS_USAGE;
	}
	if (!options->a && !(options->m && options->n && options->k)) {
		fprintf(stderr, "qmac gemm: give -m, -n and -k, or --a and --b\n");
		return STATUS_USAGE;
	}
	if (options->bias && !options->a)
		return option_misused("gemm", "--bias", options->bias, "only with --a and --b");
	if (options->has_seed && options->a) {
		fprintf(stderr, "qmac gemm: --seed is of random operands: leave out --a and --b\n");
		return STATUS_USAGE;
	}
	if (options->raw && (options->has_scale || options->scales || options->has_preset ||
			     options->has_clamp || options->out_zero || options->has_out_type)) {
		fprintf(stderr, "qmac gemm: --raw excludes --scale, --mode, --clamp, --out-zero "
				"and --out-type: nothing is requantized\n");
		return STATUS_USAGE;
	}
	return check_outputs(options);
}

int gemm_options_parse(int argc, char **argv, struct gemm_options *options)
{
	int c, ret;

	*options = (struct gemm_options){
		.out_type = QMAC_TYPE_S8,
		.preset = QMAC_PRESET_F32,
		.device = "auto",
		.seed = 1,
		.check = true,
	};
	while ((c = option_next("gemm", argc, argv, ":m:n:k:o:", longs)) != -1) {
		ret = take(c, options);
		if (ret >= 0)
			return ret;
	}
	if (optind != argc)
		return option_misused("gemm", "argument", argv[optind], "unexpected");
	return check_together(options);
}
