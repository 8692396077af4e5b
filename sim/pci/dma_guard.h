/* SPDX-License-Identifier: MIT */
/*
 * Survives a client that shrinks a file which is mapped here: the access that
 * runs past its end completes on an anonymous page, and the range is poisoned.
 */
#ifndef QMAC_SIM_PCI_DMA_GUARD_H
#define QMAC_SIM_PCI_DMA_GUARD_H

#include "pci/dma.h"

void dma_guard_add(struct dma_table *table);
void dma_guard_remove(struct dma_table *table);

#endif /* QMAC_SIM_PCI_DMA_GUARD_H */
