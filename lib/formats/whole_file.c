// SPDX-License-Identifier: MIT
#include "formats/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS "/proc/self/fd/"

/* The descriptor that is meant by names such as /dev/stdout; -1 for all other names. */
static int descriptor_of(const char *path)
{
	static const char *const directories[] = { "/dev/fd/", FDS };

	if (!strcmp(path, "/dev/stdin"))
		return STDIN_FILENO;
	if (!strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		const char *number = path + strlen(directories[i]);

		if (strncmp(path, directories[i], strlen(directories[i])) != 0)
			continue;
		if (*number && strlen(number) < 10 &&
		    strspn(number, "0123456789") == strlen(number))
			return atoi(number);
	}
	return -1;
}

bool whole_file_is_nameless(const char *path)
{
	struct stat found;

	return descriptor_of(path) >= 0 ||
	       (!stat(path, &found) && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode));
}

/* A copy shares the place in the file: what others write there comes before or behind. */
static int open_descriptor(int descriptor)
{
	if (descriptor == STDOUT_FILENO)
		fflush(stdout);
	return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

/*
 * Without a name in the directory of the file, if there can be such a file and if it can be
 * given one later; else -1.
 */
static int open_nameless(struct whole_file *file, mode_t mode)
{
	/* For the time of the call what is before the name stands alone. */
	char *name = strrchr(file->temporary, '/'), first;
	int descriptor;

	if (access(FDS, X_OK))
		return -1;
	if (!name)
		return open(".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	first = *++name;
	*name = '\0';
	descriptor = open(file->temporary, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	*name = first;
	return descriptor;
}

/* Owner and permissions, as far as we may; what the umask took away belongs to it, too. */
static void take_after(int descriptor, const struct stat *old)
{
	/* Where it fails what is written is worth more. */
	if (fchown(descriptor, old->st_uid, old->st_gid))
		errno = 0;
	if (fchmod(descriptor, old->st_mode & 0777))
		errno = 0;
}

/* @old: the file that will be replaced, or NULL. */
static int open_temporary(struct whole_file *file, const struct stat *old)
{
	const mode_t mode = old ? old->st_mode & 0777 : 0666;
	int descriptor;

	if (asprintf(&file->temporary, "%s.%ld.tmp", file->path, (long)getpid()) < 0) {
		file->temporary = NULL;
		errno = ENOMEM;
		return -1;
	}
	descriptor = open_nameless(file, mode);
	file->named = descriptor < 0;
	if (file->named)
		descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (descriptor >= 0 && old)
		take_after(descriptor, old);
	return descriptor;
}

static void forget(struct whole_file *file)
{
	free(file->path);
	free(file->temporary);
}

static int open_any(struct whole_file *file, const char *path)
{
	struct stat found;
	bool exists = !stat(path, &found), regular = exists && S_ISREG(found.st_mode);
	int descriptor = descriptor_of(path);

	*file = (struct whole_file){ 0 };
	if (descriptor < 0 && exists && S_ISDIR(found.st_mode))
		return -EISDIR;
	/* A rename would ask for the directory alone. */
	if (descriptor < 0 && regular && access(path, W_OK))
		return -errno;
	file->path = descriptor < 0 && regular ? realpath(path, NULL) : strdup(path);
	if (!file->path)
		return errno ? -errno : -ENOMEM;
	if (descriptor >= 0)
		descriptor = open_descriptor(descriptor);
	else if (exists && !regular)
		descriptor = open(path, O_WRONLY | O_CLOEXEC);
	else
		descriptor = open_temporary(file, regular ? &found : NULL);
	if (descriptor >= 0)
		return descriptor;
	return errno ? -errno : -ENOMEM;
}

/* Leaves nothing behind. */
static void drop(struct whole_file *file)
{
	if (file->temporary && file->named)
		unlink(file->temporary);
	forget(file);
}

int whole_file_open(struct whole_file *file, const char *path)
{
	int descriptor = open_any(file, path), error;

	if (descriptor < 0) {
		forget(file);
		return descriptor;
	}
	file->out = fdopen(descriptor, "wb");
	if (file->out)
		return 0;
	error = -errno;
	close(descriptor);
	drop(file);
	return error;
}

/* A link cannot take the place of a file, a rename can. */
static int name_temporary(struct whole_file *file)
{
	char descriptor[sizeof(FDS) + 12];

	if (file->named)
		return 0;
	snprintf(descriptor, sizeof(descriptor), FDS "%d", fileno(file->out));
	if (linkat(AT_FDCWD, descriptor, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW))
		return -errno;
	file->named = true;
	return 0;
}

int whole_file_commit(struct whole_file *file)
{
	int ret = ferror(file->out) ? -EIO : 0;

	/* What is left in the buffer meets the same fault again, with its name. */
	errno = 0;
	if (fflush(file->out))
		ret = errno ? -errno : -EIO;
	if (file->temporary && !ret)
		ret = name_temporary(file);
	if (fclose(file->out) && !ret)
		ret = errno ? -errno : -EIO;
	if (file->temporary && !ret && rename(file->temporary, file->path))
		ret = -errno;
	if (!ret)
		forget(file);
	else
		drop(file);
	return ret;
}

void whole_file_discard(struct whole_file *file)
{
	fclose(file->out);
	drop(file);
}
