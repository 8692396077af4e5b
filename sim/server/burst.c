// SPDX-License-Identifier: MIT
#include "server/burst.h"

#include <time.h>

void burst_init(struct burst *burst)
{
	/* One step of the functional model can be a whole command: start small. */
	*burst = (struct burst){ .budget = 1 };
}

/*
 * Doubles while bursts are short, and goes straight down when one was long,
 * because a look too many costs a microsecond and one too few keeps a VM waiting.
 */
void burst_account(struct burst *burst, uint64_t cycles, uint64_t ns, bool ended)
{
	burst->cycles += cycles;
	burst->ns += ns;
	if (ns > burst->longest_ns)
		burst->longest_ns = ns;
	if (ns > 2 * BURST_TARGET_NS) {
		burst->budget = burst->budget * BURST_TARGET_NS / ns;
		if (!burst->budget)
			burst->budget = 1;
	} else if (ns < BURST_TARGET_NS && !ended && burst->budget < BURST_MAX_CYCLES) {
		burst->budget *= 2;
	}
}

uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
