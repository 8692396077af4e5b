/* SPDX-License-Identifier: MIT */
/*
 * Files that are written whole or not at all.
 *
 * A regular file is replaced by rename once the new one is complete; where the path is a
 * symbolic link, the file that it leads to. The new one has the permissions of the old one,
 * which must be writable, and its owner if we may give it away.
 * Until then it has no name where the file system can do that, so that nothing is left of
 * it however the process ends.
 *
 * What is no regular file (a pipe, /dev/full) cannot be replaced: it is written as it is.
 * So is an open descriptor (/dev/stdout), whatever it is redirected to: what a shell has
 * opened for us, to append perhaps, is not ours to replace.
 */
#ifndef QMAC_WHOLE_FILE_H
#define QMAC_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct whole_file - a file being written
 * @out: Where to write; not to be closed.
 * @path: What it will be called.
 * @temporary: A name beside @path; NULL when it is written as it is.
 * @named: The new file is called @temporary already; otherwise it has no name yet.
 */
struct whole_file {
	FILE *out;
	char *path;
	char *temporary;
	bool named;
};

/** whole_file_open() - begin; 0 or -errno (-EISDIR: @path is a directory). */
int whole_file_open(struct whole_file *file, const char *path);

/** whole_file_commit() - end: @path is replaced; 0, or -errno and @path is as it was. */
int whole_file_commit(struct whole_file *file);

/** whole_file_discard() - end without a trace: @path is as it was. */
void whole_file_discard(struct whole_file *file);

/** whole_file_is_nameless() - is @path a pipe, a device or an open descriptor, no file? */
bool whole_file_is_nameless(const char *path);

#endif /* QMAC_WHOLE_FILE_H */
