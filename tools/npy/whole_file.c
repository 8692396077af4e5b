// SPDX-License-Identifier: MIT
#include "whole_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_temporary(struct whole_file *file)
{
	if (asprintf(&file->temporary, "%s.%ld.tmp", file->path, (long)getpid()) < 0) {
		file->temporary = NULL;
		return -ENOMEM;
	}
	file->out = fopen(file->temporary, "wbxe");
	return file->out ? 0 : -errno;
}

static void forget(struct whole_file *file)
{
	free(file->path);
	free(file->temporary);
}

int whole_file_open(struct whole_file *file, const char *path)
{
	struct stat found;
	bool exists = !stat(path, &found), regular = exists && S_ISREG(found.st_mode);
	int ret;

	if (exists && S_ISDIR(found.st_mode))
		return -EISDIR;
	*file = (struct whole_file){ .path = regular ? realpath(path, NULL) : strdup(path) };
	if (!file->path)
		return -errno;
	if (!exists || regular) {
		ret = open_temporary(file);
	} else {
		file->out = fopen(path, "wbe");
		ret = file->out ? 0 : -errno;
	}
	if (ret)
		forget(file);
	return ret;
}

int whole_file_commit(struct whole_file *file)
{
	int ret = ferror(file->out) ? -EIO : 0;

	/* What is left in the buffer meets the same fault again, with its name. */
	errno = 0;
	if (fclose(file->out))
		ret = errno ? -errno : -EIO;
	if (file->temporary && !ret && rename(file->temporary, file->path))
		ret = -errno;
	if (file->temporary && ret)
		unlink(file->temporary);
	forget(file);
	return ret;
}

void whole_file_discard(struct whole_file *file)
{
	fclose(file->out);
	if (file->temporary)
		unlink(file->temporary);
	forget(file);
}
