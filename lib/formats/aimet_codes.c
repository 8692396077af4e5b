// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "context.h"
#include "formats/aimet.h"

const struct aimet_keys aimet_keys_0 = { "bitwidth", "is_symmetric" };
const struct aimet_keys aimet_keys_1 = { "bw", "is_sym" };

int aimet_check_version(const struct source *source, const char *known)
{
	struct json_object *version = json_object_object_get(source->root, "version");
	const char *text;

	if (!json_object_is_type(version, json_type_string))
		return 0;
	text = json_object_get_string(version);
	if (!strncmp(text, known, strlen(known)))
		return 0;
	return qmac_fail(source->context, -EINVAL,
			 "version '%.20s': encodings of this form have versions %sx; 0.x, 1.x and "
			 "2.x are read",
			 text, known);
}

int64_t aimet_offset(const struct qmac_table_entry *entry, size_t i)
{
	return -((int64_t)entry->zero_point[i] - entry_q_min(entry));
}

int aimet_take_offset(const struct json_place *place, struct qmac_table_entry *entry, size_t i,
		      int64_t offset)
{
	int64_t zero = -offset + entry_q_min(entry);

	if (zero < entry_q_min(entry) || zero > entry_q_max(entry) || zero > INT32_MAX)
		return json_fail(place, "offset", "is no negative of a code");
	entry->zero_point[i] = (int32_t)zero;
	return 0;
}

int aimet_read_kind(const struct json_place *place, const struct aimet_keys *keys,
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

void aimet_reach(struct qmac_table_entry *entry)
{
	bool symmetric = entry->symmetric;

	entry->symmetric = false;
	entry_reach(entry);
	entry->symmetric = symmetric;
}

bool aimet_put_version(struct json_object *root, const char *version)
{
	return json_put(root, "version", json_object_new_string(version));
}
