// SPDX-License-Identifier: MIT
/* Which format, and what all formats share. */
#include "formats/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"
#include "formats/file.h"
#include "formats/json.h"
#include "formats/scope.h"

/* Below the 2^31 of json-c, far above any table. */
#define MAX_BYTES ((size_t)1 << 28)

static const struct format {
	const char *name;
	int (*read)(const struct source *source);
	/* Can the format hold the table? NULL: any. */
	int (*check)(struct qmac_context *context, const struct qmac_table *table);
	/* Text is written, JSON built. */
	void (*write)(const struct qmac_table *table, FILE *out);
	struct json_object *(*build)(const struct qmac_table *table);
} formats[] = {
	[QMAC_TABLE_DETECT] = { .name = "detect" },
	[QMAC_TABLE_QMAC] = { .name = "qmac", .read = qmac_json_read, .build = qmac_json_write },
	[QMAC_TABLE_NCNN] = { .name = "ncnn",
			      .read = ncnn_read,
			      .check = ncnn_check,
			      .write = ncnn_write },
	[QMAC_TABLE_TENSORRT] = { .name = "tensorrt",
				  .read = tensorrt_read,
				  .check = tensorrt_check,
				  .write = tensorrt_write },
	[QMAC_TABLE_ORT] = { .name = "ort",
			     .read = ort_read,
			     .check = ort_check,
			     .build = ort_write },
	[QMAC_TABLE_AIMET] = { .name = "aimet",
			       .read = aimet_read,
			       .check = aimet_check,
			       .build = aimet_write },
	[QMAC_TABLE_AIMET_1] = { .name = "aimet-1.0.0",
				 .read = aimet_1_read,
				 .check = aimet_1_check,
				 .build = aimet_1_write },
	[QMAC_TABLE_AIMET_2] = { .name = "aimet-2.0.0",
				 .read = aimet_2_read,
				 .check = aimet_2_check,
				 .build = aimet_2_write },
};

#define NUM_FORMATS (sizeof(formats) / sizeof(formats[0]))

const char *qmac_table_format_name(unsigned int format)
{
	return format < NUM_FORMATS ? formats[format].name : NULL;
}

/* By the keys that only one of them has. */
static unsigned int detect_json(struct json_object *root)
{
	struct json_object *section = NULL, *format = NULL;
	unsigned int found = QMAC_TABLE_ORT;

	if (json_object_object_get_ex(root, "format", &format) &&
	    json_object_is_type(format, json_type_string))
		return QMAC_TABLE_QMAC;
	if (json_object_object_get_ex(root, "encodings", &section) &&
	    json_object_is_type(section, json_type_array))
		return QMAC_TABLE_AIMET_2;
	section = NULL;
	if (!json_object_object_get_ex(root, "activation_encodings", &section))
		json_object_object_get_ex(root, "param_encodings", &section);
	if (section)
		found = json_object_is_type(section, json_type_array) ? QMAC_TABLE_AIMET_1
								      : QMAC_TABLE_AIMET;
	return found;
}

static bool looks_like_json(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (!strchr(" \t\r\n", text[i]) || !text[i])
			return text[i] == '{';
	return false;
}

unsigned int qmac_table_detect(const char *text, size_t size)
{
	struct qmac_context *context = NULL;
	struct json_object *root = NULL;
	unsigned int format = QMAC_TABLE_DETECT;
	char *copy;

	if (size > MAX_BYTES || !size || memchr(text, '\0', size))
		return QMAC_TABLE_DETECT;
	if (!looks_like_json(text, size))
		return size >= 4 && !memcmp(text, "TRT-", 4) ? QMAC_TABLE_TENSORRT
							     : QMAC_TABLE_NCNN;
	copy = strndup(text, size);
	if (copy && !qmac_context_create(&context) && !json_read(context, copy, size, &root))
		format = detect_json(root);
	json_object_put(root);
	qmac_context_destroy(context);
	free(copy);
	return format;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Quadratic time would be a gift to hostile files. */
static int check_unique(struct qmac_context *context, const struct qmac_table *table)
{
	char **names = calloc(table->count + 1, sizeof(*names));
	size_t i;
	int error = 0;

	if (!names)
		return qmac_fail_nomem(context, "a table");
	for (i = 0; i < table->count; i++)
		names[i] = table->entries[i].name;
	qsort(names, table->count, sizeof(*names), compare_names);
	for (i = 1; !error && i < table->count; i++)
		if (!strcmp(names[i - 1], names[i]))
			error = qmac_fail(context, -EEXIST,
					  "entry '%.60s' is there twice: names must differ",
					  names[i]);
	free(names);
	return error;
}

/* @source holds everything but the root. */
static int read_source(struct source *source, unsigned int format, size_t size)
{
	int error = 0;

	if (format == QMAC_TABLE_DETECT ? looks_like_json(source->text, size)
					: formats[format].build != NULL)
		error = json_read(source->context, source->text, size, &source->root);
	if (!error && format == QMAC_TABLE_DETECT)
		format = source->root ? detect_json(source->root)
				      : qmac_table_detect(source->text, size);
	if (!error && format == QMAC_TABLE_DETECT)
		error = qmac_fail(source->context, -EINVAL, "the file is empty");
	if (!error)
		error = formats[format].read(source);
	if (!error)
		error = check_unique(source->context, source->table);
	if (!error && !source->table->count)
		error = qmac_fail(source->context, -EINVAL,
				  "no entries: this is no table of format %s",
				  formats[format].name);
	json_object_put(source->root);
	return error;
}

static int check_arguments(struct qmac_context *context, unsigned int format, const char *text,
			   size_t size)
{
	const char *zero;

	if (format >= NUM_FORMATS)
		return qmac_fail(context, -EINVAL, "format %u is none of QMAC_TABLE_*", format);
	if (size > MAX_BYTES)
		return qmac_fail(context, -EINVAL, "%zu bytes: a table has up to %zu", size,
				 MAX_BYTES);
	zero = size ? memchr(text, '\0', size) : NULL;
	if (zero)
		return qmac_fail(context, -EINVAL, "offset %zu: a zero byte: this is no table",
				 (size_t)(zero - text));
	return 0;
}

int qmac_table_parse(struct qmac_context *context, unsigned int format,
		     const struct qmac_quant_spec *spec, const char *text, size_t size,
		     struct qmac_table *table)
{
	static const struct qmac_quant_spec usual = { .type = QMAC_TYPE_U8,
						      .scheme = QMAC_SCHEME_ASYMMETRIC };
	struct qmac_table parsed = { 0 };
	struct source source = { .context = context, .table = &parsed };
	struct scope scope;
	char *copy;
	int error = check_arguments(context, format, text, size);

	if (error)
		return error;
	copy = strndup(size ? text : "", size);
	if (!copy || scope_enter(&scope)) {
		free(copy);
		return qmac_fail_nomem(context, "a table");
	}
	source.spec = spec ? spec : &usual;
	source.text = copy;
	error = read_source(&source, format, size);
	scope_leave(&scope);
	free(copy);
	if (error)
		qmac_table_release(&parsed);
	else
		*table = parsed;
	return error;
}

static int print_json(struct qmac_context *context, struct json_object *root, char **text,
		      size_t *size)
{
	const char *made = json_object_to_json_string_length(
		root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE, size);
	char *copy = made ? malloc(*size + 2) : NULL;

	if (copy) {
		memcpy(copy, made, *size);
		memcpy(copy + *size, "\n", 2);
		++*size;
		*text = copy;
	}
	json_object_put(root);
	return copy ? 0 : qmac_fail_nomem(context, "the text of a table");
}

static int print_lines(struct qmac_context *context, const struct format *format,
		       const struct qmac_table *table, char **text, size_t *size)
{
	char *made = NULL;
	FILE *out;
	int failed;

	out = open_memstream(&made, size);
	if (!out)
		return qmac_fail_nomem(context, "the text of a table");
	format->write(table, out);
	failed = ferror(out);
	if (fclose(out) || failed) {
		free(made);
		return qmac_fail_nomem(context, "the text of a table");
	}
	*text = made;
	return 0;
}

static int print_format(struct qmac_context *context, const struct format *format,
			const struct qmac_table *table, char **text, size_t *size)
{
	struct json_object *root;
	int error = format->check ? format->check(context, table) : 0;

	if (error)
		return error;
	if (format->write)
		return print_lines(context, format, table, text, size);
	root = format->build(table);
	return root ? print_json(context, root, text, size)
		    : qmac_fail_nomem(context, "the JSON of a table");
}

int qmac_table_print(struct qmac_context *context, unsigned int format,
		     const struct qmac_table *table, char **text, size_t *size)
{
	struct scope scope;
	int error;

	if (format >= NUM_FORMATS || format == QMAC_TABLE_DETECT)
		return qmac_fail(context, -EINVAL, "format %u: say which of QMAC_TABLE_*", format);
	if (scope_enter(&scope))
		return qmac_fail_nomem(context, "the text of a table");
	error = print_format(context, &formats[format], table, text, size);
	scope_leave(&scope);
	return error;
}

int qmac_table_load(struct qmac_context *context, const char *path, unsigned int format,
		    const struct qmac_quant_spec *spec, struct qmac_table *table)
{
	size_t size;
	char *text;
	int error = file_read(context, path, MAX_BYTES, &text, &size);

	if (error)
		return error;
	error = qmac_table_parse(context, format, spec, text, size, table);
	if (error)
		qmac_fail_more(context, error, "%s: ", path);
	free(text);
	return error;
}

int qmac_table_save(struct qmac_context *context, const char *path, unsigned int format,
		    const struct qmac_table *table)
{
	size_t size;
	char *text;
	int error = qmac_table_print(context, format, table, &text, &size);

	if (error)
		return error;
	error = file_write(context, path, text, size);
	free(text);
	return error;
}
