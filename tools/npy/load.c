// SPDX-License-Identifier: MIT
#include "descr.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A header is a short Python dict; NumPy itself refuses more than 10,000 bytes. */
#define HEADER_MAX 10000u

/* Room for any array that qmac can use; a damaged shape must not ask for more. */
#define DATA_MAX ((size_t)1 << 36)

struct reader {
	const char *path;
	FILE *file;
	char *message;
	size_t message_size;
};

__attribute__((format(printf, 3, 4))) static int fail(const struct reader *reader, int error,
						      const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (char *s = text; *s; s++) /* what the file says is for no terminal to obey */
		if ((unsigned char)*s < ' ' || *s == 127)
			*s = '?';
	snprintf(reader->message, reader->message_size, "%s: %s",
		 *reader->path ? reader->path : "''", text);
	return error;
}

static const char *skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\n')
		s++;
	return s;
}

/* Find the value of a key of the dict; keys are quoted either way. */
static const char *find_value(const char *header, const char *key)
{
	for (const char *s = header; (s = strstr(s, key)); s += strlen(key)) {
		const char *end = s + strlen(key);

		if (s > header && (s[-1] == '\'' || s[-1] == '"') && *end == s[-1]) {
			end = skip_space(end + 1);
			if (*end == ':')
				return skip_space(end + 1);
		}
	}
	return NULL;
}

static int parse_descr(const struct reader *reader, const char *header, enum npy_type *type)
{
	const char *value = find_value(header, "descr");
	const char *end = value && *value && (*value == '\'' || *value == '"')
				  ? strchr(value + 1, *value)
				  : NULL;

	if (!end)
		return fail(reader, -ENOTSUP,
			    "structured or missing type; expected float32, float16, int8, uint8, "
			    "int16, uint16, int32 or int64");
	if (npy_type_from_descr(value + 1, (size_t)(end - value - 1), type))
		return fail(reader, -ENOTSUP,
			    "type %.*s is not supported; convert to float32, float16, int8, uint8, "
			    "int16, uint16, int32 or int64, little endian (numpy: a.astype('<f4'))",
			    (int)(end - value - 1 > 32 ? 32 : end - value - 1), value + 1);
	return 0;
}

static int parse_shape(const struct reader *reader, const char *header, struct npy_array *array)
{
	const char *s = find_value(header, "shape");

	if (!s || *s != '(')
		return fail(reader, -EINVAL, "damaged header: no shape");
	array->ndim = 0;
	array->count = 1;
	for (s = skip_space(s + 1); *s != ')'; s = skip_space(s)) {
		char *end;
		unsigned long long extent;

		errno = 0;
		extent = strtoull(s, &end, 10);
		if (*s < '0' || *s > '9' || errno)
			return fail(reader, -EINVAL, "damaged header: bad shape");
		if (array->ndim == NPY_MAX_DIMS)
			return fail(reader, -ENOTSUP, "more than %d dimensions", NPY_MAX_DIMS);
		array->shape[array->ndim++] = extent;
		if (__builtin_mul_overflow(array->count, extent, &array->count) ||
		    array->count > DATA_MAX / npy_type_size(array->type))
			return fail(reader, -EFBIG, "shape is too large");
		s = skip_space(end);
		if (*s == ',')
			s++;
		else if (*s != ')')
			return fail(reader, -EINVAL, "damaged header: bad shape");
	}
	return 0;
}

static int parse_header(const struct reader *reader, const char *header, struct npy_array *array)
{
	const char *order = find_value(header, "fortran_order");
	int ret;

	if (!order || (strncmp(order, "False", 5) && strncmp(order, "True", 4)))
		return fail(reader, -EINVAL, "damaged header: no fortran_order");
	ret = parse_descr(reader, header, &array->type);
	if (ret)
		return ret;
	ret = parse_shape(reader, header, array);
	if (ret)
		return ret;
	if (*order == 'T' && array->ndim > 1)
		return fail(reader, -ENOTSUP,
			    "Fortran order is not supported; save numpy.ascontiguousarray(a)");
	return 0;
}

static int read_header(const struct reader *reader, char *header)
{
	unsigned char start[12];
	uint32_t length;

	errno = 0;
	if (fread(start, 1, 10, reader->file) != 10 && ferror(reader->file))
		return fail(reader, errno ? -errno : -EIO, "cannot read: %s", strerror(errno));
	if (feof(reader->file) || memcmp(start, "\x93NUMPY", 6))
		return fail(reader, -EINVAL, "not an .npy file");
	length = start[8] | start[9] << 8;
	if (start[6] == 2 || start[6] == 3) {
		if (fread(start + 10, 1, 2, reader->file) != 2)
			return fail(reader, -EINVAL, "ends inside its header");
		length |= (uint32_t)start[10] << 16 | (uint32_t)start[11] << 24;
	} else if (start[6] != 1) {
		return fail(reader, -ENOTSUP, "format version %u is not supported", start[6]);
	}
	if (length > HEADER_MAX)
		return fail(reader, -EINVAL, "damaged: header of %u bytes, more than %u", length,
			    HEADER_MAX);
	if (fread(header, 1, length, reader->file) != length)
		return fail(reader, -EINVAL, "ends inside its header");
	header[length] = '\0';
	return 0;
}

/* Before memory is taken: a few bytes may claim to be an array of many. Pipes cannot tell. */
static int check_size(const struct reader *reader, size_t bytes)
{
	struct stat status;
	off_t start = ftello(reader->file);

	if (start < 0 || fstat(fileno(reader->file), &status) || !S_ISREG(status.st_mode))
		return 0;
	if (status.st_size - start < (off_t)bytes)
		return fail(reader, -EINVAL, "holds %lld bytes of data, its shape needs %zu",
			    (long long)(status.st_size - start), bytes);
	return 0;
}

static int read_data(const struct reader *reader, struct npy_array *array)
{
	size_t bytes = array->count * npy_type_size(array->type);
	size_t got;
	int ret = check_size(reader, bytes);

	if (ret)
		return ret;
	array->data = malloc(bytes ? bytes : 1);
	if (!array->data)
		return fail(reader, -ENOMEM, "no memory for %zu bytes", bytes);
	got = fread(array->data, 1, bytes, reader->file);
	if (got != bytes)
		ret = fail(reader, ferror(reader->file) ? -EIO : -EINVAL,
			   "holds %zu bytes of data, its shape needs %zu", got, bytes);
	else if (fgetc(reader->file) != EOF)
		ret = fail(reader, -EINVAL, "holds more data than its shape needs");
	if (ret)
		free(array->data);
	return ret;
}

int npy_load(const char *path, struct npy_array *array, char *message, size_t message_size)
{
	struct reader reader = { .path = path, .message = message, .message_size = message_size };
	char header[HEADER_MAX + 1];
	struct npy_array loaded = { 0 };
	int ret;

	reader.file = fopen(path, "rb");
	if (!reader.file) {
		ret = -errno;
		return fail(&reader, ret, "%s", strerror(-ret));
	}
	ret = read_header(&reader, header);
	if (!ret)
		ret = parse_header(&reader, header, &loaded);
	if (!ret)
		ret = read_data(&reader, &loaded);
	fclose(reader.file);
	if (!ret)
		*array = loaded;
	return ret;
}

void npy_free(struct npy_array *array)
{
	free(array->data);
	array->data = NULL;
}
