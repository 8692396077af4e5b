// SPDX-License-Identifier: MIT
#include "formats/lines.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "context.h"

static bool blank(const char *line, size_t length)
{
	return strspn(line, " \t\r") >= length;
}

bool lines_next(struct lines *lines)
{
	while (*lines->at) {
		const char *end = strchrnul(lines->at, '\n');

		lines->line = lines->at;
		lines->length = (size_t)(end - lines->at);
		if (lines->length && end[-1] == '\r')
			lines->length--;
		lines->at = *end ? end + 1 : end;
		lines->number++;
		if (!blank(lines->line, lines->length))
			return true;
	}
	return false;
}

int lines_fail(struct qmac_context *context, const struct lines *lines, const char *at,
	       const char *format, ...)
{
	char text[320];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return qmac_fail(context, -EINVAL, "line %lu, column %zu: %s", lines->number,
			 (size_t)(at - lines->line) + 1, text);
}
