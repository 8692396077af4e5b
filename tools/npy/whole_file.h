/* SPDX-License-Identifier: MIT */
/*
 * Files that are written whole or not at all.
 *
 * A regular file is replaced by rename once the new one is complete; where the
 * path is a symbolic link, the file that it leads to. What is no regular file (a
 * pipe, /dev/stdout, /dev/full) cannot be replaced: it is written as it is.
 */
#ifndef QMAC_WHOLE_FILE_H
#define QMAC_WHOLE_FILE_H

#include <stdio.h>

/**
 * struct whole_file - a file being written
 * @out: Where to write; not to be closed.
 * @path: What it will be called.
 * @temporary: What it is called now; NULL when it is written as it is.
 */
struct whole_file {
	FILE *out;
	char *path;
	char *temporary;
};

/** whole_file_open() - begin; 0 or -errno (-EISDIR: @path is a directory). */
int whole_file_open(struct whole_file *file, const char *path);

/** whole_file_commit() - end: @path is replaced; 0, or -errno and @path is as it was. */
int whole_file_commit(struct whole_file *file);

/** whole_file_discard() - end without a trace: @path is as it was. */
void whole_file_discard(struct whole_file *file);

#endif /* QMAC_WHOLE_FILE_H */
