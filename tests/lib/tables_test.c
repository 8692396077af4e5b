// SPDX-License-Identifier: MIT
/* The driver's page-table writer, in user space: what it wrote is walked bit by bit. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "driver/qmac_pt.h"
#include "random.h"
#include "tap.h"

#define PAGE	   4096ull
#define HUGE_PAGE  (2ull << 20)
#define POOL_PAGES 600
#define POOL_BUS   0x40000000000ull
#define DATA_BUS   0x80000000000ull

static uint8_t pool[POOL_PAGES][PAGE] __attribute__((aligned(4096)));
static bool used[POOL_PAGES];
static unsigned int allowed, in_use;

static void *pool_alloc(void *owner, u64 *bus)
{
	unsigned int i;

	(void)owner;
	for (i = 0; i < POOL_PAGES && allowed; i++) {
		if (!used[i]) {
			allowed--;
			in_use++;
			used[i] = true;
			memset(pool[i], 0, PAGE);
			*bus = POOL_BUS + i * PAGE;
			return pool[i];
		}
	}
	return NULL;
}

static void pool_free(void *owner, void *page, u64 bus)
{
	(void)owner;
	(void)page;
	used[(bus - POOL_BUS) / PAGE] = false;
	memset(pool[(bus - POOL_BUS) / PAGE], 0xff, PAGE);
	in_use--;
}

static const struct qmac_pt_ops ops = { .alloc = pool_alloc, .free = pool_free };

/* Sv39 as the device does it. Returns the bus address, or 0; *leaf the size of the page. */
static u64 walk(u64 root_ppn, u64 va, bool *writable, u64 *leaf)
{
	u64 table = root_ppn * PAGE, entry;
	int level;

	for (level = 2; level >= 0; level--) {
		if (table < POOL_BUS || table >= POOL_BUS + sizeof(pool))
			return 0;
		memcpy(&entry, &pool[(table - POOL_BUS) / PAGE][(va >> (12 + 9 * level) & 511) * 8],
		       8);
		if (!(entry & 1) || entry >> 54)
			return 0;
		table = (entry >> 10) * PAGE;
		if (entry & 6) {
			*leaf = PAGE << (9 * level);
			*writable = entry & 4;
			return level == 2 || table % *leaf || !(entry & 2) ? 0 : table + va % *leaf;
		}
	}
	return 0;
}

static bool maps_to(struct qmac_pt *pt, u64 va, u64 bus, u64 page, bool write)
{
	u64 leaf = 0, looked;
	bool writable, looked_write;
	u64 at = walk(qmac_pt_root_ppn(pt), va, &writable, &leaf);

	return at == bus && leaf == page && writable == write &&
	       qmac_pt_lookup(pt, va, &looked, &looked_write) && looked == bus &&
	       looked_write == write;
}

static bool unmapped(struct qmac_pt *pt, u64 va)
{
	u64 leaf, looked;
	bool write;

	return !walk(qmac_pt_root_ppn(pt), va, &write, &leaf) &&
	       !qmac_pt_lookup(pt, va, &looked, &write);
}

static void test_pages(struct qmac_pt *pt)
{
	struct qmac_pt_garbage garbage = { NULL };
	const u64 va = HUGE_PAGE + 5 * PAGE;

	tap_ok(!qmac_pt_map(pt, va, DATA_BUS + PAGE, 3 * PAGE, true), "map 3 pages");
	tap_ok(maps_to(pt, va, DATA_BUS + PAGE, PAGE, true) &&
		       maps_to(pt, va + 2 * PAGE + 77, DATA_BUS + 3 * PAGE + 77, PAGE, true),
	       "first and last");
	tap_ok(unmapped(pt, va - 1) && unmapped(pt, va + 3 * PAGE), "nothing around them");
	tap_ok(qmac_pt_map(pt, va + PAGE, DATA_BUS, PAGE, true) == -EBUSY, "no second mapping");
	tap_ok(!qmac_pt_map(pt, va + 3 * PAGE, DATA_BUS, PAGE, false) &&
		       maps_to(pt, va + 3 * PAGE, DATA_BUS, PAGE, false),
	       "a read-only neighbour");
	qmac_pt_unmap(pt, va, 4 * PAGE, &garbage);
	tap_ok(unmapped(pt, va) && unmapped(pt, va + 3 * PAGE), "unmapped");
	tap_ok(in_use > 1, "tables wait as garbage");
	qmac_pt_free_garbage(pt, &garbage);
	tap_ok(in_use == 1, "and are freed, but for the root");
}

static void test_huge(struct qmac_pt *pt)
{
	struct qmac_pt_garbage garbage = { NULL };
	const u64 va = 10 * HUGE_PAGE;

	tap_ok(!qmac_pt_map(pt, va - PAGE, DATA_BUS + HUGE_PAGE - PAGE, HUGE_PAGE + 2 * PAGE, true),
	       "map 2 MiB and a page on either side");
	tap_ok(maps_to(pt, va - 1, DATA_BUS + HUGE_PAGE - 1, PAGE, true) &&
		       maps_to(pt, va + 12345, DATA_BUS + HUGE_PAGE + 12345, HUGE_PAGE, true) &&
		       maps_to(pt, va + HUGE_PAGE, DATA_BUS + 2 * HUGE_PAGE, PAGE, true),
	       "a 2 MiB leaf between pages");
	tap_ok(qmac_pt_map(pt, va + PAGE, DATA_BUS, PAGE, true) == -EBUSY,
	       "nothing below the leaf");
	qmac_pt_unmap(pt, va - PAGE, HUGE_PAGE + 2 * PAGE, &garbage);
	qmac_pt_free_garbage(pt, &garbage);
	tap_ok(unmapped(pt, va) && in_use == 1, "all gone");
	tap_ok(!qmac_pt_map(pt, va, DATA_BUS + PAGE, HUGE_PAGE, true) &&
		       maps_to(pt, va, DATA_BUS + PAGE, PAGE, true),
	       "small pages where the memory is not aligned");
	qmac_pt_unmap(pt, va, HUGE_PAGE, &garbage);
	qmac_pt_free_garbage(pt, &garbage);
}

static void test_refusals(struct qmac_pt *pt)
{
	const u64 end = 1ull << 39;

	tap_ok(qmac_pt_map(pt, HUGE_PAGE, DATA_BUS, 0, true) == -EINVAL, "0 bytes");
	tap_ok(qmac_pt_map(pt, HUGE_PAGE + 1, DATA_BUS, PAGE, true) == -EINVAL, "crooked address");
	tap_ok(qmac_pt_map(pt, HUGE_PAGE, DATA_BUS + 8, PAGE, true) == -EINVAL, "crooked memory");
	tap_ok(qmac_pt_map(pt, HUGE_PAGE - PAGE, DATA_BUS, PAGE, true) == -EINVAL,
	       "the first 2 MiB");
	tap_ok(qmac_pt_map(pt, end, DATA_BUS, PAGE, true) == -EINVAL, "beyond 2^39");
	tap_ok(qmac_pt_map(pt, end - PAGE, DATA_BUS, 2 * PAGE, true) == -EINVAL, "across 2^39");
	tap_ok(qmac_pt_map(pt, HUGE_PAGE, 1ull << 56, PAGE, true) == -EINVAL, "memory beyond 2^56");
	tap_ok(!qmac_pt_map(pt, end - PAGE, DATA_BUS, PAGE, true) &&
		       maps_to(pt, end - 1, DATA_BUS + PAGE - 1, PAGE, true),
	       "the very last page");
}

/* Memory ends at every possible point; what was mapped by then can be unmapped. */
static void test_no_memory(void)
{
	struct qmac_pt_garbage garbage = { NULL };
	bool pass = true;
	unsigned int n;
	int error = -1;

	for (n = 1; error && n < 8; n++) {
		struct qmac_pt pt;

		allowed = n;
		if (qmac_pt_init(&pt, &ops, NULL))
			continue;
		error = qmac_pt_map(&pt, 3 * HUGE_PAGE - 2 * PAGE, DATA_BUS, 4 * PAGE, true);
		pass = pass && (!error || error == -ENOMEM);
		qmac_pt_unmap(&pt, 3 * HUGE_PAGE - 2 * PAGE, 4 * PAGE, &garbage);
		qmac_pt_free_garbage(&pt, &garbage);
		pass = pass && in_use == 1;
		qmac_pt_fini(&pt);
		pass = pass && in_use == 0;
	}
	tap_ok(pass && !error, "out of memory at every point");
}

static void test_random(void)
{
	enum {
		SLOTS = 64,
		ROUNDS = 3000
	};
	static struct {
		u64 va, bus, size;
		bool write;
	} live[SLOTS];
	struct rng rng = { 11 };
	struct qmac_pt pt;
	bool pass = true;
	int i, s;

	allowed = UINT_MAX;
	pass = !qmac_pt_init(&pt, &ops, NULL);
	for (i = 0; i < ROUNDS && pass; i++) {
		struct qmac_pt_garbage garbage = { NULL };

		s = rng_in(&rng, 0, SLOTS - 1);
		if (live[s].size) {
			u64 at = live[s].va + rng_in(&rng, 0, live[s].size - 1), bus, looked;
			u64 leaf;
			bool write;

			bus = live[s].bus + (at - live[s].va);
			pass = walk(qmac_pt_root_ppn(&pt), at, &write, &leaf) == bus &&
			       write == live[s].write && qmac_pt_lookup(&pt, at, &looked, &write) &&
			       looked == bus;
			qmac_pt_unmap(&pt, live[s].va, live[s].size, &garbage);
			qmac_pt_free_garbage(&pt, &garbage);
			pass = pass && unmapped(&pt, at);
			live[s].size = 0;
			continue;
		}
		/* Each slot has 8 MiB of its own, spread over the address space. */
		live[s].va = HUGE_PAGE + s * (5ull << 30) + rng_in(&rng, 0, 700) * PAGE;
		live[s].bus = DATA_BUS + rng_in(&rng, 0, 1 << 20) * PAGE;
		if (rng_one_in(&rng, 2)) /* same place within 2 MiB: huge leaves */
			live[s].bus += (live[s].va - live[s].bus) % HUGE_PAGE;
		live[s].size = rng_in(&rng, 1, 1200) * PAGE;
		live[s].write = rng_one_in(&rng, 2);
		pass = !qmac_pt_map(&pt, live[s].va, live[s].bus, live[s].size, live[s].write);
	}
	tap_ok(pass, "%d random maps and unmaps", ROUNDS);
	qmac_pt_fini(&pt);
	tap_ok(in_use == 0, "no table is left");
}

int main(void)
{
	struct qmac_pt pt;

	allowed = UINT_MAX;
	if (!tap_ok(!qmac_pt_init(&pt, &ops, NULL), "empty tables"))
		return tap_done();
	test_pages(&pt);
	test_huge(&pt);
	test_refusals(&pt);
	qmac_pt_fini(&pt);
	tap_ok(in_use == 0, "all tables freed");
	test_no_memory();
	test_random();
	return tap_done();
}
