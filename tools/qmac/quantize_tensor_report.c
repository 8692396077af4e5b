// SPDX-License-Identifier: MIT
#include "quantize_tensor_report.h"

#include <math.h>
#include <stdio.h>

static const char *const grains[] = {
	[QMAC_GRAIN_TENSOR] = "tensor", [QMAC_GRAIN_CHANNEL] = "channel",
	[QMAC_GRAIN_ROW] = "row",	[QMAC_GRAIN_GROUP] = "channel-group",
	[QMAC_GRAIN_BLOCK] = "group",
};

static const char *calibration(const struct quantize_tensor_options *options)
{
	return options->calibrator == QMAC_CALIBRATOR_OWN
		       ? qmac_method_name(options->method.method)
		       : qmac_calibrator_name(options->calibrator);
}

static int32_t code_at(const struct quantize_tensor_options *options,
		       const struct quantize_tensor *tensor, size_t i)
{
	if (options->type == QMAC_TYPE_S16)
		return ((const int16_t *)tensor->codes)[i];
	if (options->type == QMAC_TYPE_U16)
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
	json_object_object_add(object, key, value ? json_object_new_string(value) : NULL);
}

static void add_flag(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

/* What there is one of per scale: a value for the whole tensor, or an array. */
struct per_scale {
	struct json_object *scale, *zero_point, *lo, *hi, *least, *greatest;
};

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

static void add_scales(struct json_object *object, const struct quantize_tensor_options *options,
		       const struct quantize_tensor *tensor)
{
	const struct qmac_quant_params *params = &tensor->params;
	struct per_scale all = { 0 };

	for (size_t i = 0; i < tensor->scales; i++) {
		double scale = (double)params->scale[i];
		int32_t zero = params->zero_point[i];

		place(options, &all.scale, number(scale));
		place(options, &all.zero_point, json_object_new_int(zero));
		place(options, &all.lo, number((double)tensor->lo[i]));
		place(options, &all.hi, number((double)tensor->hi[i]));
		place(options, &all.least, number((double)(float)(scale * (params->q_min - zero))));
		place(options, &all.greatest,
		      number((double)(float)(scale * (params->q_max - zero))));
	}
	json_object_object_add(object, "scale", all.scale);
	json_object_object_add(object, "zero_point", all.zero_point);
	json_object_object_add(object, "lo", all.lo);
	json_object_object_add(object, "hi", all.hi);
	json_object_object_add(object, "encoding_min", all.least);
	json_object_object_add(object, "encoding_max", all.greatest);
}

static void add_codebook(struct json_object *object, const struct qmac_codebook *book)
{
	struct json_object *levels = json_object_new_array();

	for (unsigned int i = 0; i < book->levels; i++)
		json_object_array_add(levels, number((double)book->value[i]));
	json_object_object_add(object, "codebook", levels);
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
	add_text(object, "granularity", grains[options->grain]);
	if (options->grain != QMAC_GRAIN_TENSOR && options->grain != QMAC_GRAIN_ROW)
		add_integer(object, "axis",
			    options->axis < 0 ? options->axis + (int)tensor->x.ndim
					      : options->axis);
	if (options->group)
		add_integer(object, "group", (int64_t)options->group);
	add_scales(object, options, tensor);
	if (tensor->book)
		add_codebook(object, tensor->book);
	return object;
}

static struct json_object *leaf(const struct quantize_tensor_options *options,
				const struct quantize_tensor *tensor, size_t i, bool codes)
{
	return codes ? json_object_new_int(code_at(options, tensor, i))
		     : number((double)tensor->back[i]);
}

/* Arrays in arrays, as the tensor has dimensions. */
static struct json_object *nest(const struct quantize_tensor_options *options,
				const struct quantize_tensor *tensor, unsigned int dimension,
				size_t *next, bool codes)
{
	struct json_object *array;

	if (dimension == tensor->x.ndim)
		return leaf(options, tensor, (*next)++, codes);
	array = json_object_new_array();
	for (size_t i = 0; i < tensor->x.shape[dimension]; i++)
		json_object_array_add(array, nest(options, tensor, dimension + 1, next, codes));
	return array;
}

void quantize_tensor_report_print_json(const struct quantize_tensor_options *options,
				       const struct quantize_tensor *tensor)
{
	struct json_object *object = quantize_tensor_describe(options, tensor);
	bool linear = options->scheme <= QUANTIZE_ASYMMETRIC;
	size_t first = 0, again = 0;

	add_text(object, "input", options->input);
	add_text(object, "output", options->output);
	add_text(object, "preset", options->has_tool ? qmac_tool_name(options->tool) : NULL);
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
	if (tensor->x.count <= QUANTIZE_TENSOR_LISTED) {
		json_object_object_add(object, "q", nest(options, tensor, 0, &first, true));
		json_object_object_add(object, "dequantized",
				       nest(options, tensor, 0, &again, false));
	}
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static void print_way(const struct quantize_tensor_options *options)
{
	printf("%-16s %s, %u bits, %s%s", "codes", qmac_type_name(options->type), options->bits,
	       quantize_scheme_name(options->scheme),
	       options->power_of_two ? ", power of two" : "");
	if (options->scheme <= QUANTIZE_ASYMMETRIC)
		printf(", %s", calibration(options));
	if (options->has_tool)
		printf(", as %s", qmac_tool_name(options->tool));
	putchar('\n');
}

void quantize_tensor_report_print(const struct quantize_tensor_options *options,
				  const struct quantize_tensor *tensor)
{
	const struct qmac_quant_params *params = &tensor->params;
	float least = tensor->scales ? params->scale[0] : 0, greatest = least;

	for (size_t i = 1; i < tensor->scales; i++) {
		least = fminf(least, params->scale[i]);
		greatest = fmaxf(greatest, params->scale[i]);
	}
	printf("%-16s %s: %zu from %.9g to %.9g\n", "tensor", options->input, tensor->x.count,
	       (double)tensor->min, (double)tensor->max);
	print_way(options);
	if (tensor->book)
		printf("%-16s %u levels from %.9g to %.9g\n", "codebook", tensor->book->levels,
		       (double)tensor->book->value[0],
		       (double)tensor->book->value[tensor->book->levels - 1]);
	else if (tensor->scales == 1)
		printf("%-16s %.9g, zero point %d\n", "scale", (double)least,
		       params->zero_point[0]);
	else
		printf("%-16s %zu per %s, from %.9g to %.9g; --json tells all\n", "scales",
		       tensor->scales, grains[options->grain], (double)least, (double)greatest);
	printf("%-16s %.3g at most, SQNR %.2f dB\n", "error", tensor->max_error, tensor->sqnr_db);
	if (options->output)
		printf("%-16s %s, described in %s.json\n", "written", options->output,
		       options->output);
}
