// SPDX-License-Identifier: MIT
#include "pci/config.h"

#include <linux/pci_regs.h>
#include <string.h>

#include "qmac_regs.h"

/* Capabilities, linked in this order. */
#define PM_AT	0x40
#define MSIX_AT 0x50
#define EXP_AT	0x60

#define PBA_OFFSET 0x1000u

#define PCI_D0	  0u
#define PCI_D3hot 3u

static void put8(uint8_t *space, size_t at, uint8_t value)
{
	space[at] = value;
}

static void put16(uint8_t *space, size_t at, uint16_t value)
{
	put8(space, at, value & 0xff);
	put8(space, at + 1, value >> 8);
}

static void put32(uint8_t *space, size_t at, uint32_t value)
{
	put16(space, at, value & 0xffff);
	put16(space, at + 2, value >> 16);
}

static uint16_t get16(const uint8_t *space, size_t at)
{
	return space[at] | space[at + 1] << 8;
}

static void reset_header(struct pci_config *c)
{
	put16(c->value, PCI_VENDOR_ID, QMAC_PCI_VENDOR_ID);
	put16(c->value, PCI_DEVICE_ID, QMAC_PCI_DEVICE_ID);
	put16(c->writable, PCI_COMMAND,
	      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
		      PCI_COMMAND_INTX_DISABLE);
	put16(c->value, PCI_STATUS, PCI_STATUS_CAP_LIST);
	put32(c->value, PCI_CLASS_REVISION, QMAC_PCI_CLASS << 8 | QMAC_HW_VERSION_MAJOR);
	put8(c->writable, PCI_CACHE_LINE_SIZE, 0xff);
	put16(c->value, PCI_SUBSYSTEM_VENDOR_ID, QMAC_PCI_VENDOR_ID);
	put16(c->value, PCI_SUBSYSTEM_ID, QMAC_PCI_DEVICE_ID);
	put8(c->value, PCI_CAPABILITY_LIST, PM_AT);
	put8(c->writable, PCI_INTERRUPT_LINE, 0xff);
}

static void reset_bar(struct pci_config *c, unsigned int bar, uint32_t size)
{
	size_t at = PCI_BASE_ADDRESS_0 + 4 * bar;

	put32(c->value, at, PCI_BASE_ADDRESS_SPACE_MEMORY | PCI_BASE_ADDRESS_MEM_TYPE_64);
	put32(c->writable, at, ~(size - 1));
	put32(c->writable, at + 4, 0xffffffff);
}

/*
 * PCI_PM_CTRL_NO_SOFT_RESET stays clear: leaving D3hot resets the function. A
 * driver that lives with this lives with hardware that loses power, and Linux
 * offers its "pm" reset method only then.
 */
static void reset_pm(struct pci_config *c)
{
	put8(c->value, PM_AT, PCI_CAP_ID_PM);
	put8(c->value, PM_AT + PCI_CAP_LIST_NEXT, MSIX_AT);
	put16(c->value, PM_AT + PCI_PM_PMC, 3);
	put16(c->writable, PM_AT + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
}

static void reset_msix(struct pci_config *c)
{
	put8(c->value, MSIX_AT, PCI_CAP_ID_MSIX);
	put8(c->value, MSIX_AT + PCI_CAP_LIST_NEXT, EXP_AT);
	put16(c->value, MSIX_AT + PCI_MSIX_FLAGS, QMAC_PCI_NUM_VECTORS - 1);
	put16(c->writable, MSIX_AT + PCI_MSIX_FLAGS,
	      PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	put32(c->value, MSIX_AT + PCI_MSIX_TABLE, QMAC_PCI_BAR_MSIX);
	put32(c->value, MSIX_AT + PCI_MSIX_PBA, PBA_OFFSET | QMAC_PCI_BAR_MSIX);
}

static void reset_express(struct pci_config *c)
{
	const uint16_t link = PCI_EXP_LNKSTA_CLS_2_5GB | PCI_EXP_LNKSTA_NLW_X1;

	put8(c->value, EXP_AT, PCI_CAP_ID_EXP);
	put16(c->value, EXP_AT + PCI_EXP_FLAGS, 2 | PCI_EXP_TYPE_ENDPOINT << 4);
	put32(c->value, EXP_AT + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR);
	put16(c->value, EXP_AT + PCI_EXP_DEVCTL,
	      PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN | PCI_EXP_DEVCTL_READRQ_512B);
	put16(c->writable, EXP_AT + PCI_EXP_DEVCTL, 0xffff);
	put32(c->value, EXP_AT + PCI_EXP_LNKCAP, link);
	put16(c->writable, EXP_AT + PCI_EXP_LNKCTL,
	      PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES);
	put16(c->value, EXP_AT + PCI_EXP_LNKSTA, link);
	put32(c->value, EXP_AT + PCI_EXP_LNKCAP2, PCI_EXP_LNKCAP2_SLS_2_5GB);
	put16(c->value, EXP_AT + PCI_EXP_LNKCTL2, PCI_EXP_LNKCTL2_TLS_2_5GT);
}

void pci_config_reset(struct pci_config *config)
{
	memset(config, 0, sizeof(*config));
	reset_header(config);
	reset_bar(config, QMAC_PCI_BAR_REGS, QMAC_PCI_BAR_REGS_SIZE);
	reset_bar(config, QMAC_PCI_BAR_MSIX, QMAC_PCI_BAR_MSIX_SIZE);
	reset_pm(config);
	reset_msix(config);
	reset_express(config);
}

void pci_config_read(const struct pci_config *config, size_t offset, void *buf, size_t size)
{
	memcpy(buf, config->value + offset, size);
}

static unsigned int power_state(const struct pci_config *c)
{
	return c->value[PM_AT + PCI_PM_CTRL] & PCI_PM_CTRL_STATE_MASK;
}

static void set_power_state(struct pci_config *c, unsigned int state)
{
	c->value[PM_AT + PCI_PM_CTRL] &= ~PCI_PM_CTRL_STATE_MASK;
	c->value[PM_AT + PCI_PM_CTRL] |= state;
}

unsigned int pci_config_write(struct pci_config *config, size_t offset, const void *buf,
			      size_t size)
{
	unsigned int old_state = power_state(config), events = 0;
	uint16_t control;

	for (size_t i = 0; i < size; i++) {
		uint8_t mask = config->writable[offset + i];
		uint8_t *value = &config->value[offset + i];

		*value = (*value & ~mask) | (((const uint8_t *)buf)[i] & mask);
	}
	/* A state that the function has not is ignored, as the standard asks. */
	if (power_state(config) != PCI_D0 && power_state(config) != PCI_D3hot)
		set_power_state(config, old_state);
	if (old_state != PCI_D0 && power_state(config) == PCI_D0)
		events |= PCI_CONFIG_WAKE;
	control = get16(config->value, EXP_AT + PCI_EXP_DEVCTL);
	if (control & PCI_EXP_DEVCTL_BCR_FLR) {
		put16(config->value, EXP_AT + PCI_EXP_DEVCTL, control & ~PCI_EXP_DEVCTL_BCR_FLR);
		events |= PCI_CONFIG_FLR;
	}
	return events;
}

bool pci_config_powered(const struct pci_config *config)
{
	return power_state(config) == PCI_D0;
}

static bool command_has(const struct pci_config *c, uint16_t bit)
{
	return pci_config_powered(c) && (get16(c->value, PCI_COMMAND) & bit);
}

bool pci_config_memory_enabled(const struct pci_config *config)
{
	return command_has(config, PCI_COMMAND_MEMORY);
}

bool pci_config_bus_master(const struct pci_config *config)
{
	return command_has(config, PCI_COMMAND_MASTER);
}

void pci_config_disable(struct pci_config *config)
{
	put16(config->value, PCI_COMMAND, 0);
}
