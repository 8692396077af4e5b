// SPDX-License-Identifier: MIT
#include "formats/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "formats/whole_file.h"

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

static int write_to(const char *path, const void *bytes, size_t size)
{
	struct whole_file file;
	int error = whole_file_open(&file, path);

	if (error)
		return error;
	errno = 0;
	/* A table is there after a crash, too; what cannot be synced is a pipe or a device. */
	if (fwrite(bytes, 1, size, file.out) == size && !fflush(file.out) &&
	    (!file.temporary || !fsync(fileno(file.out))))
		return whole_file_commit(&file);
	error = errno ? -errno : -EIO;
	whole_file_discard(&file);
	return error;
}

int file_write(struct qmac_context *context, const char *path, const void *bytes, size_t size)
{
	int error = write_to(path, bytes, size);

	return error ? qmac_fail(context, error, "%s: cannot write: %s", path, strerror(-error))
		     : 0;
}
