// SPDX-License-Identifier: MIT
/* The length of bursts follows the speed of the model. */
#include "server/burst.h"
#include "tap.h"

/* Run bursts of a model that takes @ns_per_cycle; returns the time of the last one. */
static uint64_t settle(struct burst *burst, uint64_t ns_per_cycle, unsigned int bursts)
{
	uint64_t ns = 0;

	while (bursts--) {
		ns = burst->budget * ns_per_cycle;
		burst_account(burst, burst->budget, ns, false);
	}
	return ns;
}

int main(void)
{
	static const uint64_t speeds[] = { 10, 1000, 20000, 1, 100000 };
	struct burst burst;
	uint64_t before;

	burst_init(&burst);
	for (unsigned int i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		uint64_t ns = settle(&burst, speeds[i], 25);

		tap_ok(ns <= 2 * BURST_TARGET_NS &&
			       (ns >= BURST_TARGET_NS / 4 || burst.budget == BURST_MAX_CYCLES),
		       "%llu ns per cycle: bursts of %llu us", (unsigned long long)speeds[i],
		       (unsigned long long)ns / 1000);
	}
	before = burst.budget;
	burst_account(&burst, 1, 100, true);
	tap_is(burst.budget, before, "a burst that ended early says nothing");
	burst_account(&burst, 1, 50000000000ull, false);
	tap_is(burst.budget, 1, "after a very long burst the shortest");
	tap_is(burst.longest_ns, 50000000000ull, "the longest is remembered");
	/* One that spends its budget on work and counts fewer cycles. */
	for (int i = 0; i < 10; i++)
		burst_account(&burst, 1, 1000, false);
	tap_ok(burst.budget >= 1024, "a model that counts few cycles gets longer bursts too");
	return tap_done();
}
