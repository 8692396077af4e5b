/* SPDX-License-Identifier: MIT */
/* The device behind its pins: registers, rings, interrupts, reset. */
#ifndef QMAC_TB_JOBS_DEVICE_H
#define QMAC_TB_JOBS_DEVICE_H

#include <Vqmac.h>

#include "../memory/bus.h"
#include "driver/qmac_regs.h"
#include "drm/qmac_cmd.h"

/* Where a job's commands are in its address space. */
static const uint64_t va_commands = 1ull << 30;

struct Outcome {
	uint64_t job_id, fault_addr, cycles;
	uint32_t cause, index;
	uint64_t classes[10];
};

class Device
{
      public:
	explicit Device(uint64_t seed) : random(seed), memory(seed), bus(top, memory, random)
	{
		reset(top);
		idle_cycles(4);
	}

	uint32_t read(uint32_t offset);
	void write(uint32_t offset, uint32_t value);
	void write64(uint32_t offset, uint64_t value);
	void cycle();
	void idle_cycles(unsigned n);
	void set_up(unsigned log2);
	void random_bus();
	void exact_bus();
	uint64_t frame();
	bool wait_irq(unsigned vector, unsigned patience = 300000);
	bool wait_idle(unsigned patience = 300000);
	void push(const struct qmac_job_entry &entry);
	struct qmac_job_entry entry(uint64_t root, unsigned commands);
	Outcome record(uint32_t index);
	bool soft_reset();

	Random random;
	Memory memory;
	Vqmac top;
	Bus<Vqmac> bus;
	Tap tap;
	unsigned irqs[4] = {};
	unsigned log2 = 0;
	uint64_t job_ring = 0, cpl_ring = 0, sync_addr = 0, next_frame = 1;
	uint32_t doorbell = 0, done = 0;
};

#endif /* QMAC_TB_JOBS_DEVICE_H */
