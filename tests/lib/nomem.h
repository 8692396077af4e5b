/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out: the library's allocations (malloc() and its relatives, called
 * from objects linked into the test) fail on demand. Tests that use this are called
 * nomem_*_test.c: lib/build.mk links them with --wrap.
 */
#ifndef QMAC_TESTS_NOMEM_H
#define QMAC_TESTS_NOMEM_H

#include <stdbool.h>

struct qmac_context;

/* What @run of nomem_try() returns where the library did without what it did not get. */
#define NOMEM_COPED 1

/*
 * Runs @run again and again: the first allocation fails, the second, and so on, until
 * none is left to fail; each time only that one and then all from that one on. @run
 * calls what is under test, gives back what it got, and returns the error. It must be
 * -ENOMEM with a message of @context that speaks of memory, and 0 when nothing failed;
 * nothing may leak. One line of TAP.
 */
void nomem_try(struct qmac_context *context, const char *name, int (*run)(void));

/* For preparations inside @run: on while false, off while true. */
void nomem_pause(bool pause);

/* True once an allocation of this run has failed. */
bool nomem_failed(void);

#endif /* QMAC_TESTS_NOMEM_H */
