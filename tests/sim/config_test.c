// SPDX-License-Identifier: MIT
/* Configuration space, BARs, power states and resets. */
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>

#include "peer.h"
#include "tap.h"

#define CONFIG VFU_REGION_CONFIG

static struct peer peer;

static uint32_t config32(uint32_t at)
{
	return peer_read32(&peer, CONFIG, at);
}

static uint32_t config16(uint32_t at)
{
	uint16_t value = 0;

	peer_read(&peer, CONFIG, at, &value, sizeof(value));
	return value;
}

static uint32_t config8(uint32_t at)
{
	uint8_t value = 0;

	peer_read(&peer, CONFIG, at, &value, sizeof(value));
	return value;
}

static uint32_t capability(uint8_t id)
{
	uint32_t at = config8(PCI_CAPABILITY_LIST);

	for (int hops = 0; at && hops < 48; hops++) {
		if (config8(at) == id)
			return at;
		at = config8(at + PCI_CAP_LIST_NEXT);
	}
	return 0;
}

static void power(unsigned int state)
{
	peer_write16(&peer, CONFIG, capability(PCI_CAP_ID_PM) + PCI_PM_CTRL, state);
}

static unsigned int power_state(void)
{
	return config16(capability(PCI_CAP_ID_PM) + PCI_PM_CTRL) & PCI_PM_CTRL_STATE_MASK;
}

static void enable(void)
{
	peer_write16(&peer, CONFIG, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void test_identity(void)
{
	uint32_t exp = capability(PCI_CAP_ID_EXP), msix = capability(PCI_CAP_ID_MSIX);
	uint32_t pm = capability(PCI_CAP_ID_PM);

	tap_is(config32(PCI_VENDOR_ID), 0x514d1234, "vendor and device");
	tap_is(config32(PCI_CLASS_REVISION) >> 8, 0x120000, "class");
	tap_is(config8(PCI_HEADER_TYPE), 0, "header type");
	tap_is(config8(PCI_INTERRUPT_PIN), 0, "no INTx pin");
	tap_ok(config16(PCI_STATUS) & PCI_STATUS_CAP_LIST, "capability list");
	tap_ok(exp && msix && pm, "PCIe, MSI-X and PM capabilities");
	tap_ok(config32(exp + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLR, "FLR is announced");
	tap_is(config16(exp + PCI_EXP_FLAGS), 2, "PCIe endpoint, version 2");
	tap_is(config16(msix + PCI_MSIX_FLAGS), 3, "four MSI-X vectors");
	tap_is(config32(msix + PCI_MSIX_TABLE), 2, "MSI-X table at the start of BAR2");
	tap_is(config32(msix + PCI_MSIX_PBA), 0x1002, "PBA in BAR2");
	tap_ok(!(config16(pm + PCI_PM_CTRL) & PCI_PM_CTRL_NO_SOFT_RESET), "D3hot loses state");
	tap_is(config32(PCI_CFG_SPACE_SIZE), 0, "no extended capabilities");
}

static void test_bars(void)
{
	static const uint32_t sizing[6] = { 0xffffc004, 0xffffffff, 0xffffe004, 0xffffffff, 0, 0 };

	for (int i = 0; i < 6; i++) {
		uint32_t at = PCI_BASE_ADDRESS_0 + 4 * i;

		peer_write32(&peer, CONFIG, at, 0xffffffff);
		tap_is(config32(at), sizing[i], "BAR register %d, sizing", i);
	}
	peer_write32(&peer, CONFIG, PCI_BASE_ADDRESS_0, 0xfe001234);
	tap_is(config32(PCI_BASE_ADDRESS_0), 0xfe000004, "address, type bits stay");
	peer_write32(&peer, CONFIG, PCI_ROM_ADDRESS, 0xfffff800);
	tap_is(config32(PCI_ROM_ADDRESS), 0, "no ROM");
}

static void test_write_masks(void)
{
	static uint8_t before[4096], after[4096], ones[4096];
	unsigned int changed = 0;

	memset(ones, 0xff, sizeof(ones));
	/* Neither FLR nor a power state, which reset everything. */
	ones[capability(PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL + 1] = 0x7f;
	ones[capability(PCI_CAP_ID_PM) + PCI_PM_CTRL] = 0;
	peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL);
	peer_read(&peer, CONFIG, 0, before, sizeof(before));
	peer_write(&peer, CONFIG, 0, ones, sizeof(ones));
	peer_read(&peer, CONFIG, 0, after, sizeof(after));
	tap_ok(!memcmp(before, after, 4) && !memcmp(before + 6, after + 6, 6),
	       "identity and status are read-only");
	tap_is(config16(PCI_COMMAND), 0x546, "command bits");
	for (int i = 0x100; i < 4096; i++)
		changed += before[i] != after[i];
	tap_is(changed, 0, "extended space is read-only");
	peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL);
	peer_read(&peer, CONFIG, 0, after, sizeof(after));
	tap_ok(!memcmp(before, after, 4096), "reset restores every byte");
}

static void test_registers(void)
{
	uint8_t bytes[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	uint8_t back[16];
	uint64_t wide = 0;

	enable();
	tap_is(peer_read32(&peer, 0, FAKE_ID), FAKE_ID_VALUE, "a register");
	peer_read(&peer, 0, 1, back, 1);
	tap_is(back[0], 'M', "a byte of a register");
	peer_read(&peer, 0, 2, back, 2);
	tap_ok(back[0] == 'A' && back[1] == 'C', "half a register");
	peer_write(&peer, 0, 0x200, bytes, 8);
	tap_is(peer_read32(&peer, 0, FAKE_LAST_WRITE), 0x204, "8 bytes written low word first");
	peer_read(&peer, 0, 0x200, &wide, 8);
	tap_is(wide, 0x0807060504030201, "8 bytes");
	peer_read(&peer, 0, FAKE_LATCH, &wide, 4);
	peer_read(&peer, 0, FAKE_LATCH, &wide, 2);
	peer_read(&peer, 0, FAKE_LATCH - 3, back, 7);
	tap_is(back[3], 3, "every access fetches a register once");
	peer_write(&peer, 0, 0x210, bytes, 16);
	peer_read(&peer, 0, 0x20e, back, 16);
	tap_ok(!back[0] && !back[1] && !memcmp(back + 2, bytes, 14), "any alignment when reading");
	peer_write(&peer, 0, 0x220, bytes, 1);
	peer_write(&peer, 0, 0x222, bytes, 2);
	tap_is(peer_read32(&peer, 0, 0x220), 0, "narrow writes do nothing");
	tap_is(peer.function.counters.narrow_writes, 2, "and are counted");
	peer_write(&peer, 0, 0x232, bytes, 8);
	tap_is(peer_read32(&peer, 0, 0x234), 0x06050403, "of a wide one whole registers count");
	tap_is(peer_read32(&peer, 0, 0x230) | peer_read32(&peer, 0, 0x238), 0, "and pieces do not");
}

static void test_multi(void)
{
	struct {
		struct vfu_write_multi multi;
		struct vfu_multi_entry entries[2];
	} m = { { 2 }, { { 0x240, 0, 4, { 1 } }, { 0x248, 0, 8, { 2, 0, 0, 0, 3 } } } };

	peer_call(&peer, VFU_REGION_WRITE_MULTI, &m, sizeof(m), NULL, 0, NULL);
	tap_ok(peer_read32(&peer, 0, 0x240) == 1 && peer_read32(&peer, 0, 0x248) == 2 &&
		       peer_read32(&peer, 0, 0x24c) == 3,
	       "WRITE_MULTI");
}

static void test_memory_enable(void)
{
	peer_write16(&peer, CONFIG, PCI_COMMAND, 0);
	tap_is(peer_read32(&peer, 0, FAKE_ID), 0xffffffff, "memory space off: ones");
	peer_write32(&peer, 0, 0x200, 5);
	enable();
	tap_ok(peer_read32(&peer, 0, 0x200) != 5, "memory space off: writes are dropped");
	tap_is(peer_read32(&peer, 2, 0xc), 1, "MSI-X entries are masked at first");
	peer_write32(&peer, 2, 0x1000, 0xf);
	tap_is(peer_read32(&peer, 2, 0x1000), 0, "pending bits are read-only");
}

static void check_reset(const char *name)
{
	tap_is(config16(PCI_COMMAND), 0, "%s: command register", name);
	tap_is(config32(PCI_BASE_ADDRESS_0), 4, "%s: BAR", name);
	tap_is(power_state(), 0, "%s: power state", name);
	enable();
	tap_is(peer_read32(&peer, 0, 0x200), 0, "%s: registers of the device", name);
}

static void dirty(void)
{
	enable();
	peer_write32(&peer, 0, 0x200, 77);
	peer_write32(&peer, CONFIG, PCI_BASE_ADDRESS_0, 0xfe000000);
}

static void test_resets(void)
{
	uint32_t control = capability(PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL;

	dirty();
	peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL);
	check_reset("DEVICE_RESET");
	dirty();
	/* Four bytes, as QEMU forwards it. */
	peer_write32(&peer, CONFIG, control, config32(control) | PCI_EXP_DEVCTL_BCR_FLR);
	tap_ok(!(config16(control) & PCI_EXP_DEVCTL_BCR_FLR), "FLR: the bit reads zero");
	check_reset("FLR");
	dirty();
	power(3);
	power(0);
	check_reset("D3hot and back");
}

static void test_power(void)
{
	dirty();
	power(1);
	tap_is(power_state(), 0, "D1 is ignored");
	power(2);
	tap_is(power_state(), 0, "D2 is ignored");
	tap_is(peer_read32(&peer, 0, 0x200), 77, "and nothing is lost");
	peer_write32(&peer, 0, FAKE_SPIN, 1000);
	tap_ok(pci_function_busy(&peer.function), "busy");
	power(3);
	tap_is(power_state(), 3, "D3hot");
	tap_ok(!pci_function_busy(&peer.function), "D3hot: stands still");
	tap_is(peer_read32(&peer, 0, FAKE_ID), 0xffffffff, "D3hot: ones");
	tap_is(config32(PCI_VENDOR_ID), 0x514d1234, "D3hot: configuration space answers");
	power(2);
	tap_is(power_state(), 3, "D3hot: D2 is ignored");
	peer_call(&peer, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL);
	check_reset("DEVICE_RESET in D3hot");
}

int main(void)
{
	uint8_t *ram;

	peer_open(&peer);
	ram = peer_prepare(&peer);
	test_identity();
	test_bars();
	test_write_masks();
	test_registers();
	test_multi();
	test_memory_enable();
	test_resets();
	test_power();
	munmap(ram, PEER_RAM_SIZE);
	peer_close(&peer);
	return tap_done();
}
