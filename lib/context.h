/* SPDX-License-Identifier: MIT */
/* Error messages, inside the library. */
#ifndef QMAC_LIB_CONTEXT_H
#define QMAC_LIB_CONTEXT_H

#include <qmac/context.h>

/**
 * qmac_fail() - leave a message and pass an error on
 * @context: Receives the message.
 * @error: Negative errno.
 * @format: printf() format of one line: the value at fault and the remedy.
 *
 * Return: @error.
 */
int qmac_fail(struct qmac_context *context, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * qmac_fail_more() - put text before the message that is there
 * @context: Holds a message.
 * @error: Negative errno.
 * @format: printf() format, e.g. "job 3: ".
 *
 * Return: @error.
 */
int qmac_fail_more(struct qmac_context *context, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * qmac_fail_nomem() - the message for memory that could not be had
 * @context: Receives the message.
 * @what: What the memory was for, e.g. "a job".
 *
 * Return: -ENOMEM.
 */
int qmac_fail_nomem(struct qmac_context *context, const char *what);

#endif /* QMAC_LIB_CONTEXT_H */
