// SPDX-License-Identifier: MIT
//
// Bench of qmac_csr: a model of the registers follows every cycle while reads
// and writes come with random delays on every AXI4-Lite channel, status inputs
// move, and resets happen in between.

#include <memory>
#include <vector>

#include <driver/qmac_regs.h>

#include "Vqmac_csr.h"
#include "bench.h"

static const int Kc = 16, Nc = 16; // the module's defaults

// Status inputs, as the job unit would drive them.
struct Status {
	bool busy, resetting, halted, syncing;
	uint8_t halt_cause;
	uint32_t progress, job_head, job_done, sync_ack;
	uint64_t halt_addr, cycles;
};

class Model
{
      public:
	// What the outputs must be in a cycle with the given status.
	bool enable = false, soft_reset = false, abort_valid = false, sync_req = false;
	uint64_t job_ring = 0, cpl_ring = 0, sync_addr = 0;
	uint32_t ring_log2 = 0, doorbell = 0, abort_index = 0, sync_seq = 0, irq_test = 0;

	bool reset_done(const Status &s) const
	{
		return was_resetting && !s.resetting;
	}

	uint32_t doorbell_now(const Status &s) const
	{
		return reset_done(s) ? 0 : doorbell;
	}

	uint32_t read(uint32_t offset, const Status &s)
	{
		switch (offset & ~3u) {
		case QMAC_REG_ID:
			return QMAC_REG_ID_VALUE;
		case QMAC_REG_VERSION:
			return QMAC_HW_VERSION_MAJOR << 16 | QMAC_HW_VERSION_MINOR;
		case QMAC_REG_ARRAY:
			return Nc << 16 | Kc;
		case QMAC_REG_MODEL:
			return 1;
		case QMAC_REG_OPCODES:
			return 3;
		case QMAC_REG_FLAGS:
			return 0x327;
		case QMAC_REG_TYPES:
			return 0xe0006;
		case QMAC_REG_REQUANT:
			return 0x1070f;
		case QMAC_REG_MAX_DIM:
			return 1u << 20;
		case QMAC_REG_MAX_BATCH:
		case QMAC_REG_MAX_COMMANDS:
			return 65536;
		case QMAC_REG_ACCUMULATORS:
			return 2 << 16 | 512;
		case QMAC_REG_CTRL:
			return enable;
		case QMAC_REG_STATUS:
			return (s.busy ? QMAC_STATUS_BUSY_MASK : 0) |
			       (asked || s.resetting ? QMAC_STATUS_RESETTING_MASK : 0) |
			       (s.halted ? QMAC_STATUS_HALTED_MASK : 0) |
			       (s.syncing ? QMAC_STATUS_SYNCING_MASK : 0);
		case QMAC_REG_PROGRESS:
			return s.progress;
		case QMAC_REG_HALT_CAUSE:
			return s.halt_cause;
		case QMAC_REG_HALT_ADDR_LO:
			return (uint32_t)s.halt_addr;
		case QMAC_REG_HALT_ADDR_HI:
			return s.halt_addr >> 32;
		case QMAC_REG_CYCLES_LO:
			latched = s.cycles >> 32;
			return (uint32_t)s.cycles;
		case QMAC_REG_CYCLES_HI:
			return latched;
		case QMAC_REG_JOB_RING_LO:
			return (uint32_t)job_ring;
		case QMAC_REG_JOB_RING_HI:
			return job_ring >> 32;
		case QMAC_REG_CPL_RING_LO:
			return (uint32_t)cpl_ring;
		case QMAC_REG_CPL_RING_HI:
			return cpl_ring >> 32;
		case QMAC_REG_RING_SIZE:
			return ring_log2;
		case QMAC_REG_DOORBELL:
			return doorbell_now(s);
		case QMAC_REG_JOB_HEAD:
			return s.job_head;
		case QMAC_REG_JOB_DONE:
			return s.job_done;
		case QMAC_REG_SYNC_ADDR_LO:
			return (uint32_t)sync_addr;
		case QMAC_REG_SYNC_ADDR_HI:
			return sync_addr >> 32;
		case QMAC_REG_SYNC_REQ:
			return sync_seq;
		case QMAC_REG_SYNC_ACK:
			return s.sync_ack;
		default:
			return 0;
		}
	}

	// One clock edge; write tells of a write carried out at it.
	void step(const Status &s, bool write, uint32_t offset, uint32_t data, uint32_t strobes)
	{
		bool blocked = asked || s.resetting || reset_done(s);
		bool done = reset_done(s);

		soft_reset = abort_valid = sync_req = false;
		irq_test = 0;
		if (s.resetting)
			asked = false;
		was_resetting = s.resetting;
		if (done) {
			enable = false;
			job_ring = cpl_ring = sync_addr = 0;
			ring_log2 = doorbell = abort_index = sync_seq = latched = 0;
		}
		if (write && strobes == 0xf && !blocked)
			store(offset & ~3u, data);
	}

      private:
	void store(uint32_t offset, uint32_t data)
	{
		switch (offset) {
		case QMAC_REG_CTRL:
			soft_reset = asked = data & QMAC_CTRL_RESET_MASK;
			enable = (data & QMAC_CTRL_ENABLE_MASK) && !soft_reset;
			break;
		case QMAC_REG_JOB_RING_LO:
			low(job_ring, data);
			break;
		case QMAC_REG_JOB_RING_HI:
			high(job_ring, data);
			break;
		case QMAC_REG_CPL_RING_LO:
			low(cpl_ring, data);
			break;
		case QMAC_REG_CPL_RING_HI:
			high(cpl_ring, data);
			break;
		case QMAC_REG_RING_SIZE:
			ring_log2 = data & 15;
			break;
		case QMAC_REG_DOORBELL:
			doorbell = data;
			break;
		case QMAC_REG_ABORT:
			abort_valid = true;
			abort_index = data;
			break;
		case QMAC_REG_SYNC_ADDR_LO:
			low(sync_addr, data);
			break;
		case QMAC_REG_SYNC_ADDR_HI:
			high(sync_addr, data);
			break;
		case QMAC_REG_SYNC_REQ:
			sync_req = true;
			sync_seq = data;
			break;
		case QMAC_REG_IRQ_TEST:
			irq_test = data & 15;
			break;
		}
	}

	static void low(uint64_t &value, uint32_t half)
	{
		value = (value & ~0xffffffffull) | half;
	}

	static void high(uint64_t &value, uint32_t half)
	{
		value = (value & 0xffffffffull) | (uint64_t)half << 32;
	}

	bool asked = false, was_resetting = false;
	uint32_t latched = 0;
};

static const uint32_t offsets[] = {
	QMAC_REG_ID,	       QMAC_REG_VERSION,      QMAC_REG_ARRAY,	     QMAC_REG_MODEL,
	QMAC_REG_OPCODES,      QMAC_REG_FLAGS,	      QMAC_REG_TYPES,	     QMAC_REG_REQUANT,
	QMAC_REG_MAX_DIM,      QMAC_REG_MAX_BATCH,    QMAC_REG_MAX_COMMANDS, QMAC_REG_ACCUMULATORS,
	QMAC_REG_CTRL,	       QMAC_REG_STATUS,	      QMAC_REG_PROGRESS,     QMAC_REG_HALT_CAUSE,
	QMAC_REG_HALT_ADDR_LO, QMAC_REG_HALT_ADDR_HI, QMAC_REG_CYCLES_LO,    QMAC_REG_CYCLES_HI,
	QMAC_REG_JOB_RING_LO,  QMAC_REG_JOB_RING_HI,  QMAC_REG_CPL_RING_LO,  QMAC_REG_CPL_RING_HI,
	QMAC_REG_RING_SIZE,    QMAC_REG_DOORBELL,     QMAC_REG_JOB_HEAD,     QMAC_REG_JOB_DONE,
	QMAC_REG_ABORT,	       QMAC_REG_SYNC_ADDR_LO, QMAC_REG_SYNC_ADDR_HI, QMAC_REG_SYNC_REQ,
	QMAC_REG_SYNC_ACK,     QMAC_REG_IRQ_TEST,
};

struct Rates {
	unsigned aw, w, b, ar, r; // percent of cycles in which a side is willing
	unsigned resets;	  // per thousand cycles
};

class Bench
{
      public:
	Bench(Tap &tap, Random &random, const Rates &rates)
	    : tap(tap), random(random), rates(rates), top(new Vqmac_csr), status()
	{
		reset(*top);
	}

	void cycle()
	{
		bool aw, w, b, ar, r, carried_out, read_due;
		uint32_t value = 0;

		move_status();
		offer();
		top->clk_i = 0;
		top->eval();
		compare();
		aw = top->axil_awvalid_i && top->axil_awready_o;
		w = top->axil_wvalid_i && top->axil_wready_o;
		b = top->axil_bvalid_o && top->axil_bready_i;
		ar = top->axil_arvalid_i && top->axil_arready_o;
		r = top->axil_rvalid_o && top->axil_rready_i;
		bool b_before = top->axil_bvalid_o;

		if (ar)
			value = model.read(top->axil_araddr_i, status);
		read_due = ar;
		top->clk_i = 1;
		top->eval();
		now++;

		// A write is carried out at the edge that raises bvalid.
		carried_out = top->axil_bvalid_o && !b_before;
		if (carried_out)
			tap.check(have_aw && have_w, "an answer to no write");
		model.step(status, carried_out, taken_addr, taken_data, taken_strb);
		if (carried_out)
			have_aw = have_w = false;
		if (aw) {
			have_aw = true;
			taken_addr = aw_addr;
			top->axil_awvalid_i = 0;
		}
		if (w) {
			have_w = true;
			taken_data = w_data;
			taken_strb = w_strb;
			top->axil_wvalid_i = 0;
		}
		// The next may be offered before this one is answered.
		if (!send_aw && !send_w && !top->axil_awvalid_i && !top->axil_wvalid_i)
			write_open = false;
		writes += b;
		if (ar) {
			top->axil_arvalid_i = 0;
			tap.check(top->axil_rvalid_o, "no read answer");
		}
		if (read_due)
			expected = value;
		if (top->axil_rvalid_o)
			tap.check(top->axil_rdata_o == expected && top->axil_rresp_o == 0,
				  "cycle %u: offset 0x%x reads 0x%x, must be 0x%x", now, ar_addr,
				  top->axil_rdata_o, expected);
		if (top->axil_bvalid_o)
			tap.check(top->axil_bresp_o == 0, "write answered with %d",
				  top->axil_bresp_o);
		if (r) {
			reads++;
			read_open = false;
		}
		if (b || r || !(write_open || read_open))
			quiet = 0;
		tap.check(quiet++ < 2000, "no answer for 2,000 cycles");
	}

	unsigned reads = 0, writes = 0, resets = 0;

      private:
	void move_status()
	{
		uint64_t noise = random.next();

		if (random.percent(20)) {
			status.busy = noise & 1;
			status.halted = noise & 2;
			status.syncing = noise & 4;
			status.halt_cause = (uint8_t)(noise >> 8);
			status.progress = (uint32_t)(noise >> 16);
			status.job_head = (uint32_t)random.next();
			status.job_done = (uint32_t)random.next();
			status.sync_ack = (uint32_t)random.next();
			status.halt_addr = random.next();
		}
		status.cycles += random.percent(5) ? random.next() : 1;
		// The job unit: a reset begins some time after the pulse, and lasts.
		if (model.soft_reset && !reset_due && !status.resetting)
			reset_due = 1 + random.below(6);
		else if (reset_due && !--reset_due)
			status.resetting = true;
		else if (status.resetting && random.percent(10)) {
			status.resetting = false;
			resets++;
		}

		top->busy_i = status.busy;
		top->resetting_i = status.resetting;
		top->halted_i = status.halted;
		top->syncing_i = status.syncing;
		top->progress_i = status.progress;
		top->halt_cause_i = status.halt_cause;
		top->halt_addr_i = status.halt_addr;
		top->cycles_i = status.cycles;
		top->job_head_i = status.job_head;
		top->job_done_i = status.job_done;
		top->sync_ack_i = status.sync_ack;
	}

	uint32_t any_offset()
	{
		if (random.percent(10))
			return random.below(0x4000);
		if (random.percent(10))
			return (random.percent(50) ? QMAC_REG_CYCLES_LO : QMAC_REG_CYCLES_HI);
		return offsets[random.below(sizeof(offsets) / sizeof(*offsets))] +
		       (random.percent(5) ? random.below(4) : 0);
	}

	void new_write()
	{
		write_open = true;
		send_aw = send_w = true;
		aw_addr = any_offset();
		w_data = (uint32_t)random.next();
		w_strb = random.percent(90) ? 15 : random.below(16);
		// Resets are rare, and often with every other bit set.
		if ((aw_addr & ~3u) == QMAC_REG_CTRL && random.below(1000) >= rates.resets)
			w_data &= ~(uint32_t)QMAC_CTRL_RESET_MASK;
	}

	void offer()
	{
		// A valid that stands stays.
		if (!write_open && random.percent(70))
			new_write();
		if (write_open && send_aw && random.percent(rates.aw)) {
			top->axil_awvalid_i = 1;
			top->axil_awaddr_i = aw_addr;
			send_aw = false;
		}
		if (write_open && send_w && random.percent(rates.w)) {
			top->axil_wvalid_i = 1;
			top->axil_wdata_i = w_data;
			top->axil_wstrb_i = w_strb;
			send_w = false;
		}
		if (!read_open && random.percent(rates.ar)) {
			read_open = true;
			ar_addr = any_offset();
			top->axil_arvalid_i = 1;
			top->axil_araddr_i = ar_addr;
		}
		top->axil_bready_i = random.percent(rates.b);
		top->axil_rready_i = random.percent(rates.r);
	}

	void equal(const char *name, uint64_t is, uint64_t must)
	{
		tap.check(is == must, "cycle %u: %s is 0x%llx, must be 0x%llx", now, name,
			  (unsigned long long)is, (unsigned long long)must);
	}

	void compare()
	{
		equal("enable_o", top->enable_o, model.enable);
		equal("soft_reset_o", top->soft_reset_o, model.soft_reset);
		equal("job_ring_o", top->job_ring_o, model.job_ring & ~63ull);
		equal("cpl_ring_o", top->cpl_ring_o, model.cpl_ring & ~127ull);
		equal("ring_log2_o", top->ring_log2_o, model.ring_log2);
		equal("doorbell_o", top->doorbell_o, model.doorbell_now(status));
		equal("abort_valid_o", top->abort_valid_o, model.abort_valid);
		equal("abort_index_o", top->abort_index_o, model.abort_index);
		equal("sync_req_o", top->sync_req_o, model.sync_req);
		equal("sync_seq_o", top->sync_seq_o, model.sync_seq);
		equal("sync_addr_o", top->sync_addr_o, model.sync_addr & ~15ull);
		equal("irq_test_o", top->irq_test_o, model.irq_test);
	}

	Tap &tap;
	Random &random;
	Rates rates;
	std::unique_ptr<Vqmac_csr> top;
	Model model;
	Status status;
	unsigned now = 0, quiet = 0, reset_due = 0;
	bool have_aw = false, have_w = false; // taken, not carried out
	bool write_open = false, read_open = false, send_aw = false, send_w = false;
	uint32_t aw_addr = 0, w_data = 0, w_strb = 0, ar_addr = 0, expected = 0;
	uint32_t taken_addr = 0, taken_data = 0, taken_strb = 0;
};

static void traffic(Tap &tap, Random &random, const char *name, const Rates &rates)
{
	Bench bench(tap, random, rates);

	tap.begin(name);
	for (int i = 0; i < 150000 && !tap.failing(); i++)
		bench.cycle();
	tap.check(bench.reads > 500 && bench.writes > 500, "little traffic");
	tap.check(!rates.resets || bench.resets > 10, "few resets");
	printf("# %u reads, %u writes, %u resets\n", bench.reads, bench.writes, bench.resets);
	tap.end();
}

int main(int argc, char **argv)
{
	Tap tap;

	Random random(bench_seed(argc, argv));
	traffic(tap, random, "everything ready", { 100, 100, 100, 100, 100, 0 });
	traffic(tap, random, "random readiness", { 40, 40, 40, 40, 40, 300 });
	traffic(tap, random, "address long before data", { 100, 5, 80, 50, 80, 300 });
	traffic(tap, random, "data long before address", { 5, 100, 80, 50, 80, 300 });
	traffic(tap, random, "answers taken late", { 100, 100, 5, 100, 5, 300 });
	traffic(tap, random, "many resets", { 100, 100, 100, 100, 100, 1000 });
	return tap.finish();
}
