// SPDX-License-Identifier: MIT
#include "quantize_explain.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_text.h"
#include "option_value.h"

int quantize_explain_next(const char **text, size_t *element)
{
	long long value;

	if (!**text)
		return 0;
	if (!option_integer_next(text, 0, LLONG_MAX, &value))
		return -EINVAL;
	*element = (size_t)value;
	return 1;
}

int quantize_explain_check(const struct quantize_tensor_options *options,
			   const struct quantize_tensor *tensor)
{
	const char *text = options->explain;
	size_t element;

	while (text && quantize_explain_next(&text, &element) > 0) {
		if (element < tensor->x.count)
			continue;
		fprintf(stderr,
			"qmac quantize: --explain %zu: %s has %zu elements: choose 0 to %zu\n",
			element, options->input, tensor->x.count, tensor->x.count - 1);
		return -EPROTO;
	}
	return 0;
}

void quantize_explain_line(struct quantize_explained *told, const char *about, const char *format,
			   ...)
{
	char text[512];
	va_list args;
	int used = snprintf(text, sizeof(text), "%-16s ", about);

	va_start(args, format);
	vsnprintf(text + used, sizeof(text) - (size_t)used, format, args);
	va_end(args);
	json_object_array_add(told->text, json_text(text));
}

void quantize_explain_number(struct json_object *object, const char *key, double value)
{
	json_object_object_add(object, key, isfinite(value) ? json_object_new_double(value) : NULL);
}

/* Number and place: "element 5, at [1, 2]". */
static void tell_place(const struct quantize_tensor *tensor, size_t element,
		       struct quantize_explained *told)
{
	struct json_object *place = json_object_new_array();
	size_t index[NPY_MAX_DIMS], rest = element;
	char text[NPY_MAX_DIMS * 24] = "";

	for (unsigned int i = tensor->x.ndim; i-- > 0;) {
		index[i] = rest % tensor->x.shape[i];
		rest /= tensor->x.shape[i];
	}
	for (unsigned int i = 0; i < tensor->x.ndim; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, i ? ", %zu" : "%zu", index[i]);
		json_object_array_add(place, json_object_new_int64((int64_t)index[i]));
	}
	quantize_explain_line(told, "element", "%zu, at [%s]", element, text);
	json_object_object_add(told->object, "element", json_object_new_int64((int64_t)element));
	json_object_object_add(told->object, "index", place);
}

static int explain_one(struct qmac_context *context, const struct quantize_tensor_options *options,
		       const struct quantize_tensor *tensor, size_t element,
		       struct json_object *array)
{
	struct quantize_explained told = { json_object_new_object(), json_object_new_array() };
	int ret = 0;

	json_object_array_add(array, told.object);
	tell_place(tensor, element, &told);
	if (options->scheme <= QUANTIZE_ASYMMETRIC && !options->has_ggml)
		ret = quantize_explain_linear(context, options, tensor, element, &told);
	else
		quantize_explain_nonlinear(options, tensor, element, &told);
	json_object_object_add(told.object, "text", told.text);
	return ret;
}

int quantize_explain(struct qmac_context *context, const struct quantize_tensor_options *options,
		     const struct quantize_tensor *tensor, struct json_object **out)
{
	struct json_object *array = json_object_new_array();
	const char *text = options->explain;
	size_t element;
	int ret = 0;

	while (!ret && quantize_explain_next(&text, &element) > 0)
		ret = explain_one(context, options, tensor, element, array);
	if (ret)
		json_object_put(array);
	else
		*out = array;
	return ret;
}

void quantize_explain_print(const struct json_object *explained)
{
	for (size_t i = 0; i < json_object_array_length(explained); i++) {
		struct json_object *lines = NULL;

		json_object_object_get_ex(json_object_array_get_idx(explained, i), "text", &lines);
		putchar('\n');
		for (size_t j = 0; j < json_object_array_length(lines); j++)
			puts(json_object_get_string(json_object_array_get_idx(lines, j)));
	}
}
