/* SPDX-License-Identifier: MIT */
/* Test Anything Protocol for the library's tests: one process, one plan. */
#ifndef QMAC_TESTS_TAP_H
#define QMAC_TESTS_TAP_H

#include <stdbool.h>
#include <stdint.h>

/* One result line. Returns @pass. */
bool tap_ok(bool pass, const char *format, ...) __attribute__((format(printf, 2, 3)));

void tap_skip(const char *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A diagnostic line. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the plan; returns the exit status. */
int tap_done(void);

/* A small generator with a fixed sequence for each seed. */
struct rng {
	uint64_t state;
};

uint64_t rng_next(struct rng *rng);

/* Uniform in [lo, hi]. */
int64_t rng_in(struct rng *rng, int64_t lo, int64_t hi);

/* True once in @n times. */
bool rng_one_in(struct rng *rng, unsigned int n);

#endif /* QMAC_TESTS_TAP_H */
