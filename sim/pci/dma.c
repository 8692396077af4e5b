// SPDX-License-Identifier: MIT
#include "pci/dma.h"

#include <errno.h>
#include <string.h>

#define WORD 8u

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

static struct dma_map *search(struct dma_table *table, uint64_t address)
{
	unsigned int low = 0, high = table->count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		struct dma_map *map = &table->maps[middle];

		if (address < map->address) {
			high = middle;
		} else if (address - map->address >= map->size) {
			low = middle + 1;
		} else {
			table->last = middle;
			return map;
		}
	}
	return NULL;
}

/* Returns where [address, address + size) is mapped, or NULL. */
static inline uint8_t *translate(struct dma_table *table, uint64_t address, size_t size,
				 unsigned int access, struct dma_map **found)
{
	struct dma_map *map = &table->maps[table->last];
	uint64_t at = address - map->address;

	/* The first entry of an empty table is stale. */
	if (unlikely(at >= map->size || table->count == 0)) {
		map = search(table, address);
		if (!map)
			return NULL;
		at = address - map->address;
	}
	if (unlikely(size > map->size - at || !(map->access & access) || !map->host ||
		     map->poisoned))
		return NULL;
	*found = map;
	return map->host + at;
}

int dma_read(struct dma_table *table, uint64_t address, void *buf, size_t size)
{
	struct dma_map *map;
	const uint64_t *from;
	uint8_t *to = buf;

	if (unlikely((address | size) % WORD))
		return -EFAULT;
	from = (const uint64_t *)translate(table, address, size, DMA_READ, &map);
	if (unlikely(!from))
		return -EFAULT;
	for (size_t i = 0; i < size / WORD; i++) {
		uint64_t word = __atomic_load_n(&from[i], __ATOMIC_ACQUIRE);

		memcpy(to + i * WORD, &word, WORD);
	}
	return unlikely(map->poisoned) ? -EFAULT : 0;
}

static inline void store_byte(uint8_t *to, const uint8_t *from)
{
	__atomic_store_n(to, *from, __ATOMIC_RELEASE);
}

/*
 * Stores the selected bytes of one aligned word in the largest aligned pieces,
 * in address order. Every store is a release, more than asked for: it costs
 * nothing on x86 and little elsewhere.
 */
static void store_part(uint8_t *to, const uint8_t *from, unsigned int strobe)
{
	for (unsigned int i = 0; i < WORD; i++) {
		if (!(i % 4) && (strobe >> i & 0xf) == 0xf) {
			uint32_t half;

			memcpy(&half, from + i, sizeof(half));
			__atomic_store_n((uint32_t *)(to + i), half, __ATOMIC_RELEASE);
			i += 3;
		} else if (!(i % 2) && (strobe >> i & 0x3) == 0x3) {
			uint16_t quarter;

			memcpy(&quarter, from + i, sizeof(quarter));
			__atomic_store_n((uint16_t *)(to + i), quarter, __ATOMIC_RELEASE);
			i += 1;
		} else if (strobe >> i & 1) {
			store_byte(to + i, from + i);
		}
	}
}

static void store_word(uint8_t *to, const uint8_t *from, unsigned int strobe)
{
	uint64_t word;

	if (strobe != 0xff) {
		store_part(to, from, strobe);
		return;
	}
	memcpy(&word, from, sizeof(word));
	__atomic_store_n((uint64_t *)to, word, __ATOMIC_RELEASE);
}

int dma_write(struct dma_table *table, uint64_t address, const void *beat, uint16_t strobe)
{
	const uint8_t *from = beat;
	struct dma_map *map;
	uint8_t *to;

	if (unlikely(address % (2 * WORD)))
		return -EFAULT;
	to = translate(table, address, 2 * WORD, DMA_WRITE, &map);
	if (unlikely(!to))
		return -EFAULT;
	store_word(to, from, strobe & 0xff);
	store_word(to + WORD, from + WORD, strobe >> 8);
	return unlikely(map->poisoned) ? -EFAULT : 0;
}
