/* SPDX-License-Identifier: MIT */
#include "device.h"

void Device::cycle()
{
	bus.drive();
	top.clk_i = 0;
	top.eval();
	for (unsigned i = 0; i < 4; i++)
		irqs[i] += top.irq_o >> i & 1;
	bus.sample();
	top.clk_i = 1;
	top.eval();
}

void Device::idle_cycles(unsigned n)
{
	while (n--)
		cycle();
}

uint32_t Device::read(uint32_t offset)
{
	uint32_t value;

	top.axil_araddr_i = offset;
	top.axil_arvalid_i = 1;
	top.axil_rready_i = 1;
	do {
		cycle();
	} while (!top.axil_rvalid_o);
	top.axil_arvalid_i = 0;
	value = top.axil_rdata_o;
	cycle();
	top.axil_rready_i = 0;
	return value;
}

void Device::write(uint32_t offset, uint32_t value)
{
	top.axil_awaddr_i = offset;
	top.axil_wdata_i = value;
	top.axil_wstrb_i = 15;
	top.axil_awvalid_i = 1;
	top.axil_wvalid_i = 1;
	cycle();
	top.axil_awvalid_i = 0;
	top.axil_wvalid_i = 0;
	top.axil_bready_i = 1;
	while (!top.axil_bvalid_o)
		cycle();
	cycle();
	top.axil_bready_i = 0;
}

void Device::write64(uint32_t offset, uint64_t value)
{
	write(offset, (uint32_t)value);
	write(offset + 4, (uint32_t)(value >> 32));
}

uint64_t Device::frame()
{
	return next_frame++ << 20 | random.below(1 << 20);
}

/* Rings of 2^log2 in consecutive frames. */
void Device::set_up(unsigned size_log2)
{
	log2 = size_log2;
	job_ring = frame() << 12 | (log2 < 6 ? random.below(64 - (1 << log2)) << 6 : 0);
	cpl_ring = frame() << 12 | (log2 < 5 ? random.below(32 - (1 << log2)) << 7 : 0);
	sync_addr = frame() << 12 | random.below(256) << 4;
	write64(QMAC_REG_JOB_RING_LO, job_ring);
	write64(QMAC_REG_CPL_RING_LO, cpl_ring);
	write64(QMAC_REG_SYNC_ADDR_LO, sync_addr);
	write(QMAC_REG_RING_SIZE, log2);
	write(QMAC_REG_CTRL, QMAC_CTRL_ENABLE_MASK);
	for (uint32_t i = 0; i < 1u << log2; i++)
		memset(memory.at(cpl_ring + 128 * i), 0, 128);
	doorbell = done = 0;
}

void Device::random_bus()
{
	bus.config.latency = 1 + random.below(60);
	bus.config.stall = random.percent(30) ? 0 : random.below(60);
	bus.config.shuffle = random.percent(50);
}

void Device::exact_bus()
{
	bus.config = BusConfig();
}

bool Device::wait_irq(unsigned vector, unsigned patience)
{
	unsigned before = irqs[vector];

	while (irqs[vector] == before && --patience)
		cycle();
	return tap.check(patience, "no interrupt %u", vector);
}

bool Device::wait_idle(unsigned patience)
{
	while (!(top.idle_o && bus.idle()) && --patience)
		cycle();
	return tap.check(patience, "never idle");
}

void Device::push(const struct qmac_job_entry &e)
{
	memcpy(memory.at(job_ring + 64 * (doorbell & ((1u << log2) - 1))), &e, 64);
	doorbell++;
}

struct qmac_job_entry Device::entry(uint64_t root, unsigned commands)
{
	struct qmac_job_entry e = {};

	e.type = 1;
	e.job_id = random.next();
	e.root_ppn = root;
	e.cmd_va = va_commands;
	e.cmd_count = commands;
	e.cycle_limit = 10000000;
	return e;
}

/* Record i, which has to be there. */
Outcome Device::record(uint32_t i)
{
	struct qmac_completion c;
	Outcome o;
	uint64_t sum = 0;

	memcpy(&c, memory.at(cpl_ring + 128 * (i & ((1u << log2) - 1))), 128);
	tap.check(c.phase == !(i >> log2 & 1), "record %u: phase %x", i, c.phase);
	tap.check(!c.reserved0 && !c.reserved1, "record %u: reserved", i);
	o.job_id = c.job_id;
	o.fault_addr = c.fault_addr;
	o.cycles = c.cycles;
	o.cause = c.cause;
	o.index = c.cmd_index;
	memcpy(o.classes, &c.busy, sizeof(o.classes));
	for (uint64_t n : o.classes)
		sum += n;
	tap.check(sum == o.cycles, "record %u: classes add up to %llu of %llu", i,
		  (unsigned long long)sum, (unsigned long long)o.cycles);
	return o;
}

bool Device::soft_reset()
{
	unsigned patience = 20000;

	write(QMAC_REG_CTRL, QMAC_CTRL_RESET_MASK);
	while (read(QMAC_REG_STATUS) & QMAC_STATUS_RESETTING_MASK && --patience)
		;
	tap.check(bus.idle(), "reset is done, but the bus is not idle");
	for (uint32_t offset = QMAC_REG_CTRL; offset < 0x100; offset += 4)
		tap.check(!read(offset), "register %x is not zero after reset", offset);
	doorbell = done = 0;
	return tap.check(patience, "reset takes for ever");
}
