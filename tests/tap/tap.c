// SPDX-License-Identifier: MIT
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned int results, failures;

/* Flushed at once: what a crash cuts off must not include what was found. */
static void result(bool pass, const char *reason, const char *format, va_list args)
{
	results++;
	failures += !pass;
	printf("%sok %u - ", pass ? "" : "not ", results);
	vprintf(format, args);
	if (reason)
		printf(" # SKIP %s", reason);
	putchar('\n');
	fflush(stdout);
}

bool tap_ok(bool pass, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	result(pass, NULL, format, args);
	va_end(args);
	return pass;
}

bool tap_is(unsigned long long got, unsigned long long wanted, const char *format, ...)
{
	va_list args;

	if (got != wanted)
		tap_note("got %llu (0x%llx), wanted %llu (0x%llx)", got, got, wanted, wanted);
	va_start(args, format);
	result(got == wanted, NULL, format, args);
	va_end(args);
	return got == wanted;
}

void tap_skip(const char *reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	result(true, reason, format, args);
	va_end(args);
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

void tap_bail(const char *format, ...)
{
	va_list args;

	printf("Bail out! ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

int tap_done(void)
{
	printf("1..%u\n", results);
	return failures ? 1 : 0;
}
