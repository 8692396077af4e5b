// SPDX-License-Identifier: MIT
#include "random.h"

/* SplitMix64 (Steele et al. 2014). */
static uint64_t next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

float random_uniform(struct random *random, float bound)
{
	float unit = (float)(next(random) >> 40) * 0x1p-24f;

	return bound * (2 * unit - 1);
}

/* Fisher and Yates; the bias of the remainder is below count / 2^64. */
void random_order(struct random *random, uint32_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t j = next(random) % (i + 1);

		order[i] = order[j];
		order[j] = (uint32_t)i;
	}
}
