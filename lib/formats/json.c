// SPDX-License-Identifier: MIT
#include "formats/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

#define MAX_DEPTH 32

/* "line L, column C: " for an offset. */
static int fail_at(struct qmac_context *context, const char *text, size_t offset, const char *what)
{
	unsigned long line = 1;
	size_t start = 0, i;

	for (i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	return qmac_fail(context, -EINVAL, "line %lu, column %zu: %s", line, offset - start + 1,
			 what);
}

static int parse(struct qmac_context *context, struct json_tokener *tokener, const char *text,
		 size_t size, struct json_object **root)
{
	struct json_object *object = json_tokener_parse_ex(tokener, text, (int)size);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);

	if (error == json_tokener_error_memory)
		return qmac_fail_nomem(context, "JSON");
	if (error == json_tokener_continue)
		return fail_at(context, text, size, "the JSON text ends too early");
	if (error != json_tokener_success)
		return fail_at(context, text, end, json_tokener_error_desc(error));
	end += strspn(text + end, " \t\r\n");
	if (end < size) {
		json_object_put(object);
		return fail_at(context, text, end, "text after the end of the JSON object");
	}
	if (!json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return fail_at(context, text, 0, "expected a JSON object");
	}
	*root = object;
	return 0;
}

int json_read(struct qmac_context *context, const char *text, size_t size,
	      struct json_object **root)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	int error;

	if (!tokener)
		return qmac_fail_nomem(context, "JSON");
	/* Not strict: json-c 0.18 would then refuse every character beyond ASCII. */
	error = parse(context, tokener, text, size, root);
	json_tokener_free(tokener);
	return error;
}

int json_fail(const struct json_place *place, const char *key, const char *what)
{
	return qmac_fail(place->context, -EINVAL, "entry '%.60s': %s %s", place->entry, key, what);
}

struct json_object *json_member(const struct json_place *place, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(place->object, json_type_object))
		return NULL;
	json_object_object_get_ex(place->object, key, &value);
	return value;
}

int json_get_text(const struct json_place *place, const char *key, const char **out)
{
	struct json_object *value = json_member(place, key);

	if (!json_object_is_type(value, json_type_string))
		return json_fail(place, key, "is missing or no string");
	*out = json_object_get_string(value);
	if (strlen(*out) != (size_t)json_object_get_string_len(value))
		return json_fail(place, key, "has a zero character in it");
	return 0;
}

int json_get_int(const struct json_place *place, const char *key, int64_t lo, int64_t hi,
		 int64_t *out)
{
	struct json_object *value = json_member(place, key);
	char what[96];

	if (json_object_is_type(value, json_type_int))
		*out = json_object_get_int64(value);
	if (!json_object_is_type(value, json_type_int) || *out < lo || *out > hi) {
		snprintf(what, sizeof(what), "is missing or no integer from %lld to %lld",
			 (long long)lo, (long long)hi);
		return json_fail(place, key, what);
	}
	return 0;
}

int json_get_flag(const struct json_place *place, const char *key, bool *out)
{
	struct json_object *value = json_member(place, key);
	const char *word;

	if (json_object_is_type(value, json_type_boolean)) {
		*out = json_object_get_boolean(value);
		return 0;
	}
	if (json_object_is_type(value, json_type_string)) {
		word = json_object_get_string(value);
		*out = !strcasecmp(word, "true");
		if (*out || !strcasecmp(word, "false"))
			return 0;
	}
	return json_fail(place, key, "is missing or neither true nor false");
}

size_t json_count(const struct json_place *place, const char *key)
{
	struct json_object *value = json_member(place, key);
	size_t count = 0;

	if (json_object_is_type(value, json_type_array))
		count = json_object_array_length(value);
	if (json_object_is_type(value, json_type_int) ||
	    json_object_is_type(value, json_type_double))
		count = 1;
	if (!count)
		json_fail(place, key, "is missing, empty or no number");
	return count;
}

int json_get_number(const struct json_place *place, const char *key, size_t i, double *out)
{
	struct json_object *value = json_member(place, key);

	if (json_object_is_type(value, json_type_array))
		value = json_object_array_get_idx(value, i);
	else if (i)
		return json_fail(place, key, "has one number, others have more");
	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return json_fail(place, key, "has too few numbers, or something that is none");
	*out = json_object_get_double(value);
	return isfinite(*out) ? 0 : json_fail(place, key, "is infinite or NaN");
}

int json_get_whole(const struct json_place *place, const char *key, size_t i, int64_t *out)
{
	double value;
	int error = json_get_number(place, key, i, &value);

	if (error)
		return error;
	if (!(fabs(value) <= 4294967296.0) || value != trunc(value))
		return json_fail(place, key, "is no integer of 32 bits");
	*out = (int64_t)value;
	return 0;
}

bool json_put(struct json_object *object, const char *key, struct json_object *value)
{
	if (value && object && !json_object_object_add(object, key, value))
		return true;
	json_object_put(value);
	return false;
}

bool json_append(struct json_object *array, struct json_object *value)
{
	if (value && array && !json_object_array_add(array, value))
		return true;
	json_object_put(value);
	return false;
}

struct json_object *json_number(double value)
{
	char text[40];
	size_t length;
	int digits = 6;

	do
		snprintf(text, sizeof(text), "%.*g", digits, value);
	while (strtod(text, NULL) != value && digits++ < 17);
	length = strlen(text);
	if (!strpbrk(text, ".e")) /* a float stays one */
		memcpy(text + length, ".0", 3);
	return json_object_new_double_s(value, text);
}
