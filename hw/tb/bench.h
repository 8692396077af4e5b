/* SPDX-License-Identifier: MIT */
/*
 * What the leaf test benches share: TAP output, a seeded generator, and raw
 * access to Verilated ports of any width.
 *
 * Every bench takes --seed N; without it the seed is new each time, and printed.
 */
#ifndef QMAC_TB_BENCH_H
#define QMAC_TB_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <string>

#include <verilated.h>

class Random
{
      public:
	explicit Random(uint64_t seed) : state(seed)
	{
	}

	/* SplitMix64. */
	uint64_t next()
	{
		uint64_t z = state += 0x9e3779b97f4a7c15;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		return z ^ (z >> 31);
	}

	uint32_t below(uint32_t n)
	{
		return (uint32_t)((next() >> 32) * n >> 32);
	}

	int between(int lo, int hi)
	{
		return lo + (int)below((uint32_t)(hi - lo + 1));
	}

	bool percent(unsigned p)
	{
		return below(100) < p;
	}

	void fill(void *to, size_t n)
	{
		uint8_t *bytes = (uint8_t *)to;

		for (size_t i = 0; i < n; i++)
			bytes[i] = (uint8_t)next();
	}

      private:
	uint64_t state;
};

/* One test is a name and any number of checks; its first failures are shown. */
class Tap
{
      public:
	void begin(const char *what)
	{
		name = what;
		failures = 0;
		checks = 0;
	}

	template <typename... Args> bool check(bool good, const char *format, Args... args)
	{
		checks++;
		if (!good && failures++ < 10) {
			printf("# ");
			printf(format, args...);
			printf("\n");
		}
		return good;
	}

	bool check(bool good, const char *text)
	{
		return check(good, "%s", text);
	}

	void end()
	{
		bool good = !failures && checks;

		number++;
		failed += !good;
		printf("%sok %u - %s (%llu checks)\n", good ? "" : "not ", number, name.c_str(),
		       (unsigned long long)checks);
		if (failures)
			printf("# %llu failed\n", (unsigned long long)failures);
		fflush(stdout);
	}

	int finish()
	{
		printf("1..%u\n", number);
		return failed ? 1 : 0;
	}

	bool failing() const
	{
		return failures != 0;
	}

      private:
	std::string name;
	unsigned number = 0, failed = 0;
	unsigned long long failures = 0, checks = 0;
};

static inline uint64_t bench_seed(int argc, char **argv)
{
	struct timespec now;
	uint64_t seed;

	clock_gettime(CLOCK_REALTIME, &now);
	seed = (uint64_t)now.tv_sec * 1000003 ^ (uint64_t)now.tv_nsec;
	seed &= 0xffffffff;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--seed") && i + 1 < argc) {
			seed = strtoull(argv[++i], NULL, 0);
		} else {
			fprintf(stderr, "usage: %s [--seed N]\n", argv[0]);
			exit(2);
		}
	}
	printf("# seed %llu (again: %s --seed %llu)\n", (unsigned long long)seed, argv[0],
	       (unsigned long long)seed);
	return seed;
}

/* Ports are little endian words, whatever C++ type Verilator chose. */
template <typename Port> void put(Port &port, const void *from, size_t bytes)
{
	memcpy((void *)&port, from, bytes);
}

template <typename Port> void get(void *to, const Port &port, size_t bytes)
{
	memcpy(to, (const void *)&port, bytes);
}

/* A clock cycle: inputs set before are taken at the edge, outputs are the new ones. */
template <typename Top> void tick(Top &top)
{
	top.clk_i = 0;
	top.eval();
	top.clk_i = 1;
	top.eval();
}

template <typename Top> void reset(Top &top)
{
	top.rst_ni = 0;
	tick(top);
	tick(top);
	top.rst_ni = 1;
}

#endif
