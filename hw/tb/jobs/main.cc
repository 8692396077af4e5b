/* SPDX-License-Identifier: MIT */
/*
 * The whole device with a core that only copies (stub/qmac_core.sv): rings, records,
 * interrupts, every way in which a job ends, abort, sync, halts and reset at random
 * times, on a memory with random stalls. Cycle counts on an exact one.
 */
#include <algorithm>

#include <Vqmac.h>

#include "../memory/bus.h"
#include "driver/qmac_regs.h"
#include "drm/qmac_cmd.h"

enum {
	FaultNone,
	FaultRead,
	FaultWrite,
	FaultBusRead,
	FaultBusWrite,
	FaultWalk,
	FaultIllegal,
	FaultParam,
	FaultKinds
};

/* Device addresses: every command has its own pages for A, B, C and its record. */
static const uint64_t va_commands = 1ull << 30, va_data = 3ull << 30;
static const uint64_t va_command_step = 1ull << 16;
enum {
	PageA = 0,
	PageB = 4,
	PageC = 8,
	PageP = 12
};

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

/* A job's address space and commands. */
class Job
{
      public:
	Job(Device &device, unsigned commands, bool small = false);

	void place(unsigned i, unsigned page, uint64_t flags);
	uint64_t va(unsigned i, unsigned page)
	{
		return va_data + va_command_step * i + 4096ull * page;
	}
	uint8_t *data(unsigned i, unsigned page, uint64_t offset);
	uint8_t *command_bytes(unsigned i);
	void put_command(unsigned i);
	bool copied(unsigned i);
	bool untouched(unsigned i);
	void spoil(unsigned i, unsigned kind);

	Device &device;
	Tables tables;
	std::vector<struct qmac_cmd> commands;
	std::vector<std::vector<uint8_t>> before;
	uint32_t cause = QMAC_CAUSE_NONE, index;
	uint64_t fault_addr = 0;
};

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

Job::Job(Device &device, unsigned n, bool small)
    : device(device), tables(device.memory, [&device] { return device.frame(); }), index(n)
{
	for (unsigned i = 0; i < (n * 256 + 4095) / 4096; i++)
		tables.set(va_commands + 4096ull * i, 0, device.frame() << 10 | PteV | PteR | PteW);
	for (unsigned i = 0; i < n; i++) {
		struct qmac_cmd c = {};

		c.opcode = device.random.percent(20) && !small ? QMAC_OP_NOP : QMAC_OP_GEMM;
		c.version = QMAC_CMD_VERSION;
		before.push_back({});
		if (c.opcode == QMAC_OP_NOP) {
			commands.push_back(c);
			put_command(i);
			continue;
		}
		for (unsigned page = 0; page < 16; page++)
			place(i, page, PteV | PteR | PteW);
		uint64_t low = device.random.below(16);
		c.m = small ? 4 : 1 + device.random.below(8);
		c.n = small ? 64 : 1 + device.random.below(600);
		c.k = small ? 64 : 1 + device.random.below(4096);
		c.batch = 1;
		c.a_type = c.b_type = c.c_type = QMAC_TYPE_S8;
		c.path = QMAC_PATH_Q31;
		c.clamp_lo = -128;
		c.clamp_hi = 127;
		c.flags = QMAC_FLAG_ASYNC_A | QMAC_FLAG_ASYNC_B;
		c.a_addr = va(i, PageA) + 16 * device.random.below(64) + low;
		c.b_addr = va(i, PageB) + device.random.below(4096);
		c.c_addr = va(i, PageC) + 16 * device.random.below(64) + low;
		c.a_stride = 16 * (38 + device.random.below(50));
		c.c_stride = 16 * (38 + device.random.below(50));
		if (device.random.percent(50) && !small) {
			c.flags |= QMAC_FLAG_PER_CHANNEL;
			c.param_addr = va(i, PageP) + 16 * device.random.below(64);
			memset(data(i, PageP, c.param_addr - va(i, PageP)), 0, 16);
		}
		commands.push_back(c);
		put_command(i);
		for (unsigned r = 0; r < c.m; r++)
			for (unsigned b = 0; b < c.n; b++)
				before[i].push_back(*data(
					i, PageC, c.c_addr - va(i, PageC) + r * c.c_stride + b));
	}
}

void Job::place(unsigned i, unsigned page, uint64_t flags)
{
	tables.set(va(i, page), 0, device.frame() << 10 | flags);
}

uint8_t *Job::data(unsigned i, unsigned page, uint64_t offset)
{
	Translation t = translate(device.memory, tables.root, va(i, page) + offset);

	return device.memory.at(t.pa);
}

uint8_t *Job::command_bytes(unsigned i)
{
	return device.memory.at(translate(device.memory, tables.root, va_commands + 256 * i).pa);
}

void Job::put_command(unsigned i)
{
	memcpy(command_bytes(i), &commands[i], 256);
}

/* Rows of the result equal those of A / what was there before. */
bool Job::copied(unsigned i)
{
	const struct qmac_cmd &c = commands[i];

	for (unsigned r = 0; c.opcode && r < c.m; r++)
		for (unsigned b = 0; b < c.n; b++)
			if (*data(i, PageA, c.a_addr - va(i, PageA) + r * c.a_stride + b) !=
			    *data(i, PageC, c.c_addr - va(i, PageC) + r * c.c_stride + b))
				return false;
	return true;
}

bool Job::untouched(unsigned i)
{
	const struct qmac_cmd &c = commands[i];
	size_t at = 0;

	for (unsigned r = 0; c.opcode && r < c.m; r++)
		for (unsigned b = 0; b < c.n; b++)
			if (*data(i, PageC, c.c_addr - va(i, PageC) + r * c.c_stride + b) !=
			    before[i][at++])
				return false;
	return true;
}

/* Makes command i fail; what the record has to say. */
void Job::spoil(unsigned i, unsigned kind)
{
	struct qmac_cmd &c = commands[i];
	uint64_t row = device.random.below(c.m), at, end, bad;
	bool store = kind == FaultWrite || kind == FaultBusWrite;
	unsigned page;

	index = i;
	if (kind == FaultIllegal || c.opcode == QMAC_OP_NOP) {
		command_bytes(i)[device.random.percent(50) ? 1 : 255] ^= 0x10;
		cause = QMAC_CAUSE_ILLEGAL_COMMAND;
		fault_addr = va_commands + 256 * i;
		return;
	}
	if (kind == FaultParam) {
		c.flags |= QMAC_FLAG_PER_CHANNEL;
		if (!c.param_addr)
			c.param_addr = va(i, PageP);
		put_command(i);
		memset(data(i, PageP, c.param_addr - va(i, PageP)), 0, 16);
		data(i, PageP, c.param_addr - va(i, PageP))[13] = 1;
		cause = QMAC_CAUSE_BAD_PARAM;
		fault_addr = c.param_addr;
		return;
	}
	/* The first page of a row, or the first byte of B. */
	if (!store && device.random.percent(30)) {
		at = c.b_addr;
	} else {
		at = store ? c.c_addr + row * c.c_stride : c.a_addr + row * c.a_stride;
	}
	page = (unsigned)((at & (va_command_step - 1)) >> 12);
	bad = at & ~4095ull;
	/* Rows before it may have been the first to touch that page. */
	if (at != c.b_addr) {
		uint64_t base = store ? c.c_addr : c.a_addr;
		uint64_t stride = store ? c.c_stride : c.a_stride;

		for (uint64_t r = 0;; r++) {
			at = base + r * stride;
			end = at + c.n;
			if (end > bad)
				break;
		}
		if (at < bad)
			at = bad;
	}
	fault_addr = at;
	switch (kind) {
	case FaultRead:
		place(i, page, device.random.percent(50) ? 0 : PteV | PteW);
		cause = QMAC_CAUSE_PAGE_FAULT_READ;
		break;
	case FaultWrite:
		tables.set(bad, 0,
			   device.frame() << 10 | (device.random.percent(50) ? 0 : PteV | PteR));
		cause = QMAC_CAUSE_PAGE_FAULT_WRITE;
		break;
	case FaultBusRead:
	case FaultBusWrite:
		device.memory.bad_frames.insert(translate(device.memory, tables.root, bad).pa >>
						12);
		cause = store ? QMAC_CAUSE_BUS_ERROR_WRITE : QMAC_CAUSE_BUS_ERROR_READ;
		break;
	case FaultWalk:
		/* All of the command's data is behind one table, so B or A or the record. */
		place(i, page, PteV);
		cause = QMAC_CAUSE_PAGE_FAULT_READ;
		break;
	}
}

/* ---- Tests ---- */

static void check_good(Device &d, Job &job, const struct qmac_job_entry &e, uint32_t i)
{
	Outcome o = d.record(i);

	d.tap.check(o.job_id == e.job_id && o.cause == 0 && o.index == e.cmd_count && !o.fault_addr,
		    "job %u: cause %u index %u", i, o.cause, o.index);
	for (unsigned c = 0; c < job.commands.size(); c++)
		d.tap.check(job.copied(c), "job %u: command %u is wrong", i, c);
}

static void test_empty(Device &d)
{
	d.tap.begin("empty jobs through all slots, both phases");
	for (unsigned log2 = 1; log2 <= 4; log2++) {
		d.soft_reset();
		d.set_up(log2);
		d.exact_bus();
		for (unsigned i = 0; i < 5u << log2; i++) {
			struct qmac_job_entry e = d.entry(d.random.next() >> 20, 0);

			d.push(e);
			d.write(QMAC_REG_DOORBELL, d.doorbell);
			d.wait_irq(QMAC_IRQ_COMPLETION);
			Outcome o = d.record(i);
			d.tap.check(o.job_id == e.job_id && !o.cause && !o.index && !o.fault_addr,
				    "record");
			d.tap.check(d.read(QMAC_REG_JOB_DONE) == i + 1 &&
					    d.read(QMAC_REG_JOB_HEAD) == i + 1,
				    "indices");
			d.tap.check(d.read(QMAC_REG_STATUS) == 0, "status");
			if (!i && log2 == 1)
				printf("# an empty job: %llu cycles\n",
				       (unsigned long long)o.cycles);
			d.tap.check(o.cycles >= 100 && o.cycles < 110, "cycles %llu",
				    (unsigned long long)o.cycles);
		}
		d.wait_idle();
	}
	d.tap.end();
}

static void test_jobs(Device &d, unsigned rounds)
{
	d.tap.begin("random jobs, several in the ring, random stalls");
	for (unsigned r = 0; r < rounds && !d.tap.failing(); r++) {
		std::vector<std::unique_ptr<Job>> jobs;
		std::vector<struct qmac_job_entry> entries;
		uint32_t first;

		if (r % 8 == 0) {
			d.soft_reset();
			d.set_up(1 + d.random.below(6));
		}
		d.random_bus();
		first = d.doorbell;
		for (unsigned i = 0; i < 1 + d.random.below(1u << d.log2) && i < 4; i++) {
			jobs.push_back(std::make_unique<Job>(d, d.random.below(6)));
			entries.push_back(
				d.entry(jobs[i]->tables.root, (unsigned)jobs[i]->commands.size()));
			d.push(entries[i]);
		}
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.wait_idle();
		for (unsigned i = 0; i < jobs.size(); i++)
			check_good(d, *jobs[i], entries[i], first + i);
		d.tap.check(d.read(QMAC_REG_JOB_DONE) == d.doorbell, "all done");
	}
	d.tap.check(!d.bus.protocol_error, "AXI protocol");
	d.tap.end();
}

static void test_faults(Device &d, unsigned rounds)
{
	unsigned seen[16] = {};

	d.tap.begin("a fault of every kind ends its job precisely, and the next job is good");
	d.soft_reset();
	d.set_up(3);
	for (unsigned r = 0; r < rounds && !d.tap.failing(); r++) {
		unsigned n = 1 + d.random.below(6), bad = d.random.below(n);
		Job job(d, n), next(d, 2);
		struct qmac_job_entry e = d.entry(job.tables.root, n);
		struct qmac_job_entry e2 = d.entry(next.tables.root, 2);

		/* Another one behind it, perhaps found first, must not be reported. */
		if (bad + 1 < n && d.random.percent(50))
			job.spoil(bad + 1 + d.random.below(n - bad - 1),
				  1 + d.random.below(FaultKinds - 1));
		job.spoil(bad, 1 + r % (FaultKinds - 1));
		d.random_bus();
		d.push(e);
		d.push(e2);
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.wait_idle();
		Outcome o = d.record(d.doorbell - 2);
		seen[o.cause & 15]++;
		d.tap.check(o.cause == job.cause && o.index == job.index &&
				    o.fault_addr == job.fault_addr,
			    "cause %u index %u at %llx, expected %u %u %llx", o.cause, o.index,
			    (unsigned long long)o.fault_addr, job.cause, job.index,
			    (unsigned long long)job.fault_addr);
		for (unsigned i = 0; i < bad; i++)
			d.tap.check(job.copied(i), "command %u before the fault is incomplete", i);
		check_good(d, next, e2, d.doorbell - 1);
	}
	printf("# causes 1 to 6: %u %u %u %u %u %u\n", seen[1], seen[2], seen[3], seen[4], seen[5],
	       seen[6]);
	d.tap.end();
}

/* The commands themselves. */
static void test_command_faults(Device &d)
{
	d.tap.begin("faults of command fetch");
	d.soft_reset();
	d.set_up(2);
	for (unsigned r = 0; r < 60 && !d.tap.failing(); r++) {
		Job job(d, 40);
		struct qmac_job_entry e = d.entry(job.tables.root, 40);
		uint64_t second = va_commands + 4096;
		bool bus = r & 1;

		if (bus)
			d.memory.bad_frames.insert(
				translate(d.memory, job.tables.root, second).pa >> 12);
		else
			job.tables.set(second, 0, 0);
		d.random_bus();
		d.push(e);
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.wait_idle();
		Outcome o = d.record(d.doorbell - 1);
		d.tap.check(
			o.cause == (bus ? QMAC_CAUSE_BUS_ERROR_READ : QMAC_CAUSE_PAGE_FAULT_READ) &&
				o.index == 16 && o.fault_addr == second,
			"cause %u index %u at %llx", o.cause, o.index,
			(unsigned long long)o.fault_addr);
		for (unsigned i = 0; i < 16; i++)
			d.tap.check(job.copied(i), "command %u before it is incomplete", i);
		for (unsigned i = 16; i < 40; i++)
			d.tap.check(job.untouched(i), "command %u after it", i);
	}
	d.tap.end();
}

static void test_entries(Device &d)
{
	d.tap.begin("malformed ring entries");
	d.soft_reset();
	d.set_up(2);
	d.exact_bus();
	for (unsigned r = 0; r < 200; r++) {
		Job job(d, 1);
		struct qmac_job_entry e = d.entry(job.tables.root, 1);
		bool bad = true;

		switch (r % 10) {
		case 0:
			e.type = r % 20 ? 0 : 1u << d.random.between(1, 31);
			break;
		case 1:
			e.flags = 1u << d.random.below(32);
			break;
		case 2:
			e.root_ppn |= 1ull << d.random.between(44, 63);
			break;
		case 3:
			e.cmd_va |= 1u << d.random.below(6);
			break;
		case 4:
			e.cmd_count = 65537 + d.random.below(1 << 20);
			break;
		case 5:
			e.reserved0 = 1u << d.random.below(32);
			break;
		case 6:
			e.reserved1 = 1ull << d.random.below(64);
			break;
		case 7:
			e.reserved2 = 1ull << d.random.below(64);
			break;
		case 8:
			e.cycle_limit = 0;
			break;
		case 9:
			bad = false;
			break;
		}
		d.push(e);
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.wait_idle();
		Outcome o = d.record(d.doorbell - 1);
		if (!bad) {
			check_good(d, job, e, d.doorbell - 1);
			continue;
		}
		d.tap.check(o.cause == QMAC_CAUSE_BAD_ENTRY && !o.index && !o.fault_addr &&
				    o.job_id == e.job_id,
			    "kind %u: cause %u", r % 10, o.cause);
		d.tap.check(job.untouched(0), "did something");
	}
	d.tap.end();
}

static void test_cycles(Device &d)
{
	std::vector<uint64_t> counts;

	d.tap.begin("a job takes the same cycles after anything");
	d.soft_reset();
	d.set_up(3);
	d.exact_bus();
	Job job(d, 5);
	for (unsigned r = 0; r < 40; r++) {
		Job other(d, 3);
		uint64_t first_ar = 0, last_b = 0;

		if (r % 4 == 1) { /* after another, straight from the ring */
			if (r % 8 == 1)
				other.spoil(d.random.below(3), 1 + r % (FaultKinds - 1));
			d.push(d.entry(other.tables.root, 3));
		}
		d.push(d.entry(job.tables.root, 5));
		if (r % 4 == 2) {
			d.soft_reset();
			d.set_up(3);
			d.push(d.entry(job.tables.root, 5));
		}
		d.bus.on_read = [&](unsigned id, uint64_t, unsigned) {
			if (id == 4)
				first_ar = d.bus.now;
		};
		d.bus.on_response = [&](unsigned id) {
			if (id == 0)
				last_b = d.bus.now;
		};
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		if (r % 4 == 3) /* under register traffic */
			while (!d.top.idle_o)
				d.read(4 * d.random.below(64));
		d.wait_idle();
		Outcome o = d.record(d.doorbell - 1);
		counts.push_back(o.cycles);
		if (last_b)
			d.tap.check(o.cycles == last_b - first_ar + 1,
				    "%llu cycles from AR to B, %llu counted",
				    (unsigned long long)(last_b - first_ar + 1),
				    (unsigned long long)o.cycles);
		d.tap.check(!o.cause, "cause");
	}
	d.bus.on_read = nullptr;
	d.bus.on_response = nullptr;
	for (uint64_t n : counts)
		d.tap.check(n == counts[0], "%llu and %llu", (unsigned long long)n,
			    (unsigned long long)counts[0]);
	printf("# %llu cycles each time\n", (unsigned long long)counts[0]);
	d.tap.end();
}

static void test_limit(Device &d)
{
	d.tap.begin("cycle limit");
	d.soft_reset();
	d.set_up(3);
	for (unsigned r = 0; r < 120; r++) {
		Job job(d, 6), next(d, 1);
		struct qmac_job_entry e = d.entry(job.tables.root, 6),
				      e2 = d.entry(next.tables.root, 1);

		e.cycle_limit = 1 + d.random.below(r % 2 ? 3000 : 400);
		d.random_bus();
		d.push(e);
		d.push(e2);
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.wait_idle();
		Outcome o = d.record(d.doorbell - 2);
		if (o.cause == 0) {
			d.tap.check(o.cycles <= e.cycle_limit, "good after the limit");
			check_good(d, job, e, d.doorbell - 2);
		} else {
			d.tap.check(o.cause == QMAC_CAUSE_CYCLE_LIMIT && o.cycles > e.cycle_limit &&
					    o.index < 6 && !o.fault_addr,
				    "cause %u", o.cause);
			for (unsigned i = 0; i < o.index; i++)
				d.tap.check(job.copied(i), "command %u", i);
		}
		check_good(d, next, e2, d.doorbell - 1);
	}
	d.tap.end();
}

static void test_abort(Device &d)
{
	unsigned aborted = 0;

	d.tap.begin("abort at any time");
	d.soft_reset();
	d.set_up(3);
	for (unsigned r = 0; r < 300; r++) {
		Job job(d, 4), next(d, 1);
		struct qmac_job_entry e = d.entry(job.tables.root, 4),
				      e2 = d.entry(next.tables.root, 1);
		uint32_t i = d.doorbell;

		d.random_bus();
		d.write(QMAC_REG_ABORT, i); /* not there yet: nothing happens */
		d.push(e);
		d.push(e2);
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.idle_cycles(d.random.below(1500));
		d.write(QMAC_REG_ABORT, i + 8);
		d.write(QMAC_REG_ABORT, i);
		d.wait_idle();
		Outcome o = d.record(i);
		if (o.cause) {
			aborted++;
			d.tap.check(o.cause == QMAC_CAUSE_ABORTED && o.job_id == e.job_id &&
					    !o.fault_addr && o.index <= 4,
				    "cause %u", o.cause);
			for (unsigned c = 0; c < o.index; c++)
				d.tap.check(job.copied(c), "command %u", c);
		} else {
			check_good(d, job, e, i);
		}
		check_good(d, next, e2, i + 1);
	}
	printf("# %u of 300 aborted\n", aborted);
	d.tap.check(aborted > 50 && aborted < 300, "both happen");
	d.tap.end();
}

static void test_sync(Device &d)
{
	unsigned during = 0;

	d.tap.begin("sync: idle, during jobs, several at once");
	d.soft_reset();
	d.set_up(3);
	for (unsigned r = 0; r < 200 && !d.tap.failing(); r++) {
		Job job(d, 1 + d.random.below(8));
		struct qmac_job_entry e = d.entry(job.tables.root, (unsigned)job.commands.size());
		uint32_t seq = (uint32_t)d.random.next();

		d.random_bus();
		d.push(e);
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		for (unsigned s = 0; s < 4; s++) {
			unsigned before = d.irqs[QMAC_IRQ_SYNC], patience = 100000;

			d.idle_cycles(d.random.below(400));
			during += !!(d.read(QMAC_REG_STATUS) & QMAC_STATUS_BUSY_MASK);
			memset(d.memory.at(d.sync_addr), 0x55, 16);
			if (r % 2 == 0) {
				d.write(QMAC_REG_SYNC_REQ, ++seq);
			} else {
				for (unsigned k = 0; k < 3; k++) {
					d.write(QMAC_REG_SYNC_REQ, ++seq);
					d.idle_cycles(d.random.below(100));
				}
			}
			while (d.read(QMAC_REG_SYNC_ACK) != seq && --patience)
				;
			d.tap.check(patience, "no answer to %x", seq);
			d.tap.check(d.memory.load(d.sync_addr) == seq &&
					    d.memory.load(d.sync_addr + 8) == 0x5555555555555555,
				    "answer in memory");
			d.tap.check(d.irqs[QMAC_IRQ_SYNC] > before &&
					    d.irqs[QMAC_IRQ_SYNC] <= before + 3,
				    "interrupts");
			d.tap.check(!(d.read(QMAC_REG_STATUS) & QMAC_STATUS_SYNCING_MASK),
				    "status in round %u.%u", r, s);
		}
		d.wait_idle();
		check_good(d, job, e, d.doorbell - 1);
	}
	printf("# %u of 800 during a job\n", during);
	d.tap.end();
}

/*
 * After an unmap and its sync no access may go to the old frame: jobs loop over
 * commands whose pages change under them; whatever is answered uses new frames.
 */
static void test_unmap(Device &d)
{
	d.tap.begin("no access to a frame after the sync that followed its unmapping");
	d.soft_reset();
	d.set_up(2);
	for (unsigned r = 0; r < 100 && !d.tap.failing(); r++) {
		Job job(d, 12);
		struct qmac_job_entry e = d.entry(job.tables.root, 12);
		std::unordered_set<uint64_t> gone;

		d.random_bus();
		d.push(e);
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.idle_cycles(200 + d.random.below(1000));
		/* Two translations of one page: both frames have the same contents. */
		for (unsigned n = 0; n < 40; n++) {
			unsigned i = d.random.below(12), page = d.random.below(8);
			uint64_t ppn = d.frame();

			if (job.commands[i].opcode == QMAC_OP_NOP)
				continue;
			uint64_t pa = translate(d.memory, job.tables.root, job.va(i, page)).pa;
			memcpy(d.memory.page(ppn), d.memory.at(pa), 4096);
			job.tables.set(job.va(i, page), 0, ppn << 10 | PteV | PteR | PteW);
			gone.insert(pa >> 12);
		}
		uint32_t seq = (uint32_t)d.random.next();
		d.write(QMAC_REG_SYNC_REQ, seq);
		d.wait_irq(QMAC_IRQ_SYNC);
		for (uint64_t ppn : gone)
			d.memory.bad_frames.insert(ppn);
		d.bus.on_read = [&](unsigned, uint64_t pa, unsigned) {
			d.tap.check(!gone.count(pa >> 12), "read of an unmapped frame");
		};
		d.wait_idle();
		d.bus.on_read = nullptr;
		check_good(d, job, e, d.doorbell - 1);
	}
	d.tap.end();
}

static void expect_halt(Device &d, uint32_t cause, uint64_t address)
{
	unsigned patience = 100000;

	while (!(d.read(QMAC_REG_STATUS) & QMAC_STATUS_HALTED_MASK) && --patience)
		;
	d.wait_idle();
	d.tap.check(d.read(QMAC_REG_HALT_CAUSE) == cause, "halt cause %u instead of %u",
		    d.read(QMAC_REG_HALT_CAUSE), cause);
	uint64_t at = d.read(QMAC_REG_HALT_ADDR_LO);
	at |= (uint64_t)d.read(QMAC_REG_HALT_ADDR_HI) << 32;
	d.tap.check(at == address, "halt address %llx instead of %llx", (unsigned long long)at,
		    (unsigned long long)address);
	d.tap.check(d.irqs[QMAC_IRQ_HALT] == 1, "halt interrupt");
	d.tap.check(d.read(QMAC_REG_STATUS) == QMAC_STATUS_HALTED_MASK, "status");
	d.write(QMAC_REG_DOORBELL, d.doorbell + 1);
	d.idle_cycles(300);
	d.tap.check(d.top.idle_o, "moves after a halt");
}

static void test_halts(Device &d)
{
	d.tap.begin("halts, each left by a reset");
	for (unsigned r = 0; r < 64 && !d.tap.failing(); r++) {
		Job job(d, 3);
		struct qmac_job_entry e = d.entry(job.tables.root, 3);

		d.soft_reset();
		d.set_up(1);
		d.random_bus();
		memset(d.irqs, 0, sizeof(d.irqs));
		d.push(e);
		switch (r % 8) {
		case 0:
			d.memory.bad_frames.insert(d.job_ring >> 12);
			d.write(QMAC_REG_DOORBELL, 1);
			expect_halt(d, 1, d.job_ring);
			d.tap.check(job.untouched(0), "ran");
			break;
		case 1:
			d.memory.bad_frames.insert(d.cpl_ring >> 12);
			d.write(QMAC_REG_DOORBELL, 1);
			expect_halt(d, 2, d.cpl_ring);
			break;
		case 2:
			d.memory.bad_frames.insert(d.sync_addr >> 12);
			d.write(QMAC_REG_DOORBELL, r % 16 == 2);
			d.idle_cycles(d.random.below(600));
			d.write(QMAC_REG_SYNC_REQ, 5);
			expect_halt(d, 3, d.sync_addr);
			break;
		case 3:
			d.write(QMAC_REG_DOORBELL, 3);
			expect_halt(d, 4, 0);
			break;
		case 4:
			d.write(QMAC_REG_DOORBELL, 0xffffffff);
			expect_halt(d, 4, 0);
			break;
		case 5: /* beyond the bus */
			d.write64(QMAC_REG_JOB_RING_LO, d.job_ring | 1ull << 60);
			d.write(QMAC_REG_DOORBELL, 1);
			expect_halt(d, 1, d.job_ring | 1ull << 60);
			break;
		case 6:
			d.write64(QMAC_REG_CPL_RING_LO, d.cpl_ring | 1ull << 56);
			d.write(QMAC_REG_DOORBELL, 1);
			expect_halt(d, 2, d.cpl_ring | 1ull << 56);
			break;
		case 7:
			d.write64(QMAC_REG_SYNC_ADDR_LO, d.sync_addr | 1ull << 63);
			d.write(QMAC_REG_SYNC_REQ, 5);
			expect_halt(d, 3, d.sync_addr | 1ull << 63);
			break;
		}
	}
	d.tap.end();
}

static void test_reset(Device &d)
{
	d.tap.begin("reset at any time, then a good job");
	for (unsigned r = 0; r < 300 && !d.tap.failing(); r++) {
		Job job(d, 4), next(d, 2);
		struct qmac_job_entry e;

		d.set_up(2);
		d.random_bus();
		if (r % 5 == 4)
			job.spoil(d.random.below(4), 1 + d.random.below(FaultKinds - 1));
		d.push(d.entry(job.tables.root, 4));
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.idle_cycles(d.random.below(1200));
		if (r % 3 == 0) {
			d.write(QMAC_REG_SYNC_REQ, 77);
			d.idle_cycles(d.random.below(200));
		}
		d.soft_reset();
		d.set_up(2);
		e = d.entry(next.tables.root, 2);
		d.push(e);
		d.write(QMAC_REG_DOORBELL, d.doorbell);
		d.wait_idle();
		check_good(d, next, e, 0);
		d.soft_reset();
	}
	d.tap.end();
}

static void test_idle(Device &d)
{
	d.tap.begin("ENABLE, IRQ_TEST, and idle means that nothing changes");
	d.soft_reset();
	d.set_up(2);
	d.exact_bus();
	d.write(QMAC_REG_CTRL, 0);
	d.push(d.entry(0, 0));
	d.write(QMAC_REG_DOORBELL, 1);
	d.idle_cycles(300);
	d.tap.check(d.read(QMAC_REG_JOB_HEAD) == 0 && d.top.idle_o, "taken without ENABLE");
	d.write(QMAC_REG_CTRL, 1);
	d.idle_cycles(5);
	d.write(QMAC_REG_CTRL, 0);
	d.wait_idle();
	d.tap.check(d.read(QMAC_REG_JOB_DONE) == 1, "the job in the pipeline does not finish");
	memset(d.irqs, 0, sizeof(d.irqs));
	d.write(QMAC_REG_IRQ_TEST, 0xa);
	d.idle_cycles(5);
	d.tap.check(!d.irqs[0] && d.irqs[1] == 1 && !d.irqs[2] && d.irqs[3] == 1, "IRQ_TEST");
	uint32_t progress = d.read(QMAC_REG_PROGRESS), cycles = d.read(QMAC_REG_CYCLES_LO);
	d.idle_cycles(1000);
	d.tap.check(d.read(QMAC_REG_PROGRESS) == progress && d.read(QMAC_REG_CYCLES_LO) == cycles,
		    "something moved");
	d.tap.check(progress && cycles > 100, "PROGRESS or CYCLES");
	d.tap.end();
}

int main(int argc, char **argv)
{
	static Device d(bench_seed(argc, argv));

	test_idle(d);
	test_empty(d);
	test_cycles(d);
	test_jobs(d, 200);
	test_entries(d);
	test_faults(d, 600);
	test_command_faults(d);
	test_limit(d);
	test_abort(d);
	test_sync(d);
	test_unmap(d);
	test_halts(d);
	test_reset(d);
	d.top.final();
	return d.tap.finish();
}
