// SPDX-License-Identifier: MIT
#include "formats/entry.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "quant/exact.h"

int entry_init(struct qmac_table_entry *entry, const char *name, size_t channels)
{
	memset(entry, 0, sizeof(*entry));
	entry->name = strdup(name);
	entry->channels = channels;
	entry->scale = calloc(channels, sizeof(*entry->scale));
	entry->zero_point = calloc(channels, sizeof(*entry->zero_point));
	entry->lo = calloc(channels, sizeof(*entry->lo));
	entry->hi = calloc(channels, sizeof(*entry->hi));
	if (entry->name && entry->scale && entry->zero_point && entry->lo && entry->hi)
		return 0;
	entry_release(entry);
	return -ENOMEM;
}

void entry_release(struct qmac_table_entry *entry)
{
	free(entry->name);
	free(entry->scale);
	free(entry->zero_point);
	free(entry->lo);
	free(entry->hi);
	memset(entry, 0, sizeof(*entry));
}

int64_t entry_q_min(const struct qmac_table_entry *entry)
{
	return entry->is_signed ? -((int64_t)1 << (entry->bits - 1)) : 0;
}

int64_t entry_q_max(const struct qmac_table_entry *entry)
{
	return entry_q_min(entry) + ((int64_t)1 << entry->bits) - 1;
}

EXACT void entry_reach(struct qmac_table_entry *entry)
{
	size_t i;

	for (i = 0; i < entry->channels; i++) {
		int64_t lowest = entry_q_min(entry);

		if (entry->symmetric && entry->is_signed && !entry->zero_point[i])
			lowest = -entry_q_max(entry);
		entry->lo[i] = entry->scale[i] * (double)(lowest - entry->zero_point[i]) + 0.0;
		entry->hi[i] =
			entry->scale[i] * (double)(entry_q_max(entry) - entry->zero_point[i]);
	}
}

/* Bytes of the UTF-8 character at @c; 0 for what is none. */
static size_t utf8_length(const unsigned char *c)
{
	size_t length = c[0] < 0x80 ? 1 : c[0] >> 5 == 6 ? 2 : c[0] >> 4 == 14 ? 3 : 4, i;
	uint32_t code = c[0] & (0xff >> (length > 1 ? length + 1 : 1));

	if (length == 4 && c[0] >> 3 != 30)
		return 0;
	for (i = 1; i < length; i++) {
		if (c[i] >> 6 != 2)
			return 0;
		code = code << 6 | (c[i] & 0x3f);
	}
	/* Longer than need be, surrogates, beyond Unicode. */
	if (length > 1 && (code < (length == 2	 ? 0x80u
				   : length == 3 ? 0x800u
						 : 0x10000u) ||
			   (code >= 0xd800 && code < 0xe000) || code > 0x10ffff))
		return 0;
	return length;
}

static int check_name(struct qmac_context *context, const char *name)
{
	const unsigned char *c = (const unsigned char *)name;

	if (!name || !*name)
		return qmac_fail(context, -EINVAL, "an entry has no name: name every tensor");
	for (; *c; c += utf8_length(c))
		if (*c < ' ' || *c == 0x7f || !utf8_length(c))
			return qmac_fail(
				context, -EINVAL,
				"entry '%.60s': byte 0x%02x in its name: use printable UTF-8", name,
				*c);
	return 0;
}

static EXACT int check_channel(struct qmac_context *context, const struct qmac_table_entry *entry,
			       size_t i)
{
	if (!(entry->scale[i] >= FLT_MIN && entry->scale[i] <= FLT_MAX))
		return qmac_fail(context, -EINVAL,
				 "entry '%.60s': scale %g of channel %zu is not a positive, normal "
				 "fp32: calibrate it again",
				 entry->name, entry->scale[i], i);
	if (entry->zero_point[i] < entry_q_min(entry) || entry->zero_point[i] > entry_q_max(entry))
		return qmac_fail(context, -EINVAL,
				 "entry '%.60s': zero point %d of channel %zu is no code of %s%u",
				 entry->name, entry->zero_point[i], i, entry->is_signed ? "s" : "u",
				 entry->bits);
	if (!isfinite(entry->lo[i]) || !isfinite(entry->hi[i]) || entry->lo[i] > entry->hi[i] ||
	    fabs(entry->lo[i]) > 1e300 || fabs(entry->hi[i]) > 1e300)
		return qmac_fail(context, -EINVAL,
				 "entry '%.60s': range %g to %g of channel %zu: bounds must be "
				 "finite and in order",
				 entry->name, entry->lo[i], entry->hi[i], i);
	return 0;
}

static int check_shape(struct qmac_context *context, const struct qmac_table_entry *entry)
{
	size_t product = 1;
	unsigned int i;

	if (entry->block && entry->axis == QMAC_PER_TENSOR)
		return qmac_fail(context, -EINVAL, "entry '%.60s': blocks of %zu need an axis",
				 entry->name, entry->block);
	if (entry->rank > QMAC_TABLE_RANK || (entry->rank && !entry->block) ||
	    (entry->rank && (unsigned int)entry->axis >= entry->rank))
		return qmac_fail(context, -EINVAL,
				 "entry '%.60s': scales of %u dimensions, axis %d, blocks of %zu: "
				 "a shape is of blocks along one of up to %d dimensions",
				 entry->name, entry->rank, entry->axis, entry->block,
				 QMAC_TABLE_RANK);
	for (i = 0; i < entry->rank; i++)
		if (__builtin_mul_overflow(product, entry->shape[i], &product))
			product = 0;
	if (entry->rank && product != entry->channels)
		return qmac_fail(context, -EINVAL,
				 "entry '%.60s': %zu scales do not have the shape that is told",
				 entry->name, entry->channels);
	return 0;
}

int entry_check(struct qmac_context *context, const struct qmac_table_entry *entry)
{
	int error = check_name(context, entry->name);
	size_t i;

	if (error)
		return error;
	if (entry->bits < 2 || entry->bits > 32)
		return qmac_fail(context, -EINVAL, "entry '%.60s': %u bits: use 2 to 32",
				 entry->name, entry->bits);
	if (!entry->channels || entry->axis < QMAC_PER_TENSOR ||
	    (entry->axis == QMAC_PER_TENSOR && entry->channels != 1))
		return qmac_fail(context, -EINVAL,
				 "entry '%.60s': %zu scales for axis %d: a scale per channel needs "
				 "the axis, one scale has none",
				 entry->name, entry->channels, entry->axis);
	error = check_shape(context, entry);
	for (i = 0; !error && i < entry->channels; i++)
		error = check_channel(context, entry, i);
	return error;
}

int entry_adopt(struct qmac_context *context, struct qmac_table *table,
		struct qmac_table_entry *entry)
{
	struct qmac_table_entry *entries;
	int error = entry_check(context, entry);

	/* Room is a power of two. */
	if (!error && !(table->count & (table->count - 1))) {
		entries = reallocarray(table->entries, table->count ? 2 * table->count : 1,
				       sizeof(*entries));
		if (entries)
			table->entries = entries;
		else
			error = qmac_fail_nomem(context, "a table");
	}
	if (error) {
		entry_release(entry);
		return error;
	}
	table->entries[table->count++] = *entry;
	return 0;
}

int entry_check_unblocked(struct qmac_context *context, const struct qmac_table *table,
			  const char *format)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (table->entries[i].block)
			return qmac_fail(
				context, -EINVAL,
				"entry '%.60s': %s has no scales per block: choose one per "
				"tensor or channel, or write qmac or aimet-2.0.0",
				table->entries[i].name, format);
	return 0;
}

bool entry_symmetric_8(const struct qmac_table_entry *entry)
{
	int32_t middle = entry->is_signed ? 0 : 128;
	size_t i;

	for (i = 0; i < entry->channels; i++)
		if (entry->zero_point[i] != middle)
			return false;
	return entry->bits == 8;
}
