/* SPDX-License-Identifier: MIT */
/* Repeatable random numbers: SplitMix64 (Steele et al. 2014). */
#ifndef QMAC_TESTS_RANDOM_H
#define QMAC_TESTS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A stream of its own for each (@seed, @index). */
static inline struct rng rng_seed(uint64_t seed, uint64_t index)
{
	struct rng rng = { .state = seed };

	rng.state = rng_next(&rng) ^ index * UINT64_C(0xd1342543de82ef95);
	rng_next(&rng);
	return rng;
}

/* 0 to @limit - 1. */
static inline uint64_t rng_below(struct rng *rng, uint64_t limit)
{
	return rng_next(rng) % limit;
}

/* @lo to @hi, both included. */
static inline int64_t rng_in(struct rng *rng, int64_t lo, int64_t hi)
{
	return lo + (int64_t)rng_below(rng, (uint64_t)(hi - lo) + 1);
}

/* True once in @n times. */
static inline bool rng_one_in(struct rng *rng, unsigned int n)
{
	return rng_below(rng, n) == 0;
}

static inline bool rng_chance(struct rng *rng, unsigned int percent)
{
	return rng_below(rng, 100) < percent;
}

static inline void rng_fill(struct rng *rng, void *buf, size_t words)
{
	uint64_t *to = buf;

	while (words--)
		*to++ = rng_next(rng);
}

#endif /* QMAC_TESTS_RANDOM_H */
