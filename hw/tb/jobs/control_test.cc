/* SPDX-License-Identifier: MIT */
/* What the driver does to a device at work: abort, sync, reset, and what halts it. */
#include <unordered_set>

#include "job.h"
#include "tests.h"

void test_abort(Device &d)
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

void test_sync(Device &d)
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
void test_unmap(Device &d)
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

void test_halts(Device &d)
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

void test_reset(Device &d)
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

void test_idle(Device &d)
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
