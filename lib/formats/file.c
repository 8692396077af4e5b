// SPDX-License-Identifier: MIT
#include "formats/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"

#define CHUNK ((size_t)1 << 16)

/* Grows as it reads: a pipe has no size, and a file may be growing. */
static int read_all(FILE *file, size_t limit, char **out, size_t *size)
{
	size_t room = CHUNK, used = 0, got;
	char *bytes = malloc(room + 1), *more;

	while (bytes) {
		got = fread(bytes + used, 1, room - used, file);
		used += got;
		if (used > limit || ferror(file)) {
			free(bytes);
			return used > limit ? -EFBIG : -EIO;
		}
		if (used < room) {
			bytes[used] = '\0';
			*out = bytes;
			*size = used;
			return 0;
		}
		room *= 2;
		more = realloc(bytes, room + 1);
		if (!more)
			free(bytes);
		bytes = more;
	}
	return -ENOMEM;
}

int file_read(struct qmac_context *context, const char *path, size_t limit, char **out,
	      size_t *size)
{
	FILE *file = fopen(path, "rbe");
	int error;

	if (!file) {
		error = -errno;
		return qmac_fail(context, error, "%s: %s", path, strerror(-error));
	}
	error = read_all(file, limit, out, size);
	fclose(file);
	if (error == -EFBIG)
		return qmac_fail(context, error, "%s: more than %zu bytes: this is no such file",
				 path, limit);
	if (error)
		return qmac_fail(context, error, "%s: cannot read: %s", path, strerror(-error));
	return 0;
}

static int write_all(FILE *file, const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, file) != size || fflush(file) || fsync(fileno(file)))
		return errno ? -errno : -EIO;
	return 0;
}

int file_write(struct qmac_context *context, const char *path, const void *bytes, size_t size)
{
	char *temporary;
	FILE *file;
	int error;

	if (asprintf(&temporary, "%s.%ld.tmp", path, (long)getpid()) < 0)
		return qmac_fail_nomem(context, "a file name");
	file = fopen(temporary, "wbxe");
	error = file ? write_all(file, bytes, size) : -errno;
	if (file && fclose(file) && !error)
		error = -errno;
	if (!error && rename(temporary, path))
		error = -errno;
	if (error) {
		qmac_fail(context, error, "%s: cannot write: %s", path, strerror(-error));
		if (file)
			unlink(temporary);
	}
	free(temporary);
	return error;
}
