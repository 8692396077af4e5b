/* SPDX-License-Identifier: MIT */
#ifndef QMAC_SIM_PCI_BARS_H
#define QMAC_SIM_PCI_BARS_H

#include "pci/function.h"

/*
 * Accesses inside the BAR, of any size and alignment. The register BAR has
 * 32-bit registers. Reads fetch each register that they touch once, in
 * ascending order, and return the bytes asked for. Writes reach registers that
 * they cover as a whole, in ascending order; a piece of one is ignored and
 * counted, because half a doorbell is worse than none.
 */
void bar_registers_read(struct pci_function *f, uint64_t offset, uint8_t *buf, size_t size);
void bar_registers_write(struct pci_function *f, uint64_t offset, const uint8_t *buf, size_t size);
void bar_msix_read(struct pci_function *f, uint64_t offset, uint8_t *buf, size_t size);
void bar_msix_write(struct pci_function *f, uint64_t offset, const uint8_t *buf, size_t size);

/* Table entries masked, addresses zero. */
void bar_msix_reset(struct pci_function *f);

#endif /* QMAC_SIM_PCI_BARS_H */
