/* SPDX-License-Identifier: MIT */
/* Every way in which a job ends by itself, and what its record says. */
#include <memory>

#include "job.h"
#include "tests.h"

void test_empty(Device &d)
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

void test_jobs(Device &d, unsigned rounds)
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

void test_faults(Device &d, unsigned rounds)
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
void test_command_faults(Device &d)
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

void test_entries(Device &d)
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

void test_cycles(Device &d)
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

void test_limit(Device &d)
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
