/* SPDX-License-Identifier: MIT */
/* Results in the Test Anything Protocol. */
#ifndef QMAC_TEST_TAP_H
#define QMAC_TEST_TAP_H

#include <stdbool.h>

/* One result line; diagnostics printed before it belong to it. Returns @ok. */
bool tap_result(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line of diagnostics. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A result for something that cannot be tested here. */
void tap_skip(const char *name, const char *reason);

/* Print the plan; returns the exit status of the program. */
int tap_end(void);

/* Give up: the test itself cannot go on. */
_Noreturn void tap_bail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* QMAC_TEST_TAP_H */
