// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "pci/dma.h"
#include "pci/dma_guard.h"

void dma_table_init(struct dma_table *table)
{
	memset(table, 0, sizeof(*table));
	dma_guard_add(table);
}

void dma_table_fini(struct dma_table *table)
{
	dma_table_clear(table);
	dma_guard_remove(table);
}

/* A shorter file would only fault later; devices (DAX) have no size to check. */
static int check_file(int fd, uint64_t offset, uint64_t size)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISCHR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode) || st.st_size < 0)
		return -EINVAL;
	if (offset > (uint64_t)st.st_size || size > (uint64_t)st.st_size - offset)
		return -EINVAL;
	return 0;
}

static int map_file(struct dma_map *map, int fd, uint64_t offset)
{
	int prot = (map->access & DMA_READ ? PROT_READ : 0) |
		   (map->access & DMA_WRITE ? PROT_WRITE : 0);
	int ret = check_file(fd, offset, map->size);
	void *host;

	if (ret)
		return ret;
	host = mmap(NULL, map->size, prot, MAP_SHARED | MAP_NORESERVE, fd, (off_t)offset);
	if (host == MAP_FAILED)
		return -errno;
	map->host = host;
	return 0;
}

int dma_table_add(struct dma_table *table, uint64_t address, uint64_t size, unsigned int access,
		  int fd, uint64_t offset)
{
	struct dma_map map = { .address = address, .size = size, .access = access };
	uint64_t last = address + (size - 1);
	unsigned int at = 0;
	int ret;

	while (at < table->count && table->maps[at].address < address)
		at++;
	if (at > 0 && address - table->maps[at - 1].address < table->maps[at - 1].size)
		return -EEXIST;
	if (at < table->count && table->maps[at].address <= last)
		return -EEXIST;
	if (table->count == DMA_MAX_MAPS)
		return -ENOSPC;
	ret = fd < 0 ? 0 : map_file(&map, fd, offset);
	if (ret)
		return ret;
	memmove(&table->maps[at + 1], &table->maps[at],
		(table->count - at) * sizeof(table->maps[0]));
	table->maps[at] = map;
	table->count++;
	return 0;
}

int dma_table_remove(struct dma_table *table, uint64_t address, uint64_t size)
{
	for (unsigned int i = 0; i < table->count; i++) {
		struct dma_map *map = &table->maps[i];

		if (map->address != address || map->size != size)
			continue;
		if (map->host)
			munmap(map->host, map->size);
		table->count--;
		table->last = 0;
		memmove(map, map + 1, (table->count - i) * sizeof(*map));
		return 0;
	}
	return -ENOENT;
}

void dma_table_clear(struct dma_table *table)
{
	while (table->count) {
		struct dma_map *map = &table->maps[table->count - 1];

		if (map->host)
			munmap(map->host, map->size);
		table->count--;
	}
	table->last = 0;
}

const char *dma_explain(const struct dma_table *table, uint64_t address, unsigned int access)
{
	for (unsigned int i = 0; i < table->count; i++) {
		const struct dma_map *map = &table->maps[i];

		if (address - map->address >= map->size)
			continue;
		if (map->poisoned)
			return "the client truncated the file of that memory";
		if (!map->host)
			return "that memory is not shared with this process (share=on?)";
		if (!(map->access & access))
			return access == DMA_WRITE ? "that memory is read-only"
						   : "that memory is write-only";
		return "the access is not aligned or runs past the end of that memory";
	}
	return "there is no memory";
}
