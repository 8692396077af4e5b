/* SPDX-License-Identifier: MIT */
/* Text files that are written whole or not at all. */
#ifndef QMAC_TOOL_WHOLE_FILE_H
#define QMAC_TOOL_WHOLE_FILE_H

#include <stdio.h>

/**
 * struct whole_file - a file being written
 * @out: Where to write; not to be closed.
 * @path: What it will be called.
 * @temporary: What it is called now.
 */
struct whole_file {
	FILE *out;
	const char *path;
	char *temporary;
};

/** whole_file_open() - begin; 0 or -errno. */
int whole_file_open(struct whole_file *file, const char *path);

/** whole_file_commit() - end: @path is replaced; 0, or -errno and @path is as it was. */
int whole_file_commit(struct whole_file *file);

/** whole_file_discard() - end without a trace: @path is as it was. */
void whole_file_discard(struct whole_file *file);

#endif /* QMAC_TOOL_WHOLE_FILE_H */
