// SPDX-License-Identifier: MIT
/* ncnn's .table: "NAME RECIPROCAL...". */
#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "formats/entry.h"
#include "formats/format.h"
#include "formats/lines.h"

#define NUMBER_CHARS "0123456789+-.eE"

/* The next word of the line; its length is 0 at the end. */
static size_t next_word(const struct lines *lines, const char **at)
{
	const char *end = lines->line + lines->length;
	size_t length = 0;

	while (*at < end && (**at == ' ' || **at == '\t'))
		++*at;
	while (*at + length < end && (*at)[length] != ' ' && (*at)[length] != '\t')
		length++;
	return length;
}

static int read_scale(struct qmac_context *context, const struct lines *lines, const char *word,
		      size_t length, double *scale)
{
	char *end;
	float reciprocal;

	/* Neither "inf", "nan" nor hexadecimals. */
	if (strspn(word, NUMBER_CHARS) < length)
		return lines_fail(context, lines, word, "'%.*s' is no finite number",
				  (int)(length > 40 ? 40 : length), word);
	reciprocal = strtof(word, &end);
	if (end != word + length)
		return lines_fail(context, lines, word, "'%.*s' is no number",
				  (int)(length > 40 ? 40 : length), word);
	*scale = 1 / (double)reciprocal;
	if (!(reciprocal > 0) || !(*scale >= FLT_MIN && *scale <= FLT_MAX))
		return lines_fail(context, lines, word,
				  "scale %.*s: its reciprocal must be a positive, normal fp32; "
				  "\"%%f\" may have cut its digits: calibrate that tensor again",
				  (int)(length > 40 ? 40 : length), word);
	return 0;
}

static size_t count_words(const struct lines *lines, const char *at)
{
	size_t count = 0, length;

	for (; (length = next_word(lines, &at)); at += length)
		count++;
	return count;
}

/* NAME_param_N */
static bool is_parameter(const char *name)
{
	const char *mark = NULL, *next = name;

	while ((next = strstr(next, "_param_")))
		mark = next++;
	return mark && mark != name && mark[7] && !mark[7 + strspn(mark + 7, "0123456789")];
}

static int read_line(const struct source *source, const struct lines *lines)
{
	const char *at = lines->line, *word;
	size_t length = next_word(lines, &at), channels = count_words(lines, at + length), i;
	char *name = strndup(at, length);
	struct qmac_table_entry entry;
	int error = 0;

	if (!name || !channels || entry_init(&entry, name, channels)) {
		error = name && !channels ? lines_fail(source->context, lines, at,
						       "'%.40s' has no scale", name)
					  : qmac_fail_nomem(source->context, "a table");
		free(name);
		return error;
	}
	free(name);
	entry.parameter = is_parameter(entry.name);
	entry.bits = 8;
	entry.is_signed = true;
	entry.symmetric = true;
	entry.axis = channels > 1 ? 0 : QMAC_PER_TENSOR;
	word = at + length;
	for (i = 0; !error && i < channels; i++, word += length) {
		length = next_word(lines, &word);
		error = read_scale(source->context, lines, word, length, &entry.scale[i]);
	}
	if (error) {
		entry_release(&entry);
		return error;
	}
	entry_reach(&entry);
	return entry_adopt(source->context, source->table, &entry);
}

int ncnn_read(const struct source *source)
{
	struct lines lines = { .at = source->text };
	int error = 0;

	while (!error && lines_next(&lines))
		error = read_line(source, &lines);
	return error;
}

int ncnn_check(struct qmac_context *context, const struct qmac_table *table)
{
	int error = entry_check_unblocked(context, table, "an ncnn table");
	size_t i;

	for (i = 0; !error && i < table->count; i++) {
		const struct qmac_table_entry *entry = &table->entries[i];

		if (strchr(entry->name, ' '))
			return qmac_fail(
				context, -EINVAL,
				"entry '%.60s': a name in an ncnn table has no spaces: rename "
				"it",
				entry->name);
		if (!entry_symmetric_8(entry))
			return qmac_fail(
				context, -EINVAL,
				"entry '%.60s': an ncnn table holds symmetric 8-bit scales "
				"only: choose such ones first",
				entry->name);
		if (entry->axis > 0)
			return qmac_fail(
				context, -EINVAL,
				"entry '%.60s': an ncnn table has channels of axis 0, not %d",
				entry->name, entry->axis);
	}
	return error;
}

void ncnn_write(const struct qmac_table *table, FILE *out)
{
	size_t i, c;

	for (i = 0; i < table->count; i++) {
		fprintf(out, "%s ", table->entries[i].name);
		for (c = 0; c < table->entries[i].channels; c++)
			fprintf(out, "%.9g ", (double)(float)(1 / table->entries[i].scale[c]));
		fprintf(out, "\n");
	}
}
