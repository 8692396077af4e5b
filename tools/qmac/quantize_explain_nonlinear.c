// SPDX-License-Identifier: MIT
/* Codes without equal steps, blocks of ggml, and narrower floats. */
#include <math.h>

#include "grain_name.h"
#include "quantize_explain.h"

#define line   quantize_explain_line
#define number quantize_explain_number

static void tell_part(const struct quantize_tensor_options *options, size_t part, size_t parts,
		      struct quantize_explained *told)
{
	if (options->grain != QMAC_GRAIN_TENSOR)
		line(told, "part", "%s %zu of %zu", grain_name(options->grain), part, parts);
	json_object_object_add(told->object, "part", json_object_new_int64((int64_t)part));
}

static void tell_x(double x, struct quantize_explained *told)
{
	line(told, "x", "%.9g%s", x, isnan(x) ? ": a NaN, taken as 0" : "");
	number(told->object, "x", isnan(x) ? 0 : x);
}

static void tell_code(int code, struct quantize_explained *told)
{
	line(told, "code", "%d", code);
	json_object_object_add(told->object, "q", json_object_new_int(code));
}

/* @scale is 0 where there is none. */
static void tell_back(double x, double back, double scale, struct quantize_explained *told)
{
	x = isnan(x) ? 0 : x;
	line(told, "back", "%.9g", back);
	if (fabs(scale) > 0)
		line(told, "error", "%.9g, %.9g of the scale", back - x, (back - x) / fabs(scale));
	else
		line(told, "error", "%.9g", back - x);
	number(told->object, "dequantized", back);
	number(told->object, "error", back - x);
}

static void tell_book(const struct qmac_codebook *book, int code, struct quantize_explained *told)
{
	bool first = code == 0, last = code + 1 == (int)book->levels;
	double below = first ? -(double)INFINITY : book->threshold[code - 1];
	double above = last ? (double)INFINITY : book->threshold[code];

	line(told, "codebook", "%u levels from %.9g to %.9g", book->levels, (double)book->value[0],
	     (double)book->value[book->levels - 1]);
	line(told, "thresholds", "above %.17g, up to %.17g: level %d, %.9g", below, above, code,
	     (double)book->value[code]);
	number(told->object, "threshold_below", below);
	number(told->object, "threshold_above", above);
}

static void explain_book(const struct quantize_tensor_options *options,
			 const struct quantize_tensor *tensor, size_t element,
			 struct quantize_explained *told)
{
	size_t part = qmac_granularity_part(&tensor->granularity, element);
	int code = ((const uint8_t *)tensor->codes)[element];
	double x = (double)((const float *)tensor->x.data)[element];

	tell_part(options, part, tensor->book_count, told);
	tell_x(x, told);
	tell_book(&tensor->books[part], code, told);
	tell_code(code, told);
	tell_back(x, (double)tensor->back[element], 0, told);
}

static void explain_sign(const struct quantize_tensor_options *options,
			 const struct quantize_tensor *tensor, size_t element,
			 struct quantize_explained *told)
{
	size_t part = qmac_granularity_part(&tensor->granularity, element);
	double alpha = (double)tensor->params.scale[part];
	double x = (double)((const float *)tensor->x.data)[element];
	int code = ((const int8_t *)tensor->codes)[element];

	tell_part(options, part, tensor->scales, told);
	line(told, "scale", "%.9g: mean magnitude of %zu numbers", alpha,
	     tensor->x.count / tensor->scales);
	number(told->object, "scale", alpha);
	tell_x(x, told);
	line(told, "sign", "%s", code < 0 ? "below 0: -1" : "0 or above: 1");
	tell_code(code, told);
	tell_back(x, (double)tensor->back[element], alpha, told);
}

/* The first of the numbers of greatest magnitude in a block. */
static float extreme(const float *x)
{
	float most = 0;

	for (size_t i = 0; i < QMAC_GGML_BLOCK; i++)
		most = fabsf(x[i]) > fabsf(most) ? x[i] : most;
	return most;
}

/* @d: The scale as it was before it was stored in 16 bits. */
static void tell_ggml_code(bool q4, float x, float d, struct quantize_explained *told)
{
	float inverse = fabsf(d) > 0 ? 1 / d : 0, product;

	inverse = isfinite(inverse) ? inverse : 0;
	product = x * inverse;
	line(told, "product", "x * (1 / d) = %.9g * %.9g = %.9g", (double)x, (double)inverse,
	     (double)product);
	if (q4)
		line(told, "rounded", "%.9g + 8.5 = %.9g, its fraction dropped, 15 at most",
		     (double)product, (double)(product + 8.5f));
	else
		line(told, "rounded", "%.9g: to nearest, ties away from 0",
		     (double)roundf(product));
	number(told->object, "scaled", (double)product);
}

static void explain_block(const struct quantize_tensor_options *options,
			  const struct quantize_tensor *tensor, size_t element,
			  struct quantize_explained *told)
{
	size_t block = element / QMAC_GGML_BLOCK;
	bool q4 = options->ggml == QMAC_GGML_Q4_0;
	const float *x = tensor->x.data;
	float most = extreme(x + block * QMAC_GGML_BLOCK);
	float d = q4 ? most / -8 : fabsf(most) / 127;
	double scale = (double)tensor->params.scale[block];
	int zero = tensor->params.zero_point[block], code;

	code = q4 ? ((const uint8_t *)tensor->codes)[element]
		  : ((const int8_t *)tensor->codes)[element];
	tell_part(options, block, tensor->scales, told);
	line(told, "extreme", "%.9g: of the 32 numbers of the block", (double)most);
	line(told, "scale", "d = %s = %.9g, stored in 16 bits: %.9g",
	     q4 ? "extreme / -8" : "|extreme| / 127", (double)d, scale);
	number(told->object, "scale", scale);
	tell_x((double)x[element], told);
	tell_ggml_code(q4, x[element], d, told);
	tell_code(code, told);
	line(told, "zero point", "%d", zero);
	tell_back((double)x[element], (double)tensor->back[element], scale, told);
}

/* The loader has put 0 for NaN. */
static void explain_float(const struct quantize_tensor_options *options,
			  const struct quantize_tensor *tensor, size_t element,
			  struct quantize_explained *told)
{
	unsigned int bits = ((const uint16_t *)tensor->codes)[element];
	unsigned int fraction = options->type == QMAC_TYPE_F16 ? 10 : 7;
	unsigned int exponent = (bits & 0x7fff) >> fraction;
	double x = (double)((const float *)tensor->x.data)[element];

	tell_x(x, told);
	line(told, "rounded", "to nearest, ties to even, %u digits after the point", fraction);
	line(told, "bits", "0x%04x: sign %u, exponent %u, fraction 0x%x", bits, bits >> 15,
	     exponent, bits & ((1u << fraction) - 1));
	json_object_object_add(told->object, "q", json_object_new_int((int)bits));
	tell_back(x, (double)tensor->back[element], 0, told);
}

void quantize_explain_nonlinear(const struct quantize_tensor_options *options,
				const struct quantize_tensor *tensor, size_t element,
				struct quantize_explained *told)
{
	if (options->has_ggml)
		explain_block(options, tensor, element, told);
	else if (tensor->books)
		explain_book(options, tensor, element, told);
	else if (options->scheme == QUANTIZE_BINARY)
		explain_sign(options, tensor, element, told);
	else
		explain_float(options, tensor, element, told);
}
