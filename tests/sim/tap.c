// SPDX-License-Identifier: MIT
#include "tap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int run, failed;

static void result(bool good, const char *format, va_list args)
{
	run++;
	failed += !good;
	printf("%sok %u - ", good ? "" : "not ", run);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
}

bool tap_ok(bool good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	result(good, format, args);
	va_end(args);
	return good;
}

bool tap_is(unsigned long long got, unsigned long long wanted, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	result(got == wanted, format, args);
	va_end(args);
	if (got != wanted)
		printf("# got %llu (0x%llx), wanted %llu (0x%llx)\n", got, got, wanted, wanted);
	return got == wanted;
}

void tap_bail(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

int tap_done(void)
{
	printf("1..%u\n", run);
	return failed ? 1 : 0;
}
