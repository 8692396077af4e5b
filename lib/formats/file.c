// SPDX-License-Identifier: MIT
#include "formats/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "context.h"

#define CHUNK ((size_t)1 << 16)

/* Grows as it reads: a pipe has no size, and a file may be growing. */
static int read_all(FILE *file, size_t limit, char **out, size_t *size)
{
	size_t room = CHUNK, used = 0, got;
	char *bytes = malloc(room + 1), *more;

	while (bytes) {
		errno = 0;
		got = fread(bytes + used, 1, room - used, file);
		used += got;
		if (used > limit || ferror(file)) {
			int error = errno ? -errno : -EIO;

			free(bytes);
			return used > limit ? -EFBIG : error;
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
	errno = 0;
	if (fwrite(bytes, 1, size, file) != size || fflush(file))
		return errno ? -errno : -EIO;
	return 0;
}

static int open_temporary(const char *target, char **temporary, FILE **file)
{
	if (asprintf(temporary, "%s.%ld.tmp", target, (long)getpid()) < 0) {
		*temporary = NULL;
		return -ENOMEM;
	}
	*file = fopen(*temporary, "wbxe");
	return *file ? 0 : -errno;
}

/* @target: the regular file at the end of all links, or one that does not exist. */
static int replace(const char *target, const void *bytes, size_t size)
{
	char *temporary;
	FILE *file = NULL;
	int error = open_temporary(target, &temporary, &file);

	if (!error)
		error = write_all(file, bytes, size);
	if (!error && fsync(fileno(file)))
		error = -errno;
	if (file && fclose(file) && !error)
		error = -errno;
	if (!error && rename(temporary, target))
		error = -errno;
	if (error && file)
		unlink(temporary);
	free(temporary);
	return error;
}

/* A pipe or device cannot be replaced. */
static int write_through(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wbe");
	int error = file ? write_all(file, bytes, size) : -errno;

	if (file && fclose(file) && !error)
		error = -errno;
	return error;
}

static int write_to(const char *path, const void *bytes, size_t size)
{
	struct stat found;
	char *target;
	int error;

	if (stat(path, &found))
		return replace(path, bytes, size);
	if (S_ISDIR(found.st_mode))
		return -EISDIR;
	if (!S_ISREG(found.st_mode))
		return write_through(path, bytes, size);
	target = realpath(path, NULL);
	error = target ? replace(target, bytes, size) : -errno;
	free(target);
	return error;
}

int file_write(struct qmac_context *context, const char *path, const void *bytes, size_t size)
{
	int error = write_to(path, bytes, size);

	return error ? qmac_fail(context, error, "%s: cannot write: %s", path, strerror(-error))
		     : 0;
}
