/* SPDX-License-Identifier: MIT */
/* Line by line through text, with positions for messages. */
#ifndef QMAC_FORMATS_LINES_H
#define QMAC_FORMATS_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct qmac_context;

/**
 * struct lines - a place in text
 * @at: First character of the next line.
 * @line: First character of this line.
 * @length: Characters of this line, without its end (LF or CR LF).
 * @number: Of this line, from 1.
 */
struct lines {
	const char *at;
	const char *line;
	size_t length;
	unsigned long number;
};

/* Goes to the next line that is not blank. False at the end. */
bool lines_next(struct lines *lines);

/* -EINVAL with "line L, column C: " and the text; @at is a character of the line. */
int lines_fail(struct qmac_context *context, const struct lines *lines, const char *at,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif /* QMAC_FORMATS_LINES_H */
