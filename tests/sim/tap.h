/* SPDX-License-Identifier: MIT */
/* Results in the Test Anything Protocol. */
#ifndef QMAC_TESTS_SIM_TAP_H
#define QMAC_TESTS_SIM_TAP_H

#include <stdbool.h>

/* One result; returns @good. */
bool tap_ok(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As tap_ok(), showing both numbers when they differ. */
bool tap_is(unsigned long long got, unsigned long long wanted, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* End the program: it cannot even set up what it wants to test. */
void tap_bail(const char *what) __attribute__((noreturn));

/* Print the plan; returns the exit status. */
int tap_done(void);

#endif /* QMAC_TESTS_SIM_TAP_H */
