/* SPDX-License-Identifier: MIT */
/*
 * MSI-X as far as it is the device's: an eventfd per vector, and a pending bit
 * while there is none. The client owns the vector table, and it shows masking
 * by taking the eventfd away or by putting another in its place, so the
 * eventfds alone decide.
 */
#ifndef QMAC_SIM_PCI_INTERRUPTS_H
#define QMAC_SIM_PCI_INTERRUPTS_H

#include <stdint.h>

#define INTERRUPTS_MAX 32u

/**
 * struct interrupts - the vectors
 * @count: Number of vectors, at most INTERRUPTS_MAX.
 * @eventfd: One per vector, owned; -1 is none.
 * @pending: Bit per vector that was raised while it had no eventfd.
 * @raised: Pulses seen.
 */
struct interrupts {
	unsigned int count;
	int eventfd[INTERRUPTS_MAX];
	uint32_t pending;
	uint64_t raised;
};

void interrupts_init(struct interrupts *irqs, unsigned int count);

/* Take over @fd, or none with -1; closes the one before, fires what is pending. */
void interrupts_attach(struct interrupts *irqs, unsigned int vector, int fd);

/* One pulse; vectors that do not exist are ignored. */
void interrupts_raise(struct interrupts *irqs, unsigned int vector);

void interrupts_detach_all(struct interrupts *irqs);

#endif /* QMAC_SIM_PCI_INTERRUPTS_H */
