/* SPDX-License-Identifier: MIT */
/* Results in the Test Anything Protocol: one process, one plan. */
#ifndef QMAC_TESTS_TAP_H
#define QMAC_TESTS_TAP_H

#include <stdbool.h>

#define TAP_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* One result; diagnostics printed before it belong to it. Returns @pass. */
bool tap_ok(bool pass, const char *format, ...) TAP_PRINTF(2, 3);

/* As tap_ok(), showing both numbers when they differ. */
bool tap_is(unsigned long long got, unsigned long long wanted, const char *format, ...)
	TAP_PRINTF(3, 4);

/* A result for something that cannot be tested here. */
void tap_skip(const char *reason, const char *format, ...) TAP_PRINTF(2, 3);

/* A line of diagnostics. */
void tap_note(const char *format, ...) TAP_PRINTF(1, 2);

/* Gives up: the test itself cannot go on. */
_Noreturn void tap_bail(const char *format, ...) TAP_PRINTF(1, 2);

/* Prints the plan; returns the exit status of the program. */
int tap_done(void);

#endif /* QMAC_TESTS_TAP_H */
