// SPDX-License-Identifier: MIT
/* AIMET's encodings, versions 1.x: lists, one of activations and one of parameters. */
#include <errno.h>
#include <string.h>

#include "context.h"
#include "formats/aimet.h"

/* Where the file does not tell the axis of blocks. */
#define BLOCK_AXIS 1

/* Kinds of entries: enc_type. */
enum kind {
	PER_TENSOR,
	PER_CHANNEL,
	PER_BLOCK,
	LPBQ,
	NO_KIND
};

static enum kind kind_of(const char *name)
{
	static const char *const names[] = {
		[PER_TENSOR] = "PER_TENSOR",
		[PER_CHANNEL] = "PER_CHANNEL",
		[PER_BLOCK] = "PER_BLOCK",
		[LPBQ] = "LPBQ",
	};
	enum kind kind;

	for (kind = PER_TENSOR; kind < NO_KIND; kind++)
		if (!strcmp(name, names[kind]))
			break;
	return kind;
}

static int read_channels(const struct json_place *place, struct qmac_table_entry *entry)
{
	int64_t offset;
	size_t i;
	int error = 0;

	for (i = 0; !error && i < entry->channels; i++) {
		error = json_get_number(place, "scale", i, &entry->scale[i]);
		if (!error)
			error = json_get_whole(place, "offset", i, &offset);
		if (!error)
			error = aimet_take_offset(place, entry, i, offset);
	}
	return error;
}

static int read_block_size(const struct json_place *place, struct qmac_table_entry *entry)
{
	int64_t block;
	int error = json_get_int(place, "block_size", 1, INT32_MAX, &block);

	if (!error) {
		entry->block = (size_t)block;
		entry->axis = BLOCK_AXIS;
	}
	return error;
}

/*
 * Low-power blockwise quantization: the integers of the blocks widen codes of
 * "compressed_bw" bits to "bw" bits, so that scale = scale of the channel times
 * integer. Entry @i is block i % blocks of channel i / blocks.
 */
static int read_lpbq(const struct json_place *place, struct qmac_table_entry *entry, size_t rows)
{
	size_t blocks = entry->channels / rows, i;
	int64_t integer, bits;
	double scale;
	int error = json_get_int(place, "compressed_bw", 2, entry->bits, &bits);

	if (!error && !entry->symmetric)
		error = json_fail(place, "is_sym", "is false: LPBQ is symmetric");
	if (error)
		return error;
	entry->bits = (uint8_t)bits;
	entry->rank = 2;
	entry->shape[0] = rows;
	entry->shape[1] = blocks;
	for (i = 0; !error && i < entry->channels; i++) {
		error = json_get_number(place, "scale", i / blocks, &scale);
		if (!error)
			error = json_get_whole(place, "per_block_int_scale", i, &integer);
		if (!error)
			entry->scale[i] = scale * (double)integer;
	}
	return error;
}

static int read_scales(const struct json_place *place, enum kind kind, size_t listed,
		       struct qmac_table_entry *entry)
{
	int error = aimet_read_kind(place, &aimet_keys_1, entry);

	entry->axis = kind == PER_CHANNEL ? 0 : QMAC_PER_TENSOR;
	if (!error && kind >= PER_BLOCK)
		error = read_block_size(place, entry);
	if (!error)
		error = kind == LPBQ ? read_lpbq(place, entry, listed)
				     : read_channels(place, entry);
	return error;
}

/* How many scales there will be, and how many the file lists; 0 with a message. */
static size_t count_scales(const struct json_place *place, enum kind kind, size_t *listed)
{
	size_t count;

	*listed = json_count(place, "scale");
	if (!*listed)
		return 0;
	if (kind != LPBQ) {
		count = json_count(place, "offset");
		if (count && count != *listed)
			json_fail(place, "offset", "is not as long as scale");
		return count == *listed ? count : 0;
	}
	count = json_count(place, "per_block_int_scale");
	if (count % *listed) {
		json_fail(place, "per_block_int_scale", "is no multiple of the scales long");
		return 0;
	}
	return count;
}

static int read_listed(const struct source *source, bool parameter, struct json_object *object)
{
	struct json_place place = { source->context, "(no name)", object };
	struct qmac_table_entry entry;
	const char *type;
	size_t channels, listed;
	enum kind kind;
	int error = json_get_text(&place, "name", &place.entry);

	if (!error)
		error = json_get_text(&place, "enc_type", &type);
	if (error)
		return error;
	kind = kind_of(type);
	if (kind == NO_KIND)
		return json_fail(&place, "enc_type",
				 "is none of PER_TENSOR, PER_CHANNEL, PER_BLOCK and LPBQ");
	channels = count_scales(&place, kind, &listed);
	if (!channels)
		return -EINVAL;
	if (entry_init(&entry, place.entry, channels))
		return qmac_fail_nomem(source->context, "a table");
	entry.parameter = parameter;
	error = read_scales(&place, kind, listed, &entry);
	if (!error) {
		aimet_reach(&entry);
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
	int error = aimet_check_version(source, "1.");

	if (!error)
		error = read_list(source, "activation_encodings", false);
	return error ? error : read_list(source, "param_encodings", true);
}

/* The list of scales is flat, channel by channel: row-major for blocks of a later axis. */
int aimet_1_check(struct qmac_context *context, const struct qmac_table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct qmac_table_entry *entry = &table->entries[i];

		if (entry->block && entry->axis != BLOCK_AXIS)
			return qmac_fail(context, -EINVAL,
					 "entry '%.60s': blocks of axis %d: AIMET's version 1.0.0 "
					 "does not name the axis, and %d is assumed: write "
					 "aimet-2.0.0",
					 entry->name, entry->axis, BLOCK_AXIS);
	}
	return 0;
}

static struct json_object *write_listed(const struct qmac_table_entry *entry)
{
	struct json_object *object = json_object_new_object();
	struct json_object *scale = json_object_new_array(), *offset = json_object_new_array();
	const char *type = entry->block			    ? "PER_BLOCK"
			   : entry->axis == QMAC_PER_TENSOR ? "PER_TENSOR"
							    : "PER_CHANNEL";
	bool ok = json_put(object, "name", json_object_new_string(entry->name)) &&
		  json_put(object, "dtype", json_object_new_string("INT")) &&
		  json_put(object, "enc_type", json_object_new_string(type)) &&
		  json_put(object, "is_sym", json_object_new_boolean(entry->symmetric)) &&
		  json_put(object, "bw", json_object_new_int(entry->bits));
	size_t i;

	if (ok && entry->block)
		ok = json_put(object, "block_size", json_object_new_int64((int64_t)entry->block));
	for (i = 0; ok && i < entry->channels; i++)
		ok = json_append(scale, json_number(entry->scale[i])) &&
		     json_append(offset, json_number((double)aimet_offset(entry, i)));
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
	bool ok = aimet_put_version(root, "1.0.0");
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
