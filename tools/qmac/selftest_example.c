// SPDX-License-Identifier: MIT
/* The texts of an example, and what most examples do. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "selftest.h"

#define RESULT_MAX 16

static void append(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

static void print_number(char text[32], double value, int digits)
{
	/* -0 is 0 here. */
	snprintf(text, 32, "%.*g", digits, value == 0 ? 0.0 : value);
}

void example_number(struct example *example, const char *name, double expected, double got,
		    int digits)
{
	char want[32], have[32];

	print_number(want, expected, digits);
	print_number(have, got, digits);
	append(example->expected, sizeof(example->expected), "%s%s %s",
	       *example->expected ? ", " : "", name, want);
	append(example->got, sizeof(example->got), "%s%s %s", *example->got ? ", " : "", name,
	       have);
	if (strcmp(want, have) && !(fabs(got - expected) < pow(10, -digits) * fabs(expected)))
		example->failed = true;
}

static void list_codes(char *text, size_t size, const char *name, const int32_t *codes,
		       size_t count)
{
	append(text, size, "%s%s [", *text ? ", " : "", name);
	for (size_t i = 0; i < count; i++)
		append(text, size, "%s%d", i ? ", " : "", codes[i]);
	append(text, size, "]");
}

void example_codes(struct example *example, const char *name, const int32_t *expected,
		   const int32_t *got, size_t count)
{
	list_codes(example->expected, sizeof(example->expected), name, expected, count);
	list_codes(example->got, sizeof(example->got), name, got, count);
	if (memcmp(expected, got, count * sizeof(*got)))
		example->failed = true;
}

void example_truth(struct example *example, const char *claim, bool got)
{
	append(example->expected, sizeof(example->expected), "%s%s: yes",
	       *example->expected ? ", " : "", claim);
	append(example->got, sizeof(example->got), "%s%s: %s", *example->got ? ", " : "", claim,
	       got ? "yes" : "no");
	if (!got)
		example->failed = true;
}

void example_status(struct example *example, const char *name, int error)
{
	if (!error)
		return;
	append(example->got, sizeof(example->got), "%s%s: %s", *example->got ? ", " : "", name,
	       qmac_context_message(example->context));
	example->failed = true;
}

static void widen(uint8_t type, const uint16_t *codes, size_t count, int32_t *out)
{
	for (size_t i = 0; i < count; i++) {
		switch (type) {
		case QMAC_TYPE_S16:
			out[i] = ((const int16_t *)codes)[i];
			break;
		case QMAC_TYPE_U16:
			out[i] = codes[i];
			break;
		case QMAC_TYPE_U8:
		case QMAC_TYPE_U4:
		case QMAC_TYPE_U2:
			out[i] = ((const uint8_t *)codes)[i];
			break;
		default:
			out[i] = ((const int8_t *)codes)[i];
		}
	}
}

void example_quantize(struct example *example, const struct qmac_quant_spec *spec, uint8_t rounding,
		      const float *x, size_t count, struct example_result *out)
{
	const struct qmac_quantize_options how = { .rounding = rounding };
	const struct qmac_extent extent = { 1, 1, count };
	struct qmac_quant_params params = { 0 };
	uint16_t codes[RESULT_MAX];
	int ret = count > RESULT_MAX ? -E2BIG
				     : qmac_quant_minmax(example->context, spec, x, &extent,
							 QMAC_NAN_ERROR, &params);

	*out = (struct example_result){ 0 };
	if (!ret)
		ret = qmac_quantize(example->context, &params, &extent, x, codes, &how);
	if (!ret)
		ret = qmac_dequantize(example->context, &params, &extent, codes, out->back);
	if (!ret) {
		out->scale = params.scale[0];
		out->zero_point = params.zero_point[0];
		widen(spec->type, codes, count, out->q);
	}
	example_status(example, "quantize", ret);
	qmac_quant_params_release(&params);
}
