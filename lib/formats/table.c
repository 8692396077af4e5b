// SPDX-License-Identifier: MIT
/* Tables in memory. */
#include <qmac/table.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"
#include "formats/entry.h"

void qmac_table_release(struct qmac_table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		entry_release(&table->entries[i]);
	free(table->entries);
	free(table->producer);
	memset(table, 0, sizeof(*table));
}

const struct qmac_table_entry *qmac_table_find(const struct qmac_table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (!strcmp(table->entries[i].name, name))
			return &table->entries[i];
	return NULL;
}

static int check_new(struct qmac_context *context, const struct qmac_table *table, const char *name)
{
	if (name && qmac_table_find(table, name))
		return qmac_fail(context, -EEXIST,
				 "entry '%.60s' is there twice: names must differ", name);
	return 0;
}

int qmac_table_add(struct qmac_context *context, struct qmac_table *table,
		   const struct qmac_table_entry *entry)
{
	struct qmac_table_entry copy;
	int error = entry_check(context, entry);

	if (!error)
		error = check_new(context, table, entry->name);
	if (error)
		return error;
	if (entry_init(&copy, entry->name, entry->channels))
		return qmac_fail_nomem(context, "a table");
	copy.parameter = entry->parameter;
	copy.bits = entry->bits;
	copy.is_signed = entry->is_signed;
	copy.symmetric = entry->symmetric;
	copy.axis = entry->axis;
	copy.block = entry->block;
	copy.rank = entry->rank;
	memcpy(copy.shape, entry->shape, sizeof(copy.shape));
	memcpy(copy.scale, entry->scale, entry->channels * sizeof(*copy.scale));
	memcpy(copy.zero_point, entry->zero_point, entry->channels * sizeof(*copy.zero_point));
	memcpy(copy.lo, entry->lo, entry->channels * sizeof(*copy.lo));
	memcpy(copy.hi, entry->hi, entry->channels * sizeof(*copy.hi));
	return entry_adopt(context, table, &copy);
}

static void take_params(struct qmac_table_entry *entry, const struct qmac_quant_spec *spec,
			const struct qmac_quant_params *params)
{
	size_t i;

	entry->bits = spec->bits ? spec->bits : (uint8_t)qmac_type_bits(spec->type);
	entry->is_signed = spec->type == QMAC_TYPE_S8 || spec->type == QMAC_TYPE_S16;
	entry->symmetric = spec->scheme != QMAC_SCHEME_ASYMMETRIC;
	for (i = 0; i < entry->channels; i++) {
		entry->scale[i] = (double)params->scale[i];
		entry->zero_point[i] = params->zero_point[i];
	}
}

/* Scales of @entry, which has its name and channels, from ranges. */
static int choose(struct qmac_context *context, const struct qmac_quant_spec *spec, const float *lo,
		  const float *hi, struct qmac_table_entry *entry)
{
	struct qmac_quant_params params;
	unsigned int bits = qmac_type_bits(spec->type);
	size_t i;
	int error;

	if (bits != 8 && bits != 16)
		return qmac_fail(context, -EINVAL, "type %s (%u): use s8, u8, s16 or u16",
				 qmac_type_name(spec->type), spec->type);
	error = qmac_quant_params_init(context, &params, spec->type, entry->channels);
	if (error)
		return error;
	error = qmac_quant_choose(context, spec, lo, hi, &params);
	if (!error)
		take_params(entry, spec, &params);
	else
		qmac_fail_more(context, error, "entry '%.60s': ", entry->name);
	for (i = 0; !error && i < entry->channels; i++) {
		entry->lo[i] = (double)lo[i];
		entry->hi[i] = (double)hi[i];
	}
	qmac_quant_params_release(&params);
	return error;
}

int qmac_table_add_range(struct qmac_context *context, struct qmac_table *table, const char *name,
			 bool parameter, const struct qmac_quant_spec *spec, int axis,
			 size_t channels, const float *lo, const float *hi)
{
	struct qmac_table_entry entry;
	int error = check_new(context, table, name);

	if (error)
		return error;
	if (!channels)
		return qmac_fail(context, -EINVAL, "entry '%.60s': no ranges", name);
	if (entry_init(&entry, name, channels))
		return qmac_fail_nomem(context, "a table");
	entry.parameter = parameter;
	entry.axis = axis;
	error = choose(context, spec, lo, hi, &entry);
	if (!error)
		return entry_adopt(context, table, &entry);
	entry_release(&entry);
	return error;
}

/* The range of @from as fp32, chosen anew into @to. */
static int choose_again(struct qmac_context *context, const struct qmac_quant_spec *spec,
			const struct qmac_table_entry *from, struct qmac_table *to)
{
	float *lo = calloc(from->channels, 2 * sizeof(*lo)), *hi = lo + from->channels;
	size_t i;
	int error;

	if (!lo)
		return qmac_fail_nomem(context, "ranges");
	for (i = 0; i < from->channels; i++) {
		lo[i] = (float)from->lo[i];
		hi[i] = (float)from->hi[i];
	}
	error = qmac_table_add_range(context, to, from->name, from->parameter, spec, from->axis,
				     from->channels, lo, hi);
	if (!error) {
		struct qmac_table_entry *chosen = &to->entries[to->count - 1];

		chosen->block = from->block;
		chosen->rank = from->rank;
		memcpy(chosen->shape, from->shape, sizeof(chosen->shape));
	}
	free(lo);
	return error;
}

int qmac_table_choose(struct qmac_context *context, struct qmac_table *table,
		      const struct qmac_quant_spec *spec)
{
	struct qmac_table chosen = { 0 };
	size_t i;
	int error = 0;

	for (i = 0; !error && i < table->count; i++)
		error = choose_again(context, spec, &table->entries[i], &chosen);
	if (error) {
		qmac_table_release(&chosen);
		return error;
	}
	chosen.producer = table->producer;
	table->producer = NULL;
	qmac_table_release(table);
	*table = chosen;
	return 0;
}
