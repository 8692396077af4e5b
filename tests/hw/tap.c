// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

static unsigned int results, failures;

bool tap_result(bool ok, const char *format, ...)
{
	va_list args;

	results++;
	failures += !ok;
	printf("%s %u - ", ok ? "ok" : "not ok", results);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	return ok;
}

void tap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void tap_skip(const char *name, const char *reason)
{
	results++;
	printf("ok %u - %s # SKIP %s\n", results, name, reason);
}

int tap_end(void)
{
	printf("1..%u\n", results);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

void tap_bail(const char *format, ...)
{
	va_list args;

	printf("Bail out! ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(EXIT_FAILURE);
}
