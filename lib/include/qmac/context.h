/* SPDX-License-Identifier: MIT */
/*
 * A context holds the message of the last error, which vector instructions to use
 * (isa.h) and nothing else that lasts.
 * One thread at a time may use a context and the objects made with it.
 */
#ifndef QMAC_CONTEXT_H
#define QMAC_CONTEXT_H

#include <qmac/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qmac_context;

/**
 * qmac_context_create() - make a context
 * @out: Receives the context.
 *
 * Return: 0, -ENOMEM; -EINVAL or -EOPNOTSUPP: the environment variable QMAC_ISA is
 * set, but to none of "scalar", "avx2" and "avx512", or to one that this processor
 * does not have.
 */
QMAC_EXPORT int qmac_context_create(struct qmac_context **out);

/**
 * qmac_context_destroy() - free a context
 * @context: May be NULL. Its devices must have been closed before.
 */
QMAC_EXPORT void qmac_context_destroy(struct qmac_context *context);

/**
 * qmac_context_message() - what went wrong last
 * @context: The context.
 *
 * Return: One line without a newline: the value at fault and the remedy. Empty
 * before the first error; a success does not clear it. Valid until the next
 * call with the context.
 */
QMAC_EXPORT const char *qmac_context_message(const struct qmac_context *context);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_CONTEXT_H */
