// SPDX-License-Identifier: MIT
/* What an access of the device to guest memory costs, in a table like a VM's. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "pci/dma.h"

#define RAM	 0x100000ull
#define RAM_SIZE (63ull << 20)
#define ROUNDS	 4000000u

static struct dma_table table;
static uint8_t buf[4096];

static int read16(uint64_t at)
{
	return dma_read(&table, RAM + at % (RAM_SIZE / 2), buf, 16);
}

static int read256(uint64_t at)
{
	return dma_read(&table, RAM + at * 16 % (RAM_SIZE / 2), buf, 256);
}

static int write_whole(uint64_t at)
{
	return dma_write(&table, RAM + at % (RAM_SIZE / 2), buf, 0xffff);
}

static int write_part(uint64_t at)
{
	return dma_write(&table, RAM + at % (RAM_SIZE / 2), buf, 0x0ff7);
}

static int read_elsewhere(uint64_t at)
{
	return dma_read(&table, at & 16 ? RAM : 0xc0030000, buf, 16);
}

static void measure(const char *name, int (*access)(uint64_t))
{
	struct timespec start, end;
	int failed = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (uint64_t i = 0; i < ROUNDS; i++)
		failed |= access(i * 16);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%-36s %6.1f ns%s\n", name,
	       ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / ROUNDS,
	       failed ? " (failed)" : "");
}

int main(void)
{
	int fd = memfd_create("ram", MFD_CLOEXEC);

	if (fd < 0 || posix_fallocate(fd, 0, RAM + RAM_SIZE))
		return EXIT_FAILURE;
	dma_table_init(&table);
	if (dma_table_add(&table, RAM, RAM_SIZE, DMA_READ | DMA_WRITE, fd, RAM))
		return EXIT_FAILURE;
	for (uint64_t i = 0; i < 12; i++)
		dma_table_add(&table, 0xc0000000 + i * 0x10000, 0x1000, DMA_READ, fd, 0);
	measure("read, 16 bytes", read16);
	measure("read, 256 bytes", read256);
	measure("write, a whole beat", write_whole);
	measure("write, a beat in part", write_part);
	measure("read, 16 bytes, ranges alternating", read_elsewhere);
	dma_table_fini(&table);
	return EXIT_SUCCESS;
}
