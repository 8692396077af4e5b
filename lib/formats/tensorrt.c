// SPDX-License-Identifier: MIT
/* TensorRT's calibration cache: "TRT-VERSION-CALIBRATOR", then "NAME: BITS". */
#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "formats/entry.h"
#include "formats/format.h"
#include "formats/lines.h"

#define DEFAULT_HEAD "TRT-8601-EntropyCalibration2"
#define HEX_DIGITS   "0123456789abcdefABCDEF"

static int read_head(const struct source *source, struct lines *lines)
{
	if (!lines_next(lines) || lines->length < 5 || strncmp(lines->line, "TRT-", 4)) {
		if (!lines->line)
			lines->line = source->text;
		return lines_fail(source->context, lines, lines->line,
				  "a calibration cache begins with TRT-VERSION-CALIBRATOR");
	}
	source->table->producer = strndup(lines->line, lines->length);
	return source->table->producer ? 0 : qmac_fail_nomem(source->context, "a table");
}

/* The last ": " of the line: names may have others. NULL without. */
static const char *separator(const struct lines *lines)
{
	const char *at;

	for (at = lines->line + lines->length - 1; at > lines->line; at--)
		if (at[-1] == ':' && *at == ' ')
			return at - 1;
	return NULL;
}

static int read_bits(const struct source *source, const struct lines *lines, const char *at,
		     double *scale)
{
	size_t length = (size_t)(lines->line + lines->length - at);
	uint32_t bits;
	float value;

	if (!length || length > 8 || strspn(at, HEX_DIGITS) < length)
		return lines_fail(source->context, lines, at,
				  "'%.*s': expected the scale as up to 8 hexadecimal digits",
				  (int)(length > 40 ? 40 : length), at);
	bits = (uint32_t)strtoul(at, NULL, 16);
	memcpy(&value, &bits, sizeof(value));
	if (!(value >= FLT_MIN && value <= FLT_MAX))
		return lines_fail(source->context, lines, at,
				  "scale %.*s (%g) is not a positive, normal fp32: calibrate that "
				  "tensor again",
				  (int)length, at, (double)value);
	*scale = (double)value;
	return 0;
}

static int read_line(const struct source *source, const struct lines *lines)
{
	const char *colon = separator(lines);
	struct qmac_table_entry entry;
	double scale = 0;
	char *name;
	int error;

	if (!colon || colon == lines->line)
		return lines_fail(source->context, lines, lines->line, "expected NAME: SCALE");
	error = read_bits(source, lines, colon + 2, &scale);
	if (error)
		return error;
	name = strndup(lines->line, (size_t)(colon - lines->line));
	error = name ? entry_init(&entry, name, 1) : -ENOMEM;
	free(name);
	if (error)
		return qmac_fail_nomem(source->context, "a table");
	entry.bits = 8;
	entry.is_signed = true;
	entry.symmetric = true;
	entry.axis = QMAC_PER_TENSOR;
	entry.scale[0] = scale;
	entry_reach(&entry);
	return entry_adopt(source->context, source->table, &entry);
}

int tensorrt_read(const struct source *source)
{
	struct lines lines = { .at = source->text };
	int error = read_head(source, &lines);

	while (!error && lines_next(&lines))
		error = read_line(source, &lines);
	return error;
}

int tensorrt_check(struct qmac_context *context, const struct qmac_table *table)
{
	int error = entry_check_unblocked(context, table, "a TensorRT cache");
	size_t i;

	for (i = 0; !error && i < table->count; i++) {
		const struct qmac_table_entry *entry = &table->entries[i];

		if (!entry_symmetric_8(entry) || entry->channels != 1)
			return qmac_fail(
				context, -EINVAL,
				"entry '%.60s': a TensorRT cache holds one symmetric 8-bit "
				"scale per tensor: choose such ones first",
				entry->name);
	}
	return error;
}

void tensorrt_write(const struct qmac_table *table, FILE *out)
{
	bool own = table->producer && !strncmp(table->producer, "TRT-", 4);
	size_t i;

	fprintf(out, "%s\n", own ? table->producer : DEFAULT_HEAD);
	for (i = 0; i < table->count; i++) {
		float scale = (float)table->entries[i].scale[0];
		uint32_t bits;

		memcpy(&bits, &scale, sizeof(bits));
		fprintf(out, "%s: %08x\n", table->entries[i].name, bits);
	}
}
