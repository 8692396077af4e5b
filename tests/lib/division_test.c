// SPDX-License-Identifier: MIT
/*
 * The lemma of lib/simd/division.h, by exhaustion: with r = fp32(1 / s), q = x * r,
 * e = fma(-q, s, x), fma(e, r, q) is x / s, for all mantissas of x and s. Only
 * quotients next to a midpoint of two fp32 numbers can go wrong; a congruence
 * finds them for every s.
 *
 *   division_test [STEP [FIRST]]      every STEP-th s from the FIRST on
 *
 * Integers: x = X * 2^-23, s = S * 2^-23 with 2^23 <= X, S < 2^24. A midpoint is
 * M * 2^-25 (x < s) or M * 2^-24 (x >= s), M odd, 2^24 <= M < 2^25. With
 * X * 2^b - M * S = k the quotient is k / (S * 2^b) away from it, b 25 or 24.
 */
#include <math.h>
#include <stdlib.h>

#include "random.h"
#include "tap.h"

#define LEAST ((uint32_t)1 << 23)
#define END   ((uint32_t)1 << 24)

/* |k| for which the argument in division.h does not hold: at most 4 * 2^-48 * 2^25 * S. */
#define NEAREST 8

struct tally {
	uint64_t tried, wrong;
	uint32_t x, s;
};

#if defined(__x86_64__)
#define FMA __attribute__((target("fma")))
#else
#define FMA
#endif

FMA static void try(uint32_t mantissa, float s, float r, struct tally *tally)
{
	float x = (float)mantissa, q = x * r;
	float got = __builtin_fmaf(__builtin_fmaf(-q, s, x), r, q);

	tally->tried++;
	if (got == x / s)
		return;
	tally->wrong++;
	tally->x = mantissa;
	tally->s = (uint32_t)s;
}

/* 1 / odd modulo 2^32: each step of Newton doubles the bits that are right. */
static uint32_t inverse(uint32_t odd)
{
	uint32_t result = odd;
	int i;

	for (i = 0; i < 5; i++)
		result *= 2 - odd * result;
	return result;
}

/* All X with X * 2^b - M * S = k for an odd M in range, X on the side of S that b means. */
FMA static void try_distance(uint32_t s, int b, int32_t k, struct tally *tally)
{
	const float divisor = (float)s, r = 1 / divisor;
	int zeros = __builtin_ctz(s);
	uint32_t modulus = (uint32_t)1 << (b - zeros), m;

	if (k & ((1 << zeros) - 1))
		return; /* M * S has more zeros at its end */
	/* M * (S / 2^zeros) = -k / 2^zeros modulo 2^(b - zeros) */
	m = (uint32_t)(-(k >> zeros)) * inverse(s >> zeros) & (modulus - 1);
	m += (END - m + modulus - 1) / modulus * modulus;
	for (; m < 2 * END; m += modulus) {
		uint64_t x = ((uint64_t)m * s + (uint64_t)(int64_t)k) >> b;

		if (m % 2 && x >= LEAST && x < END && (x < s) == (b == 25))
			try((uint32_t)x, divisor, r, tally);
	}
}

static struct tally near_midpoints(uint32_t step, uint32_t first)
{
	struct tally tally = { 0 };
	uint32_t s;
	int32_t k;

	for (s = LEAST + first % step; s < END; s += step) {
		for (k = -NEAREST; k <= NEAREST; k++) {
			if (!k)
				continue; /* no quotient is a midpoint */
			try_distance(s, 25, k, &tally);
			try_distance(s, 24, k, &tally);
		}
	}
	return tally;
}

/* What the search is for: it must find what is wrong with the first guess x * r. */
FMA static bool guess_is_wrong(void)
{
	uint32_t s = LEAST / 2 * 3 + 1, x;

	for (x = LEAST; x < LEAST + 1000; x++)
		if ((float)x * (1 / (float)s) != (float)x / (float)s)
			return true;
	return false;
}

/* All x for a few s, the whole of the lemma. */
FMA static struct tally all_dividends(struct rng *rng, unsigned int divisors)
{
	struct tally tally = { 0 };

	while (divisors--) {
		float s = (float)rng_in(rng, LEAST, END - 1);

		for (uint32_t x = LEAST; x < END; x++)
			try(x, s, 1 / s, &tally);
	}
	return tally;
}

int main(int argc, char **argv)
{
	uint32_t step = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 64;
	uint32_t first = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 17;
	struct rng rng = { first };
	struct tally tally;

#if defined(__x86_64__)
	if (!__builtin_cpu_supports("fma")) {
		tap_skip("this processor does not have it", "exact division needs FMA");
		return tap_done();
	}
#endif
	if (!step)
		step = 1;
	tap_ok(guess_is_wrong(), "multiplication alone is not exact");
	tally = near_midpoints(step, first);
	if (!tap_ok(!tally.wrong && tally.tried > LEAST / step,
		    "%llu quotients next to midpoints, divisors %u + %u n",
		    (unsigned long long)tally.tried, first % step, step))
		tap_note("%llu wrong, as %u / %u", (unsigned long long)tally.wrong, tally.x,
			 tally.s);
	tally = all_dividends(&rng, 2);
	if (!tap_ok(!tally.wrong, "%llu quotients, all dividends, random divisors, seed %u",
		    (unsigned long long)tally.tried, first))
		tap_note("%llu wrong, as %u / %u", (unsigned long long)tally.wrong, tally.x,
			 tally.s);
	return tap_done();
}
