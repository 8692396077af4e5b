// SPDX-License-Identifier: MIT
#include "quantize_tensor_report.h"

#include <math.h>
#include <stdio.h>

#include <json-c/printbuf.h>

#include "grain_name.h"
#include "json_text.h"

static const char *calibration(const struct quantize_tensor_options *options)
{
	return options->calibrator == QMAC_CALIBRATOR_OWN
		       ? qmac_method_name(options->method.method)
		       : qmac_calibrator_name(options->calibrator);
}

static const char *preset(const struct quantize_tensor_options *options)
{
	if (options->has_ggml)
		return quantize_ggml_name(options->ggml);
	return options->has_tool ? qmac_tool_name(options->tool) : NULL;
}

static int32_t code_at(const struct quantize_tensor_options *options,
		       const struct quantize_tensor *tensor, size_t i)
{
	if (options->type == QMAC_TYPE_S16)
		return ((const int16_t *)tensor->codes)[i];
	if (qmac_type_bits(options->type) == 16)
		return ((const uint16_t *)tensor->codes)[i];
	return options->is_signed ? ((const int8_t *)tensor->codes)[i]
				  : ((const uint8_t *)tensor->codes)[i];
}

/* JSON has neither infinities nor NaN. */
static struct json_object *number(double value)
{
	return isfinite(value) ? json_object_new_double(value) : NULL;
}

static void add_number(struct json_object *object, const char *key, double value)
{
	json_object_object_add(object, key, number(value));
}

static void add_integer(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

static void add_text(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_text(value));
}

static void add_flag(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

/* What there is one of per scale. */
enum column {
	SCALE,
	ZERO_POINT,
	LO,
	HI,
	ENCODING_MIN,
	ENCODING_MAX
};

static struct json_object *cell(const struct quantize_tensor *tensor, enum column column, size_t i)
{
	const struct qmac_quant_params *params = &tensor->params;
	double scale = (double)params->scale[i];
	int32_t zero = params->zero_point[i];

	switch (column) {
	case SCALE:
		return number(scale);
	case ZERO_POINT:
		return json_object_new_int(zero);
	case LO:
		return number((double)tensor->lo[i]);
	case HI:
		return number((double)tensor->hi[i]);
	case ENCODING_MIN:
		return number((double)(float)(scale * (params->q_min - zero)));
	default:
		return number((double)(float)(scale * (params->q_max - zero)));
	}
}

/* Numbers are made as they are printed: an object for each would take 20 times their memory. */
static int print_column(struct json_object *array, struct printbuf *out, int level, int flags,
			enum column column)
{
	const struct quantize_tensor *tensor = json_object_get_userdata(array);
	int ret = printbuf_strappend(out, "[\n");

	for (size_t i = 0; ret >= 0 && i < tensor->scales; i++) {
		struct json_object *value = cell(tensor, column, i);

		printbuf_memset(out, -1, ' ', 2 * (level + 1));
		ret = sprintbuf(out, "%s%s\n", json_object_to_json_string_ext(value, flags),
				i + 1 < tensor->scales ? "," : "");
		json_object_put(value);
	}
	printbuf_memset(out, -1, ' ', 2 * level);
	return ret < 0 ? ret : printbuf_strappend(out, "]");
}

#define COLUMN_PRINTER(name, column)                                                           \
	static int name(struct json_object *array, struct printbuf *out, int level, int flags) \
	{                                                                                      \
		return print_column(array, out, level, flags, column);                         \
	}

COLUMN_PRINTER(print_scale, SCALE)
COLUMN_PRINTER(print_zero_point, ZERO_POINT)
COLUMN_PRINTER(print_lo, LO)
COLUMN_PRINTER(print_hi, HI)
COLUMN_PRINTER(print_encoding_min, ENCODING_MIN)
COLUMN_PRINTER(print_encoding_max, ENCODING_MAX)

static void add_scales(struct json_object *object, const struct quantize_tensor_options *options,
		       const struct quantize_tensor *tensor)
{
	static const struct {
		const char *key;
		json_object_to_json_string_fn *print;
	} columns[] = {
		[SCALE] = { "scale", print_scale },
		[ZERO_POINT] = { "zero_point", print_zero_point },
		[LO] = { "lo", print_lo },
		[HI] = { "hi", print_hi },
		[ENCODING_MIN] = { "encoding_min", print_encoding_min },
		[ENCODING_MAX] = { "encoding_max", print_encoding_max },
	};

	for (enum column i = SCALE; i <= ENCODING_MAX; i++) {
		struct json_object *value = NULL;

		if (tensor->scales && options->grain == QMAC_GRAIN_TENSOR) {
			value = cell(tensor, i, 0);
		} else if (tensor->scales) {
			value = json_object_new_array();
			json_object_set_serializer(value, columns[i].print, (void *)tensor, NULL);
		}
		json_object_object_add(object, columns[i].key, value);
	}
}

static struct json_object *levels_of(const struct qmac_codebook *book)
{
	struct json_object *levels = json_object_new_array();

	for (unsigned int i = 0; i < book->levels; i++)
		json_object_array_add(levels, number((double)book->value[i]));
	return levels;
}

/* One for the whole tensor stands alone, those of parts in an array. */
static void place(const struct quantize_tensor_options *options, struct json_object **into,
		  struct json_object *value)
{
	if (options->grain == QMAC_GRAIN_TENSOR) {
		*into = value;
		return;
	}
	if (!*into)
		*into = json_object_new_array();
	json_object_array_add(*into, value);
}

static void add_codebooks(struct json_object *object, const struct quantize_tensor_options *options,
			  const struct quantize_tensor *tensor)
{
	struct json_object *books = NULL;

	for (size_t i = 0; i < tensor->book_count; i++)
		place(options, &books, levels_of(&tensor->books[i]));
	json_object_object_add(object, "codebook", books);
}

struct json_object *quantize_tensor_describe(const struct quantize_tensor_options *options,
					     const struct quantize_tensor *tensor)
{
	struct json_object *object = json_object_new_object(), *shape = json_object_new_array();

	for (unsigned int i = 0; i < tensor->x.ndim; i++)
		json_object_array_add(shape, json_object_new_uint64(tensor->x.shape[i]));
	add_text(object, "type", qmac_type_name(options->type));
	json_object_object_add(object, "shape", shape);
	add_text(object, "scheme", quantize_scheme_name(options->scheme));
	add_integer(object, "bits", options->bits);
	add_flag(object, "signed", options->is_signed);
	add_text(object, "granularity", grain_name(options->grain));
	if (options->grain != QMAC_GRAIN_TENSOR && options->grain != QMAC_GRAIN_ROW)
		add_integer(object, "axis",
			    options->axis < 0 ? options->axis + (int)tensor->x.ndim
					      : options->axis);
	if (options->group)
		add_integer(object, "group", (int64_t)options->group);
	add_scales(object, options, tensor);
	if (tensor->books)
		add_codebooks(object, options, tensor);
	return object;
}

/* What the elements of an array are in JSON. */
typedef struct json_object *(*leaf_maker)(const void *from, size_t i);

/* Arrays in arrays, as the shape has dimensions. */
static struct json_object *nest(const struct npy_array *shape, unsigned int dimension,
				leaf_maker make, const void *from, size_t *next)
{
	struct json_object *array;

	if (dimension == shape->ndim)
		return make(from, (*next)++);
	array = json_object_new_array();
	for (size_t i = 0; i < shape->shape[dimension]; i++)
		json_object_array_add(array, nest(shape, dimension + 1, make, from, next));
	return array;
}

static struct json_object *real_leaf(const void *from, size_t i)
{
	return number((double)((const float *)from)[i]);
}

struct json_object *quantize_tensor_nest(const struct npy_array *x)
{
	size_t next = 0;

	return nest(x, 0, real_leaf, x->data, &next);
}

struct coded {
	const struct quantize_tensor_options *options;
	const struct quantize_tensor *tensor;
};

static struct json_object *code_leaf(const void *from, size_t i)
{
	const struct coded *coded = from;

	return json_object_new_int(code_at(coded->options, coded->tensor, i));
}

static void add_elements(struct json_object *object, const struct quantize_tensor_options *options,
			 const struct quantize_tensor *tensor)
{
	const struct coded coded = { options, tensor };
	struct npy_array back = tensor->x;
	size_t next = 0;

	back.data = tensor->back;
	json_object_object_add(object, "q", nest(&tensor->x, 0, code_leaf, &coded, &next));
	json_object_object_add(object, "dequantized", quantize_tensor_nest(&back));
}

void quantize_tensor_report_print_json(const struct quantize_tensor_options *options,
				       const struct quantize_tensor *tensor,
				       struct json_object *explained)
{
	struct json_object *object = quantize_tensor_describe(options, tensor);
	bool linear = options->scheme <= QUANTIZE_ASYMMETRIC && !options->has_ggml;

	add_text(object, "input", options->input);
	add_text(object, "output", options->output);
	add_text(object, "preset", preset(options));
	add_text(object, "calibration", linear ? calibration(options) : NULL);
	add_text(object, "rounding",
		 linear && (options->has_rounding || !options->has_tool)
			 ? quantize_rounding_name(options->rounding)
			 : NULL);
	add_flag(object, "power_of_two", options->power_of_two);
	add_integer(object, "elements", (int64_t)tensor->x.count);
	add_number(object, "min", (double)tensor->min);
	add_number(object, "max", (double)tensor->max);
	add_number(object, "max_error", tensor->max_error);
	add_number(object, "sqnr_db", tensor->sqnr_db);
	if (tensor->x.count <= QUANTIZE_TENSOR_LISTED)
		add_elements(object, options, tensor);
	if (explained)
		json_object_object_add(object, "explain", json_object_get(explained));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static void print_way(const struct quantize_tensor_options *options)
{
	printf("%-16s %s, %u bits, %s%s", "codes", qmac_type_name(options->type), options->bits,
	       quantize_scheme_name(options->scheme),
	       options->power_of_two ? ", power of two" : "");
	if (options->scheme <= QUANTIZE_ASYMMETRIC && !options->has_ggml)
		printf(", %s", calibration(options));
	if (preset(options))
		printf(", as %s", preset(options));
	putchar('\n');
}

static void print_scales(const struct quantize_tensor_options *options,
			 const struct quantize_tensor *tensor)
{
	const struct qmac_quant_params *params = &tensor->params;
	float least = params->scale[0], greatest = least;

	if (tensor->scales == 1) {
		printf("%-16s %.9g, zero point %d\n", "scale", (double)least,
		       params->zero_point[0]);
		return;
	}
	for (size_t i = 1; i < tensor->scales; i++) {
		least = fminf(least, params->scale[i]);
		greatest = fmaxf(greatest, params->scale[i]);
	}
	printf("%-16s %zu per %s, from %.9g to %.9g; --json tells all\n", "scales", tensor->scales,
	       grain_name(options->grain), (double)least, (double)greatest);
}

static void print_codebooks(const struct quantize_tensor_options *options,
			    const struct quantize_tensor *tensor)
{
	const struct qmac_codebook *book = tensor->books;

	if (tensor->book_count == 1)
		printf("%-16s %u levels from %.9g to %.9g\n", "codebook", book->levels,
		       (double)book->value[0], (double)book->value[book->levels - 1]);
	else
		printf("%-16s %zu per %s; --json tells all\n", "codebooks", tensor->book_count,
		       grain_name(options->grain));
}

void quantize_tensor_report_print(const struct quantize_tensor_options *options,
				  const struct quantize_tensor *tensor)
{
	bool described = options->output && quantize_tensor_described(options->output);

	printf("%-16s %s: %zu from %.9g to %.9g\n", "tensor", options->input, tensor->x.count,
	       (double)tensor->min, (double)tensor->max);
	print_way(options);
	if (tensor->books)
		print_codebooks(options, tensor);
	else if (tensor->scales)
		print_scales(options, tensor);
	printf("%-16s %.3g at most, SQNR %.2f dB\n", "error", tensor->max_error, tensor->sqnr_db);
	if (options->output)
		printf("%-16s %s%s%s%s\n", "written", options->output,
		       described ? ", described in " : "", described ? options->output : "",
		       described ? ".json" : "");
}
