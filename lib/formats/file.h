/* SPDX-License-Identifier: MIT */
/* Files read and written as a whole. */
#ifndef QMAC_FORMATS_FILE_H
#define QMAC_FORMATS_FILE_H

#include <stddef.h>

struct qmac_context;

/**
 * file_read() - all bytes of a file
 * @context: Receives messages, which name @path.
 * @path: File.
 * @limit: Bytes that are not too many.
 * @out: Receives memory to free(); a zero byte follows the last.
 * @size: Receives the number of bytes.
 *
 * Return: 0, -EFBIG, -ENOMEM, or what opening and reading gave.
 */
int file_read(struct qmac_context *context, const char *path, size_t limit, char **out,
	      size_t *size);

/**
 * file_write() - write a file, whole or not at all
 * @context: Receives messages, which name @path.
 * @path: Replaced by rename once the new file is complete; the file that it leads
 *   to if it is a symbolic link. A pipe or device is written as it is.
 * @bytes: Contents.
 * @size: Their number.
 *
 * Return: 0 or -errno; @path is as before on failure.
 */
int file_write(struct qmac_context *context, const char *path, const void *bytes, size_t size);

#endif /* QMAC_FORMATS_FILE_H */
