/* SPDX-License-Identifier: MIT */
/*
 * The PCI function: joins configuration space, BARs, DMA table and interrupts
 * with a device model.
 *
 * All memory accesses of the model happen inside calls into it, and only on
 * this thread. So once a reset, an unmap or a clear of the bus-master bit is
 * done, no access is under way: there is nothing to wait for.
 */
#ifndef QMAC_SIM_PCI_FUNCTION_H
#define QMAC_SIM_PCI_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "log/log.h"
#include "model/model.h"
#include "pci/config.h"
#include "pci/dma.h"
#include "pci/interrupts.h"
#include "qmac_regs.h"
#include "vfu/session.h"

/**
 * struct pci_counters - what happened, for the log
 * @reads: Register words read; @writes: written.
 * @narrow_writes: Pieces of registers written, which do nothing.
 * @dead_accesses: BAR accesses with memory space off or in D3hot.
 * @dma_errors: Accesses of the device answered with a bus error.
 * @resets: Resets of every kind.
 */
struct pci_counters {
	uint64_t reads, writes, narrow_writes, dead_accesses, dma_errors, resets;
};

/**
 * struct pci_function - one function
 * @log: Messages.
 * @ops: Implementation of @model.
 * @config: Configuration space.
 * @dma: Memory of the client.
 * @msix: The device's interrupts.
 * @error_irq: The interrupt that reports a broken device; only kept.
 * @msix_table: Memory behind the table, which no known client forwards to us.
 * @bus_master: Bus mastering is on and the function powered; kept up to date
 *   with @config because every memory access asks.
 * @dma_error_told: A bus error has been logged since the last reset.
 */
struct pci_function {
	const struct log *log;
	const struct qmac_model_ops *ops;
	struct qmac_model *model;
	struct pci_config config;
	struct dma_table dma;
	struct interrupts msix;
	struct interrupts error_irq;
	uint8_t msix_table[16 * QMAC_PCI_NUM_VECTORS];
	bool bus_master;
	bool dma_error_told;
	struct pci_counters counters;
};

/* Returns 0 or what the model's create() returned. */
int pci_function_init(struct pci_function *f, const struct qmac_model_ops *ops,
		      const struct qmac_model_config *model_config, const struct log *log);
void pci_function_fini(struct pci_function *f);

/* What the function looks like to a session; the device argument is the function. */
extern const struct vfu_device_ops pci_function_ops;

/* Would pci_function_run() do anything? In D3hot the device stands still. */
bool pci_function_busy(const struct pci_function *f);
uint64_t pci_function_run(struct pci_function *f, uint64_t max_cycles);

/* Power-on state of everything but the client's mappings and eventfds. */
void pci_function_reset(struct pci_function *f);

/* Memory space and bus mastering off, as for a device that is not there. */
void pci_function_quiesce(struct pci_function *f);

/*
 * The client is gone, and its memory and eventfds with it. Registers of the
 * device stay, but memory space and bus mastering go off: a job left over must
 * not reach into the memory of the next client.
 */
void pci_function_disconnect(struct pci_function *f);

#endif /* QMAC_SIM_PCI_FUNCTION_H */
