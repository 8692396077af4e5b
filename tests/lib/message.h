/* SPDX-License-Identifier: MIT */
/* What the library says of errors, in tests that have one context. */
#ifndef QMAC_TESTS_LIB_MESSAGE_H
#define QMAC_TESTS_LIB_MESSAGE_H

#include <string.h>

#include <qmac/context.h>

#include "tap.h"

/* The test's own. */
static struct qmac_context *context;

/* Whether the message is one line with @text in it. */
static inline bool says(const char *text)
{
	const char *message = qmac_context_message(context);

	if (strstr(message, text) && !strchr(message, '\n'))
		return true;
	tap_note("message: %s", message);
	return false;
}

/* Whether there was no error; its message is noted. */
static inline bool done(int error)
{
	if (error)
		tap_note("%s", qmac_context_message(context));
	return !error;
}

#endif /* QMAC_TESTS_LIB_MESSAGE_H */
