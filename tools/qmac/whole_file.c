// SPDX-License-Identifier: MIT
#include "whole_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int whole_file_open(struct whole_file *file, const char *path)
{
	int ret;

	file->path = path;
	if (asprintf(&file->temporary, "%s.%ld.tmp", path, (long)getpid()) < 0)
		return -ENOMEM;
	file->out = fopen(file->temporary, "wxe");
	if (file->out)
		return 0;
	ret = -errno;
	free(file->temporary);
	return ret;
}

int whole_file_commit(struct whole_file *file)
{
	int ret = ferror(file->out) ? -EIO : 0;

	errno = 0;
	if (fclose(file->out) && !ret)
		ret = errno ? -errno : -EIO;
	if (!ret && rename(file->temporary, file->path))
		ret = -errno;
	if (ret)
		unlink(file->temporary);
	free(file->temporary);
	return ret;
}

void whole_file_discard(struct whole_file *file)
{
	fclose(file->out);
	unlink(file->temporary);
	free(file->temporary);
}
