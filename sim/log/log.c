// SPDX-License-Identifier: MIT
#include "log/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = {
	[LOG_NONE] = "none", [LOG_ERROR] = "error", [LOG_WARNING] = "warning",
	[LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

bool log_level_parse(const char *name, enum log_level *level)
{
	for (unsigned int i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (strcmp(name, level_names[i]))
			continue;
		*level = i;
		return true;
	}
	return false;
}

void log_message(const struct log *log, enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;
	int used, n;

	if (level > log->level)
		return;
	used = snprintf(line, sizeof(line), "%s: %s: ", log->prefix, level_names[level]);
	if (used < 0 || (size_t)used >= sizeof(line) - 1)
		return;
	va_start(args, format);
	n = vsnprintf(line + used, sizeof(line) - 1 - used, format, args);
	va_end(args);
	if (n < 0)
		return;
	used = strlen(line);
	line[used++] = '\n';
	/* Nothing sensible can be done about a log that cannot be written. */
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}
