// SPDX-License-Identifier: MIT
/* The device's memory accesses: bounds, permissions, strobes, shrinking files. */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci/dma.h"
#include "peer.h"
#include "tap.h"

#define PAGE 4096ull

static struct dma_table table;
static uint8_t buf[PAGE];

static uint8_t *map_own(int fd, size_t size)
{
	uint8_t *own = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (own == MAP_FAILED)
		tap_bail("mmap: %m");
	return own;
}

static int rd(uint64_t address, size_t size)
{
	return -dma_read(&table, address, buf, size);
}

static int wr(uint64_t address, uint16_t strobe)
{
	return -dma_write(&table, address, buf, strobe);
}

static void test_bounds(void)
{
	int fd = peer_memfd(4 * PAGE);
	uint8_t *own = map_own(fd, 4 * PAGE);

	dma_table_init(&table);
	tap_is(rd(0, 16), EFAULT, "empty table");
	dma_table_add(&table, 0x10000, 2 * PAGE, DMA_READ | DMA_WRITE, fd, PAGE);
	dma_table_add(&table, 0x12000, PAGE, DMA_READ | DMA_WRITE, fd, 0);
	dma_table_add(&table, -PAGE, PAGE, DMA_READ | DMA_WRITE, fd, 3 * PAGE);
	own[PAGE] = 0x11, own[0] = 0x22, own[4 * PAGE - 16] = 0x33;
	tap_ok(!rd(0x10000, 16) && buf[0] == 0x11, "first bytes, offset of the file counts");
	tap_ok(!rd(0x12000, 16) && buf[0] == 0x22, "next range");
	tap_ok(!rd(-16ull, 16) && buf[0] == 0x33, "last bytes of the address space");
	tap_is(rd(-16ull, 32), EFAULT, "past the last address");
	tap_is(rd(0xfff0, 16), EFAULT, "just below");
	tap_is(rd(0x13000, 16), EFAULT, "just above");
	tap_is(rd(0x11ff0, 32), EFAULT, "across two ranges, which the caller must not ask");
	tap_is(wr(0x12ff0, 0xffff), 0, "last beat");
	tap_is(wr(0x13000, 0xffff), EFAULT, "beat above");
	tap_is(rd(0x10008 + 4, 16), EFAULT, "not aligned");
	tap_is(wr(0x10008, 0xffff), EFAULT, "beat not aligned");
	tap_is(dma_table_remove(&table, 0x10000, 2 * PAGE), 0, "removed");
	tap_is(rd(0x10000, 16), EFAULT, "gone");
	tap_is(rd(0x12000, 16), 0, "the other is not");
	dma_table_clear(&table);
	tap_is(rd(0x12000, 16), EFAULT, "cleared");
	dma_table_fini(&table);
	munmap(own, 4 * PAGE);
	close(fd);
}

static void test_permissions(void)
{
	int fd = peer_memfd(PAGE);

	dma_table_init(&table);
	dma_table_add(&table, 0x1000, PAGE, DMA_READ, fd, 0);
	dma_table_add(&table, 0x2000, PAGE, DMA_WRITE, fd, 0);
	dma_table_add(&table, 0x3000, PAGE, DMA_READ | DMA_WRITE, -1, 0);
	tap_ok(!rd(0x1000, 16) && wr(0x1000, 1) == EFAULT, "read-only");
	tap_ok(rd(0x2000, 16) == EFAULT && !wr(0x2000, 1), "write-only");
	tap_ok(rd(0x3000, 16) == EFAULT && wr(0x3000, 1) == EFAULT, "not shared");
	dma_table_fini(&table);
	close(fd);
}

static void test_strobes(void)
{
	int fd = peer_memfd(PAGE);
	uint8_t *own = map_own(fd, PAGE);
	unsigned int wrong = 0;

	dma_table_init(&table);
	dma_table_add(&table, 0x1000, PAGE, DMA_READ | DMA_WRITE, fd, 0);
	for (uint32_t strobe = 0; strobe < 0x10000; strobe++) {
		memset(own, 0xaa, 32);
		for (int i = 0; i < 16; i++)
			buf[i] = i;
		wrong += wr(0x1000, strobe) != 0;
		for (int i = 0; i < 32; i++)
			wrong += own[i] != (i < 16 && (strobe >> i & 1) ? i : 0xaa);
	}
	tap_is(wrong, 0, "all 65536 strobes");
	dma_table_fini(&table);
	munmap(own, PAGE);
	close(fd);
}

static void test_shrink(void)
{
	int fd = peer_memfd(4 * PAGE), other = peer_memfd(PAGE);

	dma_table_init(&table);
	dma_table_add(&table, 0x10000, 4 * PAGE, DMA_READ | DMA_WRITE, fd, 0);
	dma_table_add(&table, 0x20000, PAGE, DMA_READ | DMA_WRITE, other, 0);
	tap_is(rd(0x12000, 16), 0, "before the file shrinks");
	if (ftruncate(fd, PAGE))
		tap_bail("ftruncate: %m");
	tap_is(rd(0x10000, 16), 0, "shrunk, what is left still works");
	tap_is(rd(0x12000, 16), EFAULT, "shrunk, a read beyond fails");
	tap_is(rd(0x10000, 16), EFAULT, "and poisons the range");
	tap_is(wr(0x10000, 0xffff), EFAULT, "for writes too");
	tap_is(rd(0x20000, 16), 0, "other ranges work");
	if (ftruncate(other, 0))
		tap_bail("ftruncate: %m");
	tap_is(wr(0x20000, 0xffff), EFAULT, "a write beyond fails");
	tap_is(dma_table_remove(&table, 0x10000, 4 * PAGE), 0, "a poisoned range is unmapped");
	tap_is(dma_table_remove(&table, 0x20000, PAGE), 0, "the other too");
	dma_table_fini(&table);
	close(fd);
	close(other);
}

static void test_full(void)
{
	unsigned int added = 0;

	dma_table_init(&table);
	/* From the top down: every insertion moves the others. */
	for (unsigned int i = 0; i < DMA_MAX_MAPS; i++)
		added += !dma_table_add(&table, (DMA_MAX_MAPS - i) * 2 * PAGE, PAGE, DMA_READ, -1,
					0);
	tap_is(added, DMA_MAX_MAPS, "as many ranges as fit");
	tap_is(-dma_table_add(&table, 0, PAGE, DMA_READ, -1, 0), ENOSPC, "one more");
	tap_is(-dma_table_add(&table, 3 * 2 * PAGE, PAGE, DMA_READ, -1, 0), EEXIST, "overlap");
	for (unsigned int i = 1; i <= DMA_MAX_MAPS; i += 2)
		added -= !dma_table_remove(&table, i * 2 * PAGE, PAGE);
	tap_is(added, DMA_MAX_MAPS / 2, "every other removed");
	dma_table_fini(&table);
}

/* The rest is the whole function: a copy by the device through the protocol. */
static struct peer peer;

static void start_copy(uint64_t source, uint64_t target, uint32_t length)
{
	peer_write32(&peer, 0, FAKE_SOURCE_LO, source);
	peer_write32(&peer, 0, FAKE_SOURCE_HI, source >> 32);
	peer_write32(&peer, 0, FAKE_TARGET_LO, target);
	peer_write32(&peer, 0, FAKE_TARGET_HI, target >> 32);
	peer_write32(&peer, 0, FAKE_LENGTH, length);
	peer_write32(&peer, 0, FAKE_GO, 1);
}

static uint32_t copy(uint64_t source, uint64_t target, uint32_t length)
{
	uint32_t before = peer_read32(&peer, 0, FAKE_ERRORS);

	start_copy(source, target, length);
	while (pci_function_busy(&peer.function))
		pci_function_run(&peer.function, 100);
	return peer_read32(&peer, 0, FAKE_ERRORS) - before;
}

static void test_function(void)
{
	uint8_t *ram;

	peer_open(&peer);
	ram = peer_prepare(&peer);
	memset(ram, 0x5a, 256);
	tap_is(copy(PEER_RAM, PEER_RAM + 0x1000, 256), 0, "copy: no errors");
	tap_ok(!memcmp(ram, ram + 0x1000, 256) && ram[0x1100] == 0, "copy: right and no more");
	tap_is(copy(PEER_RAM, PEER_RAM + PEER_RAM_SIZE - 64, 256), 12, "copy past the end");
	peer_write16(&peer, 7, PCI_COMMAND, PCI_COMMAND_MEMORY);
	tap_is(copy(PEER_RAM, PEER_RAM + 0x2000, 256), 16, "bus mastering off: all errors");
	tap_is(ram[0x2000], 0, "bus mastering off: nothing written");
	peer_write16(&peer, 7, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	peer_unmap(&peer, PEER_RAM, PEER_RAM_SIZE);
	tap_is(copy(PEER_RAM, PEER_RAM + 0x2000, 256), 16, "unmapped: all errors");
	munmap(ram, PEER_RAM_SIZE);
	peer_close(&peer);
}

/* When the answer to the command that ends DMA is there, memory is quiet. */
static void test_quiet(const char *name, void (*stop)(void))
{
	uint8_t *ram;

	peer_open(&peer);
	ram = peer_prepare(&peer);
	memset(ram, 0x5a, 0x4000);
	start_copy(PEER_RAM, PEER_RAM + 0x8000, 0x4000);
	pci_function_run(&peer.function, 64);
	tap_ok(ram[0x8000 + 63 * 16] == 0x5a && !ram[0x8000 + 64 * 16], "%s: a copy is under way",
	       name);
	stop();
	memset(ram + 0x8000, 0, 0x4000);
	while (pci_function_busy(&peer.function))
		pci_function_run(&peer.function, 1000);
	tap_ok(ram[0x8000] == 0 && !memcmp(ram + 0x8000, ram + 0x8001, 0x3fff),
	       "%s: nothing is written afterwards", name);
	munmap(ram, PEER_RAM_SIZE);
	peer_close(&peer);
}

static void by_reset(void)
{
	peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL);
}

static void by_flr(void)
{
	peer_write16(&peer, 7, 0x60 + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
}

static void by_d3hot(void)
{
	peer_write16(&peer, 7, 0x40 + PCI_PM_CTRL, 3);
}

static void by_power_cycle(void)
{
	by_d3hot();
	peer_write16(&peer, 7, 0x40 + PCI_PM_CTRL, 0);
	peer_write16(&peer, 7, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void by_master(void)
{
	peer_write16(&peer, 7, PCI_COMMAND, PCI_COMMAND_MEMORY);
}

static void by_unmap(void)
{
	peer_unmap(&peer, PEER_RAM, PEER_RAM_SIZE);
}

static void by_disconnect(void)
{
	pci_function_disconnect(&peer.function);
}

int main(void)
{
	test_bounds();
	test_permissions();
	test_strobes();
	test_shrink();
	test_full();
	test_function();
	test_quiet("DEVICE_RESET", by_reset);
	test_quiet("FLR", by_flr);
	test_quiet("D3hot", by_d3hot);
	test_quiet("D3hot and back", by_power_cycle);
	test_quiet("bus-master clear", by_master);
	test_quiet("DMA_UNMAP", by_unmap);
	test_quiet("disconnect", by_disconnect);
	return tap_done();
}
