// SPDX-License-Identifier: MIT
/*
 * AIMET's encodings, versions 2.x: one list, in the terms of ONNX's
 * QuantizeLinear. Scales are a number, a list per channel, or, per block, lists
 * in lists in the shape of the tensor.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "formats/aimet.h"

/* Numbers in lists in lists, read as one list. */
struct nested {
	unsigned int rank;
	size_t shape[QMAC_TABLE_RANK];
	size_t count;
	struct json_object **number;
};

/* The shape, as the first element of each level has it. */
static int measure(const struct json_place *place, const char *key, struct nested *out)
{
	struct json_object *value = json_member(place, key);
	size_t length;

	out->rank = 0;
	out->count = 1;
	for (; json_object_is_type(value, json_type_array);
	     value = json_object_array_get_idx(value, 0)) {
		length = json_object_array_length(value);
		if (!length || out->rank == QMAC_TABLE_RANK)
			return json_fail(place, key, "is empty, or nested too deeply");
		out->shape[out->rank++] = length;
		if (__builtin_mul_overflow(out->count, length, &out->count) ||
		    out->count > SIZE_MAX / sizeof(value))
			return json_fail(place, key, "has lists of different lengths");
	}
	return value ? 0 : json_fail(place, key, "is missing");
}

/* Puts the numbers in order; lists must be as long as the first of their level. */
static bool flatten(struct json_object *value, unsigned int level, struct nested *out, size_t *next)
{
	size_t i;

	if (level == out->rank) {
		if (*next == out->count || json_object_is_type(value, json_type_array))
			return false;
		out->number[(*next)++] = value;
		return true;
	}
	if (!json_object_is_type(value, json_type_array) ||
	    json_object_array_length(value) != out->shape[level])
		return false;
	for (i = 0; i < out->shape[level]; i++)
		if (!flatten(json_object_array_get_idx(value, i), level + 1, out, next))
			return false;
	return true;
}

/* Numbers that a shape claims but the file does not hold are not asked memory for. */
static size_t numbers_in(struct json_object *value)
{
	size_t count = 0, i;

	if (!json_object_is_type(value, json_type_array))
		return 1;
	for (i = 0; i < json_object_array_length(value); i++)
		count += numbers_in(json_object_array_get_idx(value, i));
	return count;
}

static int read_nested(const struct json_place *place, const char *key, struct nested *out)
{
	struct json_object *value = json_member(place, key);
	size_t next = 0;
	int error = measure(place, key, out);

	if (error)
		return error;
	if (numbers_in(value) != out->count)
		return json_fail(place, key, "has lists of different lengths");
	out->number = calloc(out->count, sizeof(struct json_object *));
	if (!out->number)
		return qmac_fail_nomem(place->context, "a table");
	if (!flatten(value, 0, out, &next))
		return json_fail(place, key, "has lists of different lengths");
	return 0;
}

static int number_at(const struct json_place *place, const char *key, const struct nested *from,
		     size_t i, double *out)
{
	struct json_object *value = from->number[i];

	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return json_fail(place, key, "has something that is no number");
	*out = json_object_get_double(value);
	return 0;
}

static int whole_at(const struct json_place *place, const char *key, const struct nested *from,
		    size_t i, int64_t *out)
{
	double value = 0;
	int error = number_at(place, key, from, i, &value);

	if (!error &&
	    (!(value >= INT32_MIN && value <= INT32_MAX) || value != (double)(int64_t)value))
		error = json_fail(place, key, "has a number that is no integer of 32 bits");
	if (!error)
		*out = (int64_t)value;
	return error;
}

/* "int8", "uint4", ... */
static int read_type(const struct json_place *place, struct qmac_table_entry *entry)
{
	const char *type, *digits;
	unsigned long bits;
	char *end;
	int error;

	if (!json_member(place, "output_dtype"))
		return json_fail(place, "output_dtype",
				 "is missing: take tensors that are not quantized out");
	error = json_get_text(place, "output_dtype", &type);
	if (error)
		return error;
	entry->is_signed = *type != 'u';
	digits = type + !entry->is_signed;
	if (strncmp(digits, "int", 3) != 0 || digits[3] < '1' || digits[3] > '9')
		return json_fail(place, "output_dtype",
				 "is neither int nor uint: take float tensors out");
	bits = strtoul(digits + 3, &end, 10);
	if (*end || bits < 2 || bits > 32)
		return json_fail(place, "output_dtype", "has no 2 to 32 bits");
	entry->bits = (uint8_t)bits;
	return 0;
}

/* Axes count from the last when they are negative, which needs the tensor's dimensions. */
static int read_axis(const struct json_place *place, const struct nested *scales,
		     struct qmac_table_entry *entry)
{
	bool blocks = json_member(place, "block_size") != NULL;
	int64_t axis, block = 0;
	int error = json_get_int(place, "axis", -QMAC_TABLE_RANK, 63, &axis);

	if (!error && blocks)
		error = json_get_int(place, "block_size", 1, INT32_MAX, &block);
	if (error)
		return error;
	if (axis < 0 && !blocks)
		return json_fail(place, "axis",
				 "is negative, and scales per channel do not tell how many "
				 "dimensions there are: count it from the first");
	axis += axis < 0 ? scales->rank : 0;
	if (blocks && (axis < 0 || axis >= scales->rank))
		return json_fail(place, "axis", "is no dimension of the scales");
	if (!blocks && scales->rank != 1)
		return json_fail(place, "block_size", "is missing: scales are lists in lists");
	entry->axis = (int)axis;
	entry->block = (size_t)block;
	entry->rank = blocks ? scales->rank : 0;
	if (blocks)
		memcpy(entry->shape, scales->shape, sizeof(entry->shape));
	return 0;
}

static int read_zero_points(const struct json_place *place, struct qmac_table_entry *entry)
{
	struct nested zeros = { 0 };
	int64_t zero = 0;
	size_t i;
	int error;

	if (!json_member(place, "y_zero_point"))
		return 0;
	error = read_nested(place, "y_zero_point", &zeros);
	if (!error && zeros.count != entry->channels)
		error = json_fail(place, "y_zero_point", "does not have as many numbers as scales");
	for (i = 0; !error && i < entry->channels; i++) {
		error = whole_at(place, "y_zero_point", &zeros, i, &zero);
		entry->zero_point[i] = (int32_t)zero;
	}
	free(zeros.number);
	return error;
}

/* The integers of blocks times the scale of their channel: LPBQ. */
static int multiply(const struct json_place *place, const struct nested *integers,
		    struct qmac_table_entry *entry)
{
	struct nested scales = { 0 };
	int64_t integer = 0;
	double scale = 0;
	size_t inner = 1, along = entry->shape[entry->axis], i;
	unsigned int d;
	int error = read_nested(place, "per_channel_float_scale", &scales);

	for (d = (unsigned int)entry->axis + 1; d < entry->rank; d++)
		inner *= entry->shape[d];
	if (!error && (scales.rank != entry->rank || scales.count * along != entry->channels ||
		       scales.shape[entry->axis] != 1))
		error = json_fail(place, "per_channel_float_scale",
				  "does not have the shape of per_block_int_scale with 1 for the "
				  "axis");
	for (i = 0; !error && i < entry->channels; i++) {
		error = whole_at(place, "per_block_int_scale", integers, i, &integer);
		if (!error)
			error = number_at(place, "per_channel_float_scale", &scales,
					  i / (along * inner) * inner + i % inner, &scale);
		entry->scale[i] = scale * (double)integer;
	}
	free(scales.number);
	return error;
}

static int read_scales(const struct json_place *place, const struct nested *scales, bool lpbq,
		       struct qmac_table_entry *entry)
{
	size_t i;
	int error = read_type(place, entry);

	entry->axis = QMAC_PER_TENSOR;
	if (!error && (scales->rank || json_member(place, "axis")))
		error = read_axis(place, scales, entry);
	if (!error && lpbq && !entry->block)
		error = json_fail(place, "block_size", "is missing");
	if (!error && lpbq)
		return multiply(place, scales, entry);
	for (i = 0; !error && i < entry->channels; i++)
		error = number_at(place, "y_scale", scales, i, &entry->scale[i]);
	return error ? error : read_zero_points(place, entry);
}

static void complete(struct qmac_table_entry *entry)
{
	size_t i;

	entry->parameter = entry->axis != QMAC_PER_TENSOR;
	entry->symmetric = entry->is_signed;
	for (i = 0; i < entry->channels; i++)
		entry->symmetric &= !entry->zero_point[i];
	aimet_reach(entry);
}

static int read_entry(const struct source *source, struct json_object *object)
{
	struct json_place place = { source->context, "(no name)", object };
	struct qmac_table_entry entry;
	struct nested scales = { 0 };
	bool lpbq = json_member(&place, "per_block_int_scale") != NULL;
	int error = json_get_text(&place, "name", &place.entry);

	if (!error)
		error = read_nested(&place, lpbq ? "per_block_int_scale" : "y_scale", &scales);
	if (!error && entry_init(&entry, place.entry, scales.count))
		error = qmac_fail_nomem(source->context, "a table");
	if (error) {
		free(scales.number);
		return error;
	}
	error = read_scales(&place, &scales, lpbq, &entry);
	free(scales.number);
	if (!error) {
		complete(&entry);
		return entry_adopt(source->context, source->table, &entry);
	}
	entry_release(&entry);
	return error;
}

int aimet_2_read(const struct source *source)
{
	struct json_object *list = json_object_object_get(source->root, "encodings");
	int error = aimet_check_version(source, "2.");
	size_t i;

	if (!error && !json_object_is_type(list, json_type_array))
		error = qmac_fail(source->context, -EINVAL, "'encodings' is no JSON array");
	for (i = 0; !error && i < json_object_array_length(list); i++)
		error = read_entry(source, json_object_array_get_idx(list, i));
	return error;
}

int aimet_2_check(struct qmac_context *context, const struct qmac_table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct qmac_table_entry *entry = &table->entries[i];

		if (entry->block && !entry->rank)
			return qmac_fail(
				context, -EINVAL,
				"entry '%.60s': %zu scales of blocks of %zu: AIMET's version "
				"2.0.0 lists them by channel, and how many a channel has is "
				"not known: write aimet-1.0.0",
				entry->name, entry->channels, entry->block);
	}
	return 0;
}

/* Element @i as JSON. */
typedef struct json_object *(*maker)(const struct qmac_table_entry *entry, size_t i);

static struct json_object *make_scale(const struct qmac_table_entry *entry, size_t i)
{
	return json_number(entry->scale[i]);
}

static struct json_object *make_zero(const struct qmac_table_entry *entry, size_t i)
{
	return json_object_new_int(entry->zero_point[i]);
}

static struct json_object *nest(const struct qmac_table_entry *entry, unsigned int level,
				unsigned int rank, const size_t *shape, maker make, size_t *next)
{
	struct json_object *array;
	bool ok = true;
	size_t i;

	if (level == rank)
		return make(entry, (*next)++);
	array = json_object_new_array();
	for (i = 0; ok && i < shape[level]; i++)
		ok = json_append(array, nest(entry, level + 1, rank, shape, make, next));
	if (ok)
		return array;
	json_object_put(array);
	return NULL;
}

static struct json_object *write_all(const struct qmac_table_entry *entry, maker make)
{
	size_t next = 0;

	if (entry->block)
		return nest(entry, 0, entry->rank, entry->shape, make, &next);
	return nest(entry, 0, entry->axis != QMAC_PER_TENSOR, &entry->channels, make, &next);
}

static bool has_zero_point(const struct qmac_table_entry *entry)
{
	size_t i;

	for (i = 0; i < entry->channels; i++)
		if (entry->zero_point[i])
			return true;
	return false;
}

static struct json_object *write_entry(const struct qmac_table_entry *entry)
{
	struct json_object *object = json_object_new_object();
	char type[16];
	bool ok;

	snprintf(type, sizeof(type), "%sint%u", entry->is_signed ? "" : "u", entry->bits);
	ok = json_put(object, "name", json_object_new_string(entry->name)) &&
	     json_put(object, "output_dtype", json_object_new_string(type)) &&
	     json_put(object, "y_scale", write_all(entry, make_scale));
	if (ok && has_zero_point(entry))
		ok = json_put(object, "y_zero_point", write_all(entry, make_zero));
	if (ok && entry->axis != QMAC_PER_TENSOR)
		ok = json_put(object, "axis", json_object_new_int(entry->axis));
	if (ok && entry->block)
		ok = json_put(object, "block_size", json_object_new_int64((int64_t)entry->block));
	if (ok)
		return object;
	json_object_put(object);
	return NULL;
}

struct json_object *aimet_2_write(const struct qmac_table *table)
{
	struct json_object *root = json_object_new_object(), *list = json_object_new_array();
	bool ok = aimet_put_version(root, "2.0.0");
	size_t i;

	for (i = 0; ok && i < table->count; i++)
		ok = json_append(list, write_entry(&table->entries[i]));
	if (json_put(root, "encodings", list) && ok)
		return root;
	json_object_put(root);
	return NULL;
}
