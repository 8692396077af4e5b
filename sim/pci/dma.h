/* SPDX-License-Identifier: MIT */
/*
 * What the device can reach of the client's memory: mapped files by bus
 * address, with permissions.
 */
#ifndef QMAC_SIM_PCI_DMA_H
#define QMAC_SIM_PCI_DMA_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Several times what any machine type of QEMU was seen to use. */
#define DMA_MAX_MAPS 256u

#define DMA_READ  (1u << 0)
#define DMA_WRITE (1u << 1)

/**
 * struct dma_map - one range of bus addresses
 * @address: First bus address.
 * @size: Bytes.
 * @host: Where it is mapped here, or NULL when the client gave no file.
 * @access: DMA_READ, DMA_WRITE.
 * @poisoned: The file shrank under us; set by the signal handler. The range
 *   then consists of anonymous zeros and every access fails.
 */
struct dma_map {
	uint64_t address, size;
	uint8_t *host;
	unsigned int access;
	volatile sig_atomic_t poisoned;
};

/**
 * struct dma_table - all ranges, sorted by address, none overlapping
 * @maps: The first @count are in use.
 * @last: Index of the range hit last; always below @count or the table is empty.
 * @next: List of tables that the signal handler looks through.
 */
struct dma_table {
	struct dma_map maps[DMA_MAX_MAPS];
	unsigned int count, last;
	struct dma_table *next;
};

/* Start with an empty table, protected against shrinking files from now on. */
void dma_table_init(struct dma_table *table);
void dma_table_fini(struct dma_table *table);

/**
 * dma_table_add() - map a range
 * @fd: File to map from @offset, or -1; not kept.
 *
 * Sizes and addresses are multiples of 4 KiB, not zero, and do not wrap.
 *
 * Return: 0; -EEXIST when it overlaps another range, -ENOSPC when the table is
 * full, -EINVAL when the file is no memory or ends before the range, -errno of
 * mmap (-EACCES: the file is not open for what @access asks).
 */
int dma_table_add(struct dma_table *table, uint64_t address, uint64_t size, unsigned int access,
		  int fd, uint64_t offset);

/* Remove exactly the range added as such. Returns 0 or -ENOENT. */
int dma_table_remove(struct dma_table *table, uint64_t address, uint64_t size);

void dma_table_clear(struct dma_table *table);

/*
 * Access memory as struct qmac_host_ops says, except that bus mastering is the
 * caller's business. Return 0 or -EFAULT.
 */
int dma_read(struct dma_table *table, uint64_t address, void *buf, size_t size);
int dma_write(struct dma_table *table, uint64_t address, const void *beat, uint16_t strobe);

/* Why an access of this kind fails, for a message. */
const char *dma_explain(const struct dma_table *table, uint64_t address, unsigned int access);

#endif /* QMAC_SIM_PCI_DMA_H */
