// SPDX-License-Identifier: MIT
#include "nomem.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "context.h"
#include "tap.h"

#define MOST_ALLOCATIONS 5000

/* From the leak checker, where there is one. */
int __lsan_do_recoverable_leak_check(void);
#pragma weak __lsan_do_recoverable_leak_check

static long seen, fail_at;
static bool lasting, paused;

static bool refuse(void)
{
	if (!fail_at || paused)
		return false;
	seen++;
	if (seen == fail_at || (lasting && seen > fail_at)) {
		errno = ENOMEM;
		return true;
	}
	return false;
}

#define WRAP(type, name, parameters, arguments)                   \
	type __real_##name parameters;                            \
	type __wrap_##name parameters;                            \
	type __wrap_##name parameters                             \
	{                                                         \
		return refuse() ? NULL : __real_##name arguments; \
	}

WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, (void *old, size_t size), (old, size))
WRAP(void *, reallocarray, (void *old, size_t count, size_t size), (old, count, size))
WRAP(void *, aligned_alloc, (size_t align, size_t size), (align, size))
WRAP(char *, strdup, (const char *text), (text))
WRAP(char *, strndup, (const char *text, size_t length), (text, length))
WRAP(FILE *, open_memstream, (char **text, size_t *length), (text, length))

int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **out, const char *format, ...)
{
	va_list args;
	int length;

	if (refuse())
		return -1;
	va_start(args, format);
	length = vasprintf(out, format, args);
	va_end(args);
	return length;
}

void nomem_pause(bool pause)
{
	paused = pause;
}

bool nomem_failed(void)
{
	return fail_at && seen >= fail_at;
}

/* Did @error come as it should? */
static bool is_right(struct qmac_context *context, const char *name, int error)
{
	const char *message = qmac_context_message(context);

	if (!nomem_failed()) {
		if (error)
			tap_note("%s: %d though nothing failed: %s", name, error, message);
		return !error;
	}
	if (error == NOMEM_COPED)
		return true;
	if (error == -ENOMEM && (strstr(message, "memory") || strstr(message, "no room")) &&
	    !strchr(message, '\n'))
		return true;
	tap_note("%s: allocation %ld%s: %d, message \"%s\"", name, fail_at,
		 lasting ? " and all after it" : "", error, message);
	return false;
}

void nomem_try(struct qmac_context *context, const char *name, int (*run)(void))
{
	bool right = true, more = true;
	int error;

	for (fail_at = 1; right && more && fail_at < MOST_ALLOCATIONS; fail_at++) {
		lasting = false;
		do {
			seen = 0;
			paused = false;
			qmac_fail(context, 0, "nothing was said");
			error = run();
			more = nomem_failed();
			right &= is_right(context, name, error);
			lasting = !lasting;
		} while (lasting && more);
	}
	fail_at--;
	if (more && right)
		tap_note("%s: more than %d allocations", name, MOST_ALLOCATIONS);
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check()) {
		tap_note("%s leaks", name);
		right = false;
	}
	tap_ok(right && !more, "%s: each of %ld allocations fails in turn", name, fail_at - 1);
	fail_at = 0;
}
