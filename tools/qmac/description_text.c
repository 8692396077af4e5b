// SPDX-License-Identifier: MIT
#include "description_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Far more than a description has beside its numbers. */
#define REST_MAX  ((size_t)1 << 20)
#define DEPTH_MAX 8
#define COLUMNS	  7

/* Stands for an array in what is left. */
static const char placeholder[] = "null";

/* An array that was taken out: @at in what is left, @length in the file. */
struct cut {
	size_t at, length;
};

/* The file while it is read. */
struct scanner {
	const char *path;
	FILE *file;
	size_t offset;
	char *rest;
	size_t used, room;
	struct description_numbers *columns[COLUMNS];
	struct cut cuts[COLUMNS];
	size_t cut_count, depth;
	char key[24]; /* of the value at hand, at depth 1 */
	size_t key_length;
	bool in_string, escaped, key_due, value_due;
};

static int fail_at(const struct scanner *scanner, size_t offset, const char *what)
{
	fprintf(stderr, "qmac dequantize: %s: offset %zu: %s\n", scanner->path, offset, what);
	return -EINVAL;
}

static int fail(const struct scanner *scanner, int error)
{
	fprintf(stderr, "qmac dequantize: %s: %s\n", scanner->path, strerror(-error));
	return error;
}

static int keep(struct scanner *scanner, char c)
{
	char *more;

	if (scanner->used == REST_MAX)
		return fail_at(scanner, scanner->offset,
			       "too much text beside the numbers: this is no description");
	if (scanner->used == scanner->room) {
		more = realloc(scanner->rest, scanner->room ? 2 * scanner->room : 4096);
		if (!more)
			return fail(scanner, -ENOMEM);
		scanner->room = scanner->room ? 2 * scanner->room : 4096;
		scanner->rest = more;
	}
	scanner->rest[scanner->used++] = c;
	return 0;
}

static int keep_text(struct scanner *scanner, const char *text)
{
	int ret = 0;

	while (!ret && *text)
		ret = keep(scanner, *text++);
	return ret;
}

/* The array that the value at hand is, if it is one of those. */
static struct description_numbers *column(const struct scanner *scanner)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *key = scanner->columns[i]->key;

		if (strlen(key) == scanner->key_length &&
		    !memcmp(key, scanner->key, scanner->key_length))
			return scanner->columns[i];
	}
	return NULL;
}

static int take_array(struct scanner *scanner, struct description_numbers *numbers)
{
	const size_t start = scanner->offset - 1;
	const char *what;
	int ret = description_numbers_read(scanner->file, &scanner->offset, numbers, &what);

	if (ret && what)
		fprintf(stderr,
			"qmac dequantize: %s: \"%s\" %s; expected what qmac quantize -o writes\n",
			scanner->path, numbers->key, what);
	else if (ret && ferror(scanner->file))
		fail(scanner, errno ? -errno : -EIO);
	else if (ret)
		fail_at(scanner, scanner->offset,
			feof(scanner->file) ? "the JSON text ends too early" : "number expected");
	if (ret)
		return ret;
	scanner->cuts[scanner->cut_count++] =
		(struct cut){ scanner->used, scanner->offset - start };
	return keep_text(scanner, placeholder);
}

static void in_string(struct scanner *scanner, char c)
{
	if (scanner->escaped)
		scanner->escaped = false;
	else if (c == '\\')
		scanner->escaped = true;
	else if (c == '"')
		scanner->in_string = false;
	if (scanner->key_due && scanner->in_string && scanner->key_length < sizeof(scanner->key))
		scanner->key[scanner->key_length++] = c;
}

/* Follows the text as far as it takes to know which value belongs to which key. */
static void follow(struct scanner *scanner, char c)
{
	switch (c) {
	case '"':
		scanner->in_string = true;
		if (scanner->key_due)
			scanner->key_length = 0;
		break;
	case '{':
	case '[':
		scanner->key_due = !scanner->depth++ && c == '{';
		break;
	case '}':
	case ']':
		scanner->depth -= scanner->depth > 0;
		break;
	case ',':
		scanner->key_due = scanner->depth == 1;
		break;
	case ':':
		scanner->key_due = false;
		scanner->value_due = scanner->depth == 1;
		return;
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return;
	default:
		break;
	}
	scanner->value_due = false;
}

static int take(struct scanner *scanner, char c)
{
	struct description_numbers *numbers = NULL;

	if (scanner->in_string) {
		in_string(scanner, c);
		return keep(scanner, c);
	}
	if (c == '[' && scanner->value_due)
		numbers = column(scanner);
	follow(scanner, c);
	if (!numbers)
		return keep(scanner, c);
	scanner->depth--; /* its end is taken with it */
	return take_array(scanner, numbers);
}

static int scan(struct scanner *scanner)
{
	int c, ret = 0;

	errno = 0;
	while (!ret && (c = getc_unlocked(scanner->file)) != EOF) {
		scanner->offset++;
		ret = take(scanner, (char)c);
	}
	if (!ret && ferror(scanner->file))
		return fail(scanner, errno ? -errno : -EIO);
	return ret ? ret : keep(scanner, '\0');
}

/* Where in the file what is at @at in the rest stands. */
static size_t offset_of(const struct scanner *scanner, size_t at)
{
	size_t offset = at;

	for (size_t i = 0; i < scanner->cut_count && scanner->cuts[i].at < at; i++)
		offset += scanner->cuts[i].length - strlen(placeholder);
	return offset;
}

static int parse(const struct scanner *scanner, struct json_object **root)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	const size_t size = scanner->used - 1;
	const char *rest = scanner->rest;
	enum json_tokener_error error;
	size_t end;

	if (!tokener)
		return fail(scanner, -ENOMEM);
	*root = json_tokener_parse_ex(tokener, rest, (int)size);
	error = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (error != json_tokener_success)
		return fail_at(scanner, offset_of(scanner, end),
			       error == json_tokener_continue ? "the JSON text ends too early"
							      : json_tokener_error_desc(error));
	if (end + strspn(rest + end, " \t\r\n") != size)
		return fail_at(scanner, offset_of(scanner, end), "text behind the object");
	return 0;
}

int description_text_read(const char *path, struct description_text *out)
{
	struct description_numbers passed[COLUMNS - 3] = {
		{ .key = "lo", .elements = DESCRIPTION_PASSED },
		{ .key = "hi", .elements = DESCRIPTION_PASSED },
		{ .key = "encoding_min", .elements = DESCRIPTION_PASSED },
		{ .key = "encoding_max", .elements = DESCRIPTION_PASSED },
	};
	struct scanner scanner = {
		.path = path,
		.file = fopen(path, "rbe"),
		.columns = { &out->scale, &out->zero_point, &out->codebook, &passed[0], &passed[1],
			     &passed[2], &passed[3] },
	};
	int ret;

	*out = (struct description_text){
		.scale = { .key = "scale", .elements = DESCRIPTION_FLOATS },
		.zero_point = { .key = "zero_point", .elements = DESCRIPTION_INTEGERS },
		.codebook = { .key = "codebook", .elements = DESCRIPTION_LISTS },
	};
	if (!scanner.file)
		return fail(&scanner, -errno);
	ret = scan(&scanner);
	fclose(scanner.file);
	if (!ret)
		ret = parse(&scanner, &out->root);
	free(scanner.rest);
	return ret;
}

void description_text_free(struct description_text *text)
{
	json_object_put(text->root);
	description_numbers_free(&text->scale);
	description_numbers_free(&text->zero_point);
	description_numbers_free(&text->codebook);
}
