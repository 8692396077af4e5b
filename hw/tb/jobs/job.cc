/* SPDX-License-Identifier: MIT */
#include "job.h"

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

void check_good(Device &d, Job &job, const struct qmac_job_entry &e, uint32_t i)
{
	Outcome o = d.record(i);

	d.tap.check(o.job_id == e.job_id && o.cause == 0 && o.index == e.cmd_count && !o.fault_addr,
		    "job %u: cause %u index %u", i, o.cause, o.index);
	for (unsigned c = 0; c < job.commands.size(); c++)
		d.tap.check(job.copied(c), "job %u: command %u is wrong", i, c);
}
