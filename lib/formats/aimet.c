// SPDX-License-Identifier: MIT
/*
 * AIMET's encodings. Codes there are unsigned: r = scale * (q + offset), q from 0
 * to 2^bits - 1. A symmetric entry is signed here, so that its zero point is 0.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "context.h"
#include "formats/entry.h"
#include "formats/format.h"
#include "formats/json.h"

/* What the two forms call the same thing. */
struct keys {
	const char *bits, *symmetric;
};

static const struct keys keys_0 = { "bitwidth", "is_symmetric" };
static const struct keys keys_1 = { "bw", "is_sym" };

/* Offset 0 is code 0 of the unsigned type. */
static int64_t to_offset(const struct qmac_table_entry *entry, size_t i)
{
	return -((int64_t)entry->zero_point[i] - entry_q_min(entry));
}

static int take_offset(const struct json_place *place, struct qmac_table_entry *entry, size_t i,
		       int64_t offset)
{
	int64_t zero = -offset + entry_q_min(entry);

	if (zero < entry_q_min(entry) || zero > entry_q_max(entry) || zero > INT32_MAX)
		return json_fail(place, "offset", "is no negative of a code");
	entry->zero_point[i] = (int32_t)zero;
	return 0;
}

static int read_kind(const struct json_place *place, const struct keys *keys,
		     struct qmac_table_entry *entry)
{
	const char *type = "int";
	int64_t bits = 0;
	int error = 0;

	if (json_member(place, "dtype"))
		error = json_get_text(place, "dtype", &type);
	if (!error && strcasecmp(type, "int"))
		return json_fail(place, "dtype", "is not int: take float tensors out");
	if (!error)
		error = json_get_int(place, keys->bits, 2, 32, &bits);
	if (!error)
		error = json_get_flag(place, keys->symmetric, &entry->symmetric);
	entry->bits = (uint8_t)bits;
	entry->is_signed = entry->symmetric;
	return error;
}

/* Encoding @i of @count of a dictionary's entry. */
static int read_encoding(const struct json_place *place, struct qmac_table_entry *entry, size_t i)
{
	struct qmac_table_entry kind = { 0 };
	int64_t offset;
	int error = read_kind(place, &keys_0, &kind);

	if (!error && !i) {
		entry->bits = kind.bits;
		entry->is_signed = kind.is_signed;
		entry->symmetric = kind.symmetric;
	}
	if (!error && (entry->bits != kind.bits || entry->symmetric != kind.symmetric))
		error = json_fail(place, "bitwidth", "or is_symmetric differs between channels");
	if (!error)
		error = json_get_number(place, "scale", 0, &entry->scale[i]);
	if (!error)
		error = json_get_whole(place, "offset", 0, &offset);
	if (!error)
		error = take_offset(place, entry, i, offset);
	if (!error)
		error = json_get_number(place, "min", 0, &entry->lo[i]);
	if (!error)
		error = json_get_number(place, "max", 0, &entry->hi[i]);
	return error;
}

static int read_entry(const struct source *source, bool parameter, const char *name,
		      struct json_object *encodings)
{
	struct json_place place = { source->context, name, NULL };
	struct qmac_table_entry entry;
	size_t channels = 0, i;
	int error = 0;

	if (json_object_is_type(encodings, json_type_array))
		channels = json_object_array_length(encodings);
	if (!channels)
		return json_fail(&place, "encodings", "are no array of at least one");
	if (entry_init(&entry, name, channels))
		return qmac_fail_nomem(source->context, "a table");
	entry.parameter = parameter;
	entry.axis = channels > 1 ? 0 : QMAC_PER_TENSOR;
	for (i = 0; !error && i < channels; i++) {
		place.object = json_object_array_get_idx(encodings, i);
		error = read_encoding(&place, &entry, i);
	}
	if (!error)
		return entry_adopt(source->context, source->table, &entry);
	entry_release(&entry);
	return error;
}

static int read_dictionary(const struct source *source, const char *key, bool parameter)
{
	struct json_object *section = json_object_object_get(source->root, key);
	int error = 0;

	if (!section)
		return 0;
	if (!json_object_is_type(section, json_type_object))
		return qmac_fail(source->context, -EINVAL, "'%s' is no JSON object", key);
	json_object_object_foreach(section, name, encodings)
	{
		error = read_entry(source, parameter, name, encodings);
		if (error)
			break;
	}
	return error;
}

int aimet_read(const struct source *source)
{
	int error = read_dictionary(source, "activation_encodings", false);

	return error ? error : read_dictionary(source, "param_encodings", true);
}

static int read_listed_channels(const struct json_place *place, struct qmac_table_entry *entry)
{
	int64_t offset;
	size_t i;
	int error = 0;

	for (i = 0; !error && i < entry->channels; i++) {
		error = json_get_number(place, "scale", i, &entry->scale[i]);
		if (!error)
			error = json_get_whole(place, "offset", i, &offset);
		if (!error)
			error = take_offset(place, entry, i, offset);
	}
	return error;
}

static int read_listed(const struct source *source, bool parameter, struct json_object *object)
{
	struct json_place place = { source->context, "(no name)", object };
	struct qmac_table_entry entry;
	const char *type;
	size_t channels;
	int error = json_get_text(&place, "name", &place.entry);

	if (!error)
		error = json_get_text(&place, "enc_type", &type);
	if (!error && strcmp(type, "PER_TENSOR") && strcmp(type, "PER_CHANNEL"))
		error = json_fail(&place, "enc_type", "is neither PER_TENSOR nor PER_CHANNEL");
	if (error)
		return error;
	channels = json_count(&place, "scale");
	if (!channels)
		return -EINVAL;
	if (json_count(&place, "offset") != channels)
		return json_fail(&place, "offset", "is not as long as scale");
	if (entry_init(&entry, place.entry, channels))
		return qmac_fail_nomem(source->context, "a table");
	entry.parameter = parameter;
	entry.axis = !strcmp(type, "PER_CHANNEL") ? 0 : QMAC_PER_TENSOR;
	error = read_kind(&place, &keys_1, &entry);
	if (!error)
		error = read_listed_channels(&place, &entry);
	if (!error) {
		entry.symmetric = false; /* what all the codes reach, as AIMET has it */
		entry_reach(&entry);
		entry.symmetric = entry.is_signed;
		return entry_adopt(source->context, source->table, &entry);
	}
	entry_release(&entry);
	return error;
}

static int read_list(const struct source *source, const char *key, bool parameter)
{
	struct json_object *section = json_object_object_get(source->root, key);
	size_t i;
	int error = 0;

	if (!section)
		return 0;
	if (!json_object_is_type(section, json_type_array))
		return qmac_fail(source->context, -EINVAL, "'%s' is no JSON array", key);
	for (i = 0; !error && i < json_object_array_length(section); i++)
		error = read_listed(source, parameter, json_object_array_get_idx(section, i));
	return error;
}

int aimet_1_read(const struct source *source)
{
	int error = read_list(source, "activation_encodings", false);

	return error ? error : read_list(source, "param_encodings", true);
}

/* One channel of a dictionary's entry; min and max are what the codes reach. */
static struct json_object *write_encoding(const struct qmac_table_entry *entry, size_t i)
{
	struct json_object *object = json_object_new_object();
	double scale = entry->scale[i], offset = (double)to_offset(entry, i);
	double top = (double)((INT64_C(1) << entry->bits) - 1);

	if (json_put(object, "bitwidth", json_object_new_int(entry->bits)) &&
	    json_put(object, "dtype", json_object_new_string("int")) &&
	    json_put(object, "is_symmetric",
		     json_object_new_string(entry->symmetric ? "True" : "False")) &&
	    json_put(object, "max", json_number(scale * (top + offset))) &&
	    json_put(object, "min", json_number(scale * offset)) &&
	    json_put(object, "offset", json_object_new_int64((int64_t)offset)) &&
	    json_put(object, "scale", json_number(scale)))
		return object;
	json_object_put(object);
	return NULL;
}

static struct json_object *write_entry(const struct qmac_table_entry *entry)
{
	struct json_object *array = json_object_new_array();
	bool ok = array != NULL;
	size_t i;

	for (i = 0; ok && i < entry->channels; i++)
		ok = json_append(array, write_encoding(entry, i));
	if (ok)
		return array;
	json_object_put(array);
	return NULL;
}

static bool put_version(struct json_object *root, const char *version)
{
	return json_put(root, "version", json_object_new_string(version));
}

struct json_object *aimet_write(const struct qmac_table *table)
{
	struct json_object *root = json_object_new_object();
	struct json_object *section[2] = { json_object_new_object(), json_object_new_object() };
	bool ok = put_version(root, "0.6.1");
	size_t i;

	for (i = 0; ok && i < table->count; i++)
		ok = json_put(section[table->entries[i].parameter], table->entries[i].name,
			      write_entry(&table->entries[i]));
	ok = json_put(root, "activation_encodings", section[0]) && ok;
	if (json_put(root, "param_encodings", section[1]) && ok)
		return root;
	json_object_put(root);
	return NULL;
}

static struct json_object *write_listed(const struct qmac_table_entry *entry)
{
	struct json_object *object = json_object_new_object();
	struct json_object *scale = json_object_new_array(), *offset = json_object_new_array();
	const char *type = entry->axis == QMAC_PER_TENSOR ? "PER_TENSOR" : "PER_CHANNEL";
	bool ok = json_put(object, "name", json_object_new_string(entry->name)) &&
		  json_put(object, "dtype", json_object_new_string("INT")) &&
		  json_put(object, "enc_type", json_object_new_string(type)) &&
		  json_put(object, "is_sym", json_object_new_boolean(entry->symmetric)) &&
		  json_put(object, "bw", json_object_new_int(entry->bits));
	size_t i;

	for (i = 0; ok && i < entry->channels; i++)
		ok = json_append(scale, json_number(entry->scale[i])) &&
		     json_append(offset, json_number((double)to_offset(entry, i)));
	ok = json_put(object, "scale", scale) && ok;
	if (json_put(object, "offset", offset) && ok)
		return object;
	json_object_put(object);
	return NULL;
}

struct json_object *aimet_1_write(const struct qmac_table *table)
{
	struct json_object *root = json_object_new_object();
	struct json_object *section[2] = { json_object_new_array(), json_object_new_array() };
	bool ok = put_version(root, "1.0.0");
	size_t i;

	for (i = 0; ok && i < table->count; i++)
		ok = json_append(section[table->entries[i].parameter],
				 write_listed(&table->entries[i]));
	ok = json_put(root, "activation_encodings", section[0]) && ok;
	if (json_put(root, "param_encodings", section[1]) && ok)
		return root;
	json_object_put(root);
	return NULL;
}
