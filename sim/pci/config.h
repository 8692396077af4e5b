/* SPDX-License-Identifier: MIT */
/*
 * Configuration space: 4096 bytes of a PCI Express endpoint with power
 * management, MSI-X and function-level reset.
 */
#ifndef QMAC_SIM_PCI_CONFIG_H
#define QMAC_SIM_PCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_CONFIG_SIZE 4096u

/**
 * struct pci_config - the bytes
 * @value: What reads return.
 * @writable: Mask of the bits that writes change.
 */
struct pci_config {
	uint8_t value[PCI_CONFIG_SIZE];
	uint8_t writable[PCI_CONFIG_SIZE];
};

/* What a write asked for beyond storing bits. */
#define PCI_CONFIG_FLR	(1u << 0) /* a function-level reset */
#define PCI_CONFIG_WAKE (1u << 1) /* D3hot was left */

/* Values after power-on and after every reset. */
void pci_config_reset(struct pci_config *config);

/*
 * Read or write @size bytes at @offset, all inside the space, any alignment.
 * Writing returns PCI_CONFIG_* flags; the caller acts on them.
 */
void pci_config_read(const struct pci_config *config, size_t offset, void *buf, size_t size);
unsigned int pci_config_write(struct pci_config *config, size_t offset, const void *buf,
			      size_t size);

bool pci_config_powered(const struct pci_config *config);
/* Memory space and bus mastering count only while powered. */
bool pci_config_memory_enabled(const struct pci_config *config);
bool pci_config_bus_master(const struct pci_config *config);

/* Take memory space and bus mastering away, as when the machine behind the slot is gone. */
void pci_config_disable(struct pci_config *config);

#endif /* QMAC_SIM_PCI_CONFIG_H */
