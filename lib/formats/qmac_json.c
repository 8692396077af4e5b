// SPDX-License-Identifier: MIT
/* Our own table, as JSON. */
#include <errno.h>
#include <string.h>

#include "context.h"
#include "formats/entry.h"
#include "formats/format.h"
#include "formats/json.h"

#define VERSION 1

static int read_channels(const struct json_place *place, struct qmac_table_entry *entry)
{
	int64_t zero;
	size_t i;
	int error = 0;

	for (i = 0; !error && i < entry->channels; i++) {
		error = json_get_number(place, "scale", i, &entry->scale[i]);
		if (!error)
			error = json_get_whole(place, "zero_point", i, &zero);
		if (!error && (zero < INT32_MIN || zero > INT32_MAX))
			error = json_fail(place, "zero_point", "does not fit 32 bits");
		if (!error)
			entry->zero_point[i] = (int32_t)zero;
		if (!error)
			error = json_get_number(place, "min", i, &entry->lo[i]);
		if (!error)
			error = json_get_number(place, "max", i, &entry->hi[i]);
	}
	return error;
}

/* All arrays are as long as that of the scales. */
static int check_lengths(const struct json_place *place, size_t channels)
{
	static const char *const keys[] = { "zero_point", "min", "max" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t count = json_count(place, keys[i]);

		if (!count)
			return -EINVAL;
		if (count != channels)
			return json_fail(place, keys[i], "is not as long as scale");
	}
	return 0;
}

static int read_kind(const struct json_place *place, struct qmac_table_entry *entry)
{
	int64_t number = 0;
	int error = json_get_int(place, "bits", 2, 32, &number);

	entry->bits = (uint8_t)number;
	if (!error)
		error = json_get_flag(place, "signed", &entry->is_signed);
	if (!error)
		error = json_get_flag(place, "symmetric", &entry->symmetric);
	if (!error)
		error = json_get_flag(place, "parameter", &entry->parameter);
	entry->axis = QMAC_PER_TENSOR;
	if (!error && json_member(place, "axis")) {
		error = json_get_int(place, "axis", 0, 63, &number);
		entry->axis = (int)number;
	}
	return error;
}

/* How the scales of blocks lie; not there for others. */
static int read_blocks(const struct json_place *place, struct qmac_table_entry *entry)
{
	struct json_object *shape = json_member(place, "scale_shape");
	int64_t number = 0;
	size_t i, rank;
	int error = 0;

	if (json_member(place, "block"))
		error = json_get_int(place, "block", 1, INT32_MAX, &number);
	entry->block = (size_t)number;
	if (error || !shape)
		return error;
	rank = json_count(place, "scale_shape");
	if (!rank || rank > QMAC_TABLE_RANK || !json_object_is_type(shape, json_type_array))
		return json_fail(place, "scale_shape", "is no array of up to 8 integers");
	entry->rank = (unsigned int)rank;
	for (i = 0; !error && i < rank; i++) {
		error = json_get_whole(place, "scale_shape", i, &number);
		if (!error && number < 1)
			error = json_fail(place, "scale_shape", "is no array of positive integers");
		entry->shape[i] = (size_t)number;
	}
	return error;
}

static int read_tensor(const struct source *source, size_t number)
{
	struct json_object *tensors = json_object_object_get(source->root, "tensors");
	char position[32];
	struct json_place place = { source->context, position,
				    json_object_array_get_idx(tensors, number) };
	struct qmac_table_entry entry;
	const char *name;
	size_t channels;
	int error;

	snprintf(position, sizeof(position), "tensors[%zu]", number);
	error = json_get_text(&place, "name", &name);
	if (error)
		return error;
	place.entry = name;
	channels = json_count(&place, "scale");
	if (!channels)
		return -EINVAL;
	if (entry_init(&entry, name, channels))
		return qmac_fail_nomem(source->context, "a table");
	error = read_kind(&place, &entry);
	if (!error)
		error = read_blocks(&place, &entry);
	if (!error)
		error = check_lengths(&place, channels);
	if (!error)
		error = read_channels(&place, &entry);
	if (!error)
		return entry_adopt(source->context, source->table, &entry);
	entry_release(&entry);
	return error;
}

int qmac_json_read(const struct source *source)
{
	struct json_place place = { source->context, "table", source->root };
	struct json_object *tensors = json_member(&place, "tensors");
	const char *producer;
	int64_t version;
	size_t i;
	int error = json_get_int(&place, "version", VERSION, VERSION, &version);

	if (!error && !json_object_is_type(tensors, json_type_array))
		error = json_fail(&place, "tensors", "is missing or no array");
	if (!error && json_member(&place, "producer")) {
		error = json_get_text(&place, "producer", &producer);
		if (!error) {
			source->table->producer = strdup(producer);
			if (!source->table->producer)
				error = qmac_fail_nomem(source->context, "a table");
		}
	}
	for (i = 0; !error && i < json_object_array_length(tensors); i++)
		error = read_tensor(source, i);
	return error;
}

static bool put_numbers(struct json_object *object, const char *key, const double *values,
			size_t count)
{
	struct json_object *array = json_object_new_array();
	bool ok = array != NULL;
	size_t i;

	for (i = 0; ok && i < count; i++)
		ok = json_append(array, json_number(values[i]));
	return json_put(object, key, array) && ok;
}

static bool put_zeros(struct json_object *object, const struct qmac_table_entry *entry)
{
	struct json_object *array = json_object_new_array();
	bool ok = array != NULL;
	size_t i;

	for (i = 0; ok && i < entry->channels; i++)
		ok = json_append(array, json_object_new_int(entry->zero_point[i]));
	return json_put(object, "zero_point", array) && ok;
}

static bool put_blocks(struct json_object *object, const struct qmac_table_entry *entry)
{
	struct json_object *shape;
	bool ok = true;
	unsigned int i;

	if (entry->block)
		ok = json_put(object, "block", json_object_new_int64((int64_t)entry->block));
	if (!entry->rank)
		return ok;
	shape = json_object_new_array();
	for (i = 0; ok && i < entry->rank; i++)
		ok = json_append(shape, json_object_new_int64((int64_t)entry->shape[i]));
	return json_put(object, "scale_shape", shape) && ok;
}

static struct json_object *write_tensor(const struct qmac_table_entry *entry)
{
	struct json_object *object = json_object_new_object();
	bool ok = json_put(object, "name", json_object_new_string(entry->name)) &&
		  json_put(object, "parameter", json_object_new_boolean(entry->parameter)) &&
		  json_put(object, "bits", json_object_new_int(entry->bits)) &&
		  json_put(object, "signed", json_object_new_boolean(entry->is_signed)) &&
		  json_put(object, "symmetric", json_object_new_boolean(entry->symmetric));

	if (ok && entry->axis == QMAC_PER_TENSOR)
		ok = !json_object_object_add(object, "axis", NULL);
	else if (ok)
		ok = json_put(object, "axis", json_object_new_int(entry->axis));
	ok = ok && put_blocks(object, entry) &&
	     put_numbers(object, "scale", entry->scale, entry->channels) &&
	     put_zeros(object, entry) && put_numbers(object, "min", entry->lo, entry->channels) &&
	     put_numbers(object, "max", entry->hi, entry->channels);
	if (ok)
		return object;
	json_object_put(object);
	return NULL;
}

struct json_object *qmac_json_write(const struct qmac_table *table)
{
	struct json_object *root = json_object_new_object(), *tensors = json_object_new_array();
	bool ok = json_put(root, "format", json_object_new_string("qmac-table")) &&
		  json_put(root, "version", json_object_new_int(VERSION));
	size_t i;

	if (ok && table->producer)
		ok = json_put(root, "producer", json_object_new_string(table->producer));
	for (i = 0; ok && i < table->count; i++)
		ok = json_append(tensors, write_tensor(&table->entries[i]));
	if (json_put(root, "tensors", tensors) && ok)
		return root;
	json_object_put(root);
	return NULL;
}
