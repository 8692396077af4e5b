// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "space.h"
#include "tap.h"

/* Entry bits 9:3 (X U G A D RSW): the device ignores them. */
#define PTE_IGNORED UINT64_C(0x3f8)

void space_init(struct space *space, struct qmac_pool *pool)
{
	*space = (struct space){ .pool = pool };
	if (qmac_tables_create(&space->tables, pool))
		tap_bail("no memory for page tables");
}

void space_clear(struct space *space)
{
	for (size_t i = 0; i < space->count; i++) {
		qmac_pool_free(space->pool, space->pages[i].pa, space->pages[i].size);
		free(space->pages[i].shadow);
	}
	free(space->pages);
	qmac_tables_destroy(&space->tables);
}

static struct space_page *find(struct space *space, uint64_t va)
{
	for (size_t i = 0; i < space->count; i++) {
		size_t at = (space->last + i) % space->count;

		if (va - space->pages[at].va < space->pages[at].size) {
			space->last = at;
			return &space->pages[at];
		}
	}
	return NULL;
}

static uint8_t fill_byte(struct rng *rng, enum fill fill)
{
	static const uint8_t extremes[] = { 0x00, 0x7f, 0x80, 0xff };
	uint64_t random = rng_next(rng);

	switch (fill) {
	case FILL_SMALL:
		return (uint8_t)(random % 5 - 2);
	case FILL_EXTREME:
		return extremes[random % 4];
	case FILL_SPARSE:
		return random % 16 ? 0 : (uint8_t)(random >> 8);
	default:
		return (uint8_t)random;
	}
}

/* Large pages are filled the fast way. */
static void fill_page(struct rng *rng, const struct space_page *page, enum fill fill)
{
	if (fill == FILL_RANDOM || page->size > QMAC_PAGE_4K) {
		rng_fill(rng, page->memory, page->size / sizeof(uint64_t));
		return;
	}
	for (uint64_t i = 0; i < page->size; i++)
		page->memory[i] = fill_byte(rng, fill);
}

static struct space_page *add_page(struct space *space, struct rng *rng, uint64_t va, uint64_t size,
				   enum fill fill)
{
	struct space_page *page;

	if (space->count == space->capacity) {
		space->capacity = space->capacity ? 2 * space->capacity : 64;
		space->pages = realloc(space->pages, space->capacity * sizeof(*space->pages));
		if (!space->pages)
			tap_bail("no memory");
	}
	page = &space->pages[space->count++];
	*page = (struct space_page){ .va = va & ~(size - 1), .size = size };
	page->pa = qmac_pool_alloc(space->pool, size, size);
	if (!page->pa)
		tap_bail("the page pool is exhausted");
	page->memory = qmac_pool_at(space->pool, page->pa, size);
	fill_page(rng, page, fill);
	return page;
}

void space_touch(struct space *space, struct rng *rng, uint64_t va, uint64_t len,
		 unsigned int access, uint64_t page_size, enum fill fill)
{
	uint64_t end = va + len;

	while (va < end) {
		struct space_page *page = find(space, va);

		if (!page)
			page = add_page(space, rng, va, page_size, fill);
		page->access |= access;
		va = page->va + page->size;
	}
}

/* Call @move for each page of a run. */
static void for_run(struct space *space, uint64_t va, uint8_t *buf, size_t len,
		    void (*move)(struct space_page *page, size_t at, uint8_t *buf, size_t len))
{
	while (len) {
		struct space_page *page = find(space, va);
		size_t at, part;

		if (!page)
			tap_bail("the test touches address %#lx, which it never mapped", va);
		at = va - page->va;
		part = len < page->size - at ? len : page->size - at;
		move(page, at, buf, part);
		va += part;
		buf += part;
		len -= part;
	}
}

static void to_memory(struct space_page *page, size_t at, uint8_t *buf, size_t len)
{
	memcpy(page->memory + at, buf, len);
}

static void from_memory(struct space_page *page, size_t at, uint8_t *buf, size_t len)
{
	memcpy(buf, page->memory + at, len);
}

static void to_shadow(struct space_page *page, size_t at, uint8_t *buf, size_t len)
{
	memcpy(page->shadow + at, buf, len);
}

static void from_shadow(struct space_page *page, size_t at, uint8_t *buf, size_t len)
{
	memcpy(buf, page->shadow + at, len);
}

void space_write(struct space *space, uint64_t va, const void *buf, size_t len)
{
	for_run(space, va, (uint8_t *)buf, len, to_memory);
}

void space_read(struct space *space, uint64_t va, void *buf, size_t len)
{
	for_run(space, va, buf, len, from_memory);
}

void space_shadow_write(struct space *space, uint64_t va, const void *buf, size_t len)
{
	for_run(space, va, (uint8_t *)buf, len, to_shadow);
}

void space_shadow_read(struct space *space, uint64_t va, void *buf, size_t len)
{
	for_run(space, va, buf, len, from_shadow);
}

void space_accept(struct space *space)
{
	for (size_t i = 0; i < space->count; i++)
		memcpy(space->pages[i].shadow, space->pages[i].memory, space->pages[i].size);
}

static void seal_page(struct space *space, struct rng *rng, struct space_page *page)
{
	uint64_t rights = QMAC_PTE_R | (page->access & QMAC_POOL_WRITE ? QMAC_PTE_W : 0);

	if (qmac_tables_map(&space->tables, page->va, page->pa, page->size, page->size,
			    rights | (rng_next(rng) & PTE_IGNORED)))
		tap_bail("cannot map %#lx", page->va);
	qmac_pool_protect(space->pool, page->pa, page->size, page->access);
	if (!page->shadow)
		page->shadow = malloc(page->size);
	if (!page->shadow)
		tap_bail("no memory");
}

void space_seal(struct space *space, struct rng *rng)
{
	for (size_t i = 0; i < space->count; i++)
		seal_page(space, rng, &space->pages[i]);
	space_accept(space);
}

bool space_equal(struct space *space, uint64_t *va)
{
	for (size_t i = 0; i < space->count; i++) {
		const struct space_page *page = &space->pages[i];

		if (!memcmp(page->memory, page->shadow, page->size))
			continue;
		for (size_t at = 0;; at++) {
			if (page->memory[at] != page->shadow[at]) {
				*va = page->va + at;
				return false;
			}
		}
	}
	return true;
}
