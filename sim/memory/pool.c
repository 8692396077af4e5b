// SPDX-License-Identifier: MIT
/*
 * In-process host memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pool.h"

#define MAX_ALIGN (2u << 20)
#define ALLOCATED (1u << 7)

struct qmac_pool {
	uint64_t base, pages;
	uint8_t *memory;
	uint8_t *state; /* per page: ALLOCATED and rights */
	uint64_t next;	/* page where the search for free ones begins */
	uint64_t interrupts[QMAC_POOL_VECTORS];
};

static uint8_t *reserve(uint64_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int qmac_pool_create(struct qmac_pool **out, uint64_t base, uint64_t size)
{
	struct qmac_pool *pool;

	/* Bus address 0 stands for failure in qmac_pool_alloc(). */
	if (!base || !size || base % MAX_ALIGN || size % MAX_ALIGN || base + size < base)
		return -EINVAL;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	pool->base = base;
	pool->pages = size / QMAC_POOL_PAGE;
	pool->memory = reserve(size);
	pool->state = calloc(pool->pages, 1);
	if (!pool->memory || !pool->state) {
		qmac_pool_destroy(pool);
		return -ENOMEM;
	}
	*out = pool;
	return 0;
}

void qmac_pool_destroy(struct qmac_pool *pool)
{
	if (!pool)
		return;
	if (pool->memory)
		munmap(pool->memory, pool->pages * QMAC_POOL_PAGE);
	free(pool->state);
	free(pool);
}

static bool run_free(const struct qmac_pool *pool, uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++)
		if (pool->state[i] & ALLOCATED)
			return false;
	return true;
}

/* First fit in pages [@from, @to), or @to. Pool base is aligned to the largest alignment. */
static uint64_t find_run(const struct qmac_pool *pool, uint64_t from, uint64_t to, uint64_t count,
			 uint64_t step)
{
	for (uint64_t i = (from + step - 1) / step * step; i + count <= to; i += step)
		if (run_free(pool, i, count))
			return i;
	return to;
}

uint64_t qmac_pool_alloc(struct qmac_pool *pool, uint64_t size, uint64_t align)
{
	uint64_t step = align / QMAC_POOL_PAGE;
	uint64_t count, first;

	if (!size || size > pool->pages * QMAC_POOL_PAGE)
		return 0;
	count = (size + QMAC_POOL_PAGE - 1) / QMAC_POOL_PAGE;
	first = find_run(pool, pool->next, pool->pages, count, step);
	if (first == pool->pages)
		first = find_run(pool, 0, pool->pages, count, step);
	if (first == pool->pages)
		return 0;
	memset(pool->state + first, ALLOCATED | QMAC_POOL_RW, count);
	pool->next = first + count;
	return pool->base + first * QMAC_POOL_PAGE;
}

static uint64_t page_of(const struct qmac_pool *pool, uint64_t pa)
{
	return (pa - pool->base) / QMAC_POOL_PAGE;
}

void qmac_pool_free(struct qmac_pool *pool, uint64_t pa, uint64_t size)
{
	uint64_t count = (size + QMAC_POOL_PAGE - 1) / QMAC_POOL_PAGE;
	uint64_t first = page_of(pool, pa);

	memset(pool->state + first, 0, count);
	/* The next owner finds zeros. */
	madvise(pool->memory + first * QMAC_POOL_PAGE, count * QMAC_POOL_PAGE, MADV_DONTNEED);
	if (first < pool->next)
		pool->next = first;
}

void *qmac_pool_at(struct qmac_pool *pool, uint64_t pa, uint64_t len)
{
	uint64_t size = pool->pages * QMAC_POOL_PAGE;
	uint64_t offset = pa - pool->base;

	if (pa < pool->base || offset > size || len > size - offset)
		return NULL;
	return pool->memory + offset;
}

void qmac_pool_protect(struct qmac_pool *pool, uint64_t pa, uint64_t size, unsigned int access)
{
	uint64_t last = page_of(pool, pa + size - 1);

	for (uint64_t i = page_of(pool, pa); i <= last; i++)
		pool->state[i] = ALLOCATED | access;
}

uint64_t qmac_pool_interrupts(const struct qmac_pool *pool, unsigned int vector)
{
	return pool->interrupts[vector];
}

/* The range lies in one page, as the model promises. */
static uint8_t *checked(struct qmac_pool *pool, uint64_t pa, size_t len, unsigned int access)
{
	uint8_t *memory = qmac_pool_at(pool, pa, len);

	return memory && pool->state[page_of(pool, pa)] & access ? memory : NULL;
}

static int pool_read(void *host, uint64_t pa, void *buf, size_t len)
{
	const uint64_t *from = (const uint64_t *)checked(host, pa, len, QMAC_POOL_READ);
	uint8_t *to = buf;

	if (!from)
		return -EFAULT;
	for (size_t i = 0; i < len / sizeof(*from); i++) {
		uint64_t word = __atomic_load_n(from + i, __ATOMIC_ACQUIRE);

		memcpy(to + i * sizeof(word), &word, sizeof(word));
	}
	return 0;
}

static void store_bytes(uint8_t *to, const uint8_t *from, unsigned int strobe)
{
	for (unsigned int i = 0; i < sizeof(uint64_t); i++)
		if (strobe >> i & 1)
			to[i] = from[i];
}

static int pool_write(void *host, uint64_t pa, const void *buf, uint16_t strobe)
{
	uint8_t *to = checked(host, pa, QMAC_BEAT_BYTES, QMAC_POOL_WRITE);
	const uint8_t *from = buf;

	if (!to)
		return -EFAULT;
	for (unsigned int half = 0; half < 2; half++) {
		uint8_t selected = strobe >> half * 8;
		uint64_t word;

		memcpy(&word, from + half * 8, sizeof(word));
		if (selected == UINT8_MAX)
			__atomic_store_n((uint64_t *)to + half, word, __ATOMIC_RELEASE);
		else
			store_bytes(to + half * 8, from + half * 8, selected);
	}
	return 0;
}

static void pool_interrupt(void *host, unsigned int vector)
{
	struct qmac_pool *pool = host;

	if (vector < QMAC_POOL_VECTORS)
		pool->interrupts[vector]++;
}

const struct qmac_host_ops qmac_pool_ops = {
	.read = pool_read,
	.write = pool_write,
	.interrupt = pool_interrupt,
};
