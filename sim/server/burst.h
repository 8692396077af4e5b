/* SPDX-License-Identifier: MIT */
/*
 * How many cycles to run between two looks at the socket. Requests wait for the
 * end of a burst, so its length follows the speed of the model: about
 * BURST_TARGET_NS each.
 */
#ifndef QMAC_SIM_SERVER_BURST_H
#define QMAC_SIM_SERVER_BURST_H

#include <stdbool.h>
#include <stdint.h>

#define BURST_TARGET_NS	 250000u
#define BURST_MAX_CYCLES (1u << 20)

/**
 * struct burst - adaptive burst length
 * @budget: Cycles of the next burst.
 * @cycles: Cycles run in all; @ns: wall time that they took.
 * @longest_ns: Wall time of the longest burst.
 */
struct burst {
	uint64_t budget;
	uint64_t cycles, ns, longest_ns;
};

void burst_init(struct burst *burst);

/*
 * A burst of @budget ran @cycles in @ns. @ended: the model went idle, so the
 * burst could have been shorter than its budget. (@cycles cannot tell: models
 * may spend budget and count cycles differently.)
 */
void burst_account(struct burst *burst, uint64_t cycles, uint64_t ns, bool ended);

uint64_t monotonic_ns(void);

#endif /* QMAC_SIM_SERVER_BURST_H */
