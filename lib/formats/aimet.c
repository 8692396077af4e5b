// SPDX-License-Identifier: MIT
/* AIMET's encodings, versions 0.x: dictionaries. */
#include <errno.h>

#include "context.h"
#include "formats/aimet.h"

/* Encoding @i of @count of a dictionary's entry. */
static int read_encoding(const struct json_place *place, struct qmac_table_entry *entry, size_t i)
{
	struct qmac_table_entry kind = { 0 };
	int64_t offset;
	int error = aimet_read_kind(place, &aimet_keys_0, &kind);

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
		error = aimet_take_offset(place, entry, i, offset);
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
	int error = aimet_check_version(source, "0.");

	if (!error)
		error = read_dictionary(source, "activation_encodings", false);
	return error ? error : read_dictionary(source, "param_encodings", true);
}

/* One channel of a dictionary's entry; min and max are what the codes reach. */
static struct json_object *write_encoding(const struct qmac_table_entry *entry, size_t i)
{
	struct json_object *object = json_object_new_object();
	double scale = entry->scale[i], offset = (double)aimet_offset(entry, i);
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

int aimet_check(struct qmac_context *context, const struct qmac_table *table)
{
	return entry_check_unblocked(context, table, "AIMET's version 0.6.1");
}

struct json_object *aimet_write(const struct qmac_table *table)
{
	struct json_object *root = json_object_new_object();
	struct json_object *section[2] = { json_object_new_object(), json_object_new_object() };
	bool ok = aimet_put_version(root, "0.6.1");
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
