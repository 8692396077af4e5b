// SPDX-License-Identifier: MIT
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>

static int count, failed;

bool tap_ok(bool pass, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", pass ? "" : "not ", ++count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	failed += !pass;
	return pass;
}

void tap_skip(const char *reason, const char *format, ...)
{
	va_list args;

	printf("ok %d - ", ++count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" # SKIP %s\n", reason);
	fflush(stdout);
}

void tap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

int tap_done(void)
{
	printf("1..%d\n", count);
	return failed ? 1 : 0;
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t x = rng->state += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

int64_t rng_in(struct rng *rng, int64_t lo, int64_t hi)
{
	return lo + (int64_t)(rng_next(rng) % (uint64_t)(hi - lo + 1));
}

bool rng_one_in(struct rng *rng, unsigned int n)
{
	return rng_next(rng) % n == 0;
}
