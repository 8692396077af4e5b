/* SPDX-License-Identifier: MIT */
/* Random numbers that are the same on every machine. */
#ifndef QAT_RANDOM_H
#define QAT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* Uniform in -@bound to @bound. */
float random_uniform(struct random *random, float bound);

/* The numbers 0 to @count - 1 in random order. */
void random_order(struct random *random, uint32_t *order, size_t count);

#endif /* QAT_RANDOM_H */
