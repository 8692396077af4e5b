// SPDX-License-Identifier: MIT
/*
 * Bench of the core alone: jobs of random GEMMs against plain C++ arithmetic, with
 * a memory that stalls at random; order of dependent commands, bad parameter records,
 * flushes in mid-job; and, with --speed, cycles and their classes at full speed.
 *
 * tb-core-SIZE [--seed N] [--jobs N] [--only JOB] [--speed | --limits]
 */
#include <inttypes.h>

#include "Vqmac_core.h"
#include "bench.h"
#include "memory.h"
#include "reference.h"

static const char *const class_name[] = { "busy", "fetch", "order",  "param", "a",
					  "b",	  "mmu",   "weight", "acc",   "drain" };

struct Run {
	uint64_t cycles = 0, classes[10] = {};
	bool bad = false, good = true;
	uint64_t bad_va = 0;
	uint32_t bad_index = 0;
	std::string why;
};

class Device
{
      public:
	Device(Memory &m, Random &r) : memory(m), random(r), readers(m, r), writer(m, r)
	{
		top.clk_i = 0;
		top.flush_i = 0;
		top.cmd_valid_i = 0;
		idle_inputs();
		reset(top);
	}

	/* Runs a job to its end, to a bad record, or for limit cycles. */
	Run run(const std::vector<qmac_cmd> &cmds, const Timing &t, uint64_t limit)
	{
		static const uint32_t async[] = { QMAC_FLAG_ASYNC_A, QMAC_FLAG_ASYNC_B,
						  QMAC_FLAG_ASYNC_B };
		size_t next = 0;
		bool offered = false;
		Run r;

		writer.acked.clear();

		while (r.good && !r.bad && r.cycles < limit) {
			if (next == cmds.size() && top.idle_o && writer.idle())
				break;
			if (next < cmds.size() && !offered &&
			    !(t.stall && random.percent(t.stall))) {
				put(top.cmd_i, &cmds[next], sizeof(qmac_cmd));
				top.cmd_index_i = (uint32_t)(next * 3 + 1);
				offered = true;
			}
			top.cmd_valid_i = offered;
			readers.offer(t);
			writer.offer(now, t);
			top.rreq_ready_i = 0;
			top.rdata_valid_i = 0;
			for (unsigned c = 0; c < 3; c++) {
				top.rreq_ready_i |= (uint8_t)(readers.ready(c) << c);
				top.rdata_valid_i |= (uint8_t)(readers.valid(c) << c);
				if (readers.valid(c))
					put(top.rdata_i[c], readers.data(c), 16);
			}
			top.sreq_ready_i = writer.request_ready;
			top.sbeat_ready_i = writer.beat_ready;
			top.store_done_i = writer.done;
			top.clk_i = 0;
			top.eval();

			if (offered && top.cmd_ready_o) {
				offered = false;
				next++;
			}
			for (unsigned c = 0; c < 3; c++) {
				if ((top.rreq_valid_o & top.rreq_ready_i) >> c & 1) {
					Request request = Request::from(top.rreq_o[c]);

					check(r, readers.request(c, request),
					      "length of a read request");
					check(r, in_order(cmds, request.index, async[c]),
					      "a load overtook stores of earlier commands");
				}
				if ((top.rdata_valid_i & top.rdata_ready_o) >> c & 1)
					readers.taken(c);
			}
			if (top.sreq_valid_o && top.sreq_ready_i) {
				Request request = Request::from(top.sreq_o);

				check(r, writer.request(request), "length of a store request");
				check(r, in_order(cmds, request.index, QMAC_FLAG_ASYNC_C),
				      "a store overtook stores of earlier commands");
			}
			if (top.sbeat_valid_o && top.sbeat_ready_i) {
				uint8_t beat[20];

				/* data on top of 16 strobes */
				get(beat, top.sbeat_o, 20);
				writer.beat(beat + 2, (uint16_t)(beat[0] | beat[1] << 8));
			}
			if (top.bad_param_o) {
				r.bad = true;
				r.bad_va = top.bad_param_va_o;
				r.bad_index = top.bad_param_index_o;
			}
			r.classes[top.class_o]++;
			top.clk_i = 1;
			top.eval();
			readers.step(now, t);
			check(r, writer.step(now, t), "strobes are not those of the request");
			now++;
			r.cycles++;
		}
		idle_inputs();
		return r;
	}

	void flush()
	{
		idle_inputs();
		top.flush_i = 1;
		tick(top);
		if (random.percent(50))
			tick(top);
		top.flush_i = 0;
		readers.clear();
		writer.clear();
		tick(top);
	}

	Vqmac_core top;
	uint64_t now = 0;

      private:
	void idle_inputs()
	{
		top.cmd_valid_i = 0;
		top.rreq_ready_i = 0;
		top.rdata_valid_i = 0;
		top.walk_pending_i = 0;
		top.sreq_ready_i = 0;
		top.sbeat_ready_i = 0;
		top.store_done_i = 0;
	}

	/* A command without the flag: all bytes of all before it are acknowledged. */
	bool in_order(const std::vector<qmac_cmd> &cmds, uint32_t index, uint32_t flag)
	{
		uint32_t cmd = index / 3;

		if (index % 3 != 1 || cmd >= cmds.size())
			return false;
		if (cmds[cmd].flags & flag)
			return true;
		for (uint32_t i = 0; i < cmd; i++) {
			const qmac_cmd &c = cmds[i];

			if (writer.acked[i * 3 + 1] !=
			    (uint64_t)c.m * c.n * c.batch * (c.path ? 1 : 4))
				return false;
		}
		return true;
	}

	static void check(Run &r, bool good, const char *why)
	{
		if (!good && r.good) {
			r.good = false;
			r.why = why;
		}
	}

	Memory &memory;
	Random &random;

      public:
	Readers readers;
	Writer writer;
};

/* ---- Random jobs ---- */

class Maker
{
      public:
	Maker(Memory &m, Random &r) : memory(m), random(r)
	{
	}

	std::vector<qmac_cmd> job()
	{
		std::vector<qmac_cmd> cmds;
		unsigned count = random.percent(40) ? 1 : 1 + random.below(5);
		bool chain = random.percent(40);

		used = 64;
		room = true;
		memory.elsewhere.clear();
		random.fill(memory.flat.data(), memory.flat.size());
		if (random.percent(10))
			return made_params();
		for (unsigned i = 0; i < count; i++) {
			qmac_cmd c = gemm(chain && i ? &cmds.back() : NULL);

			if (!room)
				break;
			cmds.push_back(c);
		}
		return cmds;
	}

	/* A dimension: often around a multiple of the array, sometimes tiny or long. */
	uint32_t dim(uint32_t unit, uint32_t most)
	{
		uint32_t d;

		switch (random.below(8)) {
		case 0:
			d = 1 + random.below(4);
			break;
		case 1:
		case 2:
			d = unit * (1 + random.below(5)) + random.below(3) - 1;
			break;
		case 3:
			d = 1 + random.below(most);
			break;
		default:
			d = 1 + random.below(random.percent(50) ? 40 : 150);
		}
		return d < 1 ? 1 : d > most ? most : d;
	}

	uint64_t place(uint64_t bytes, unsigned align)
	{
		uint64_t at = (used + random.below(64) + align - 1) / align * align;

		if (at + bytes + 64 > memory.flat.size()) {
			room = false;
			return Memory::base + 64;
		}
		used = at + bytes;
		return Memory::base + at;
	}

	uint64_t pitch(uint64_t least, unsigned align)
	{
		uint64_t p = least;

		if (random.percent(30))
			p += random.below(100);
		else if (random.percent(10))
			p += random.below(5000);
		return (p + align - 1) / align * align;
	}

	static int zero_of(Random &r, unsigned type)
	{
		int lo = type == QMAC_TYPE_S8 ? -128 : 0;

		switch (r.below(4)) {
		case 0:
			return 0;
		case 1:
			return r.percent(50) ? lo : lo + 255;
		default:
			return lo + (int)r.below(256);
		}
	}

	void scale(const qmac_cmd &c, uint32_t *mult, int *shift)
	{
		double wanted =
			pow(2, -(double)random.below(16)) * (1 + random.below(1000) / 1000.0);

		wanted /= 1 + sqrt((double)c.k) * 32;
		*mult = 0;
		*shift = 0;
		if (c.path == QMAC_PATH_F32) {
			float f = random.percent(20) ? (float)pow(2, -(double)random.below(20))
						     : (float)wanted;

			memcpy(mult, &f, 4);
			if (random.percent(3))
				*mult = random.below(0x7f800000);
		} else if (c.path != QMAC_PATH_NONE) {
			int e;
			double f = frexp(wanted, &e);

			*mult = (uint32_t)(f * 2147483647.0);
			if (random.percent(20))
				*mult = 1u << 30;
			*shift = e < -31 ? -31 : e > 30 ? 30 : e;
			if (random.percent(3)) {
				*mult = random.below(0x80000000);
				*shift = random.between(-31, 30);
			}
		}
	}

	qmac_cmd gemm(const qmac_cmd *before)
	{
		qmac_cmd c = {};
		unsigned esize;
		uint64_t rows, cols, bytes;
		bool from_a = false, from_b = false;

		c.opcode = QMAC_OP_GEMM;
		c.version = QMAC_CMD_VERSION;
		do {
			c.m = dim(16, 700);
			c.n = dim(NC, 1300);
			c.k = dim(KC, 1100);
		} while ((uint64_t)c.m * c.n * c.k > 2000000 + (random.percent(5) ? 8000000 : 0));
		if (random.percent(4)) { /* wide tiles that share the parameter ring */
			c.m = 1 + random.below(8);
			c.n = 2000 + random.below(3000);
			c.k = 1 + random.below(100);
		}
		c.batch = random.percent(80) ? 1 : 1 + random.below(4);
		if ((uint64_t)c.m * c.n * c.k > 1000000)
			c.batch = 1;
		c.a_type = random.percent(50) ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
		c.b_type = random.percent(50) ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
		c.path = (uint8_t)random.below(4);
		if (c.path == QMAC_PATH_NONE) {
			c.c_type = QMAC_TYPE_S32;
		} else {
			c.c_type = random.percent(50) ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
			c.rounding = (uint8_t)random.below(3);
			c.zp_first = (uint8_t)random.below(2);
			c.c_zero = (int16_t)zero_of(random, c.c_type);
			int lo = c.c_type == QMAC_TYPE_S8 ? -128 : 0;
			c.clamp_lo = lo;
			c.clamp_hi = lo + 255;
			if (random.percent(20)) {
				c.clamp_lo = lo + (int)random.below(128);
				c.clamp_hi = c.clamp_lo +
					     (int)random.below((uint32_t)(lo + 256 - c.clamp_lo));
			}
		}
		if (random.percent(40))
			c.flags |= QMAC_FLAG_A_TRANSPOSED;
		if (random.percent(50))
			c.flags |= QMAC_FLAG_B_TRANSPOSED;
		if (random.percent(40))
			c.flags |= QMAC_FLAG_PER_CHANNEL;
		esize = c.path == QMAC_PATH_NONE ? 4 : 1;

		/* The result before as an operand: C is [M,N] there. Any type of it is bytes. */
		if (before && before->batch == 1) {
			uint64_t width =
				(uint64_t)before->n * (before->path == QMAC_PATH_NONE ? 4 : 1);
			uint64_t height = before->m;

			c.batch = 1;
			if (random.percent(50)) {
				from_a = true;
				c.a_addr = before->c_addr;
				c.a_stride = before->c_stride;
				if (c.flags & QMAC_FLAG_A_TRANSPOSED) {
					c.k = limit(c.k, height);
					c.m = limit(c.m, width);
				} else {
					c.m = limit(c.m, height);
					c.k = limit(c.k, width);
				}
			} else {
				from_b = true;
				c.b_addr = before->c_addr;
				c.b_stride = before->c_stride;
				if (c.flags & QMAC_FLAG_B_TRANSPOSED) {
					c.n = limit(c.n, height);
					c.k = limit(c.k, width);
				} else {
					c.k = limit(c.k, height);
					c.n = limit(c.n, width);
				}
			}
		}
		/* What follows a command depends on it or not; run ahead only where not. */
		if (!from_a && random.percent(50))
			c.flags |= QMAC_FLAG_ASYNC_A;
		if (!from_b && random.percent(50))
			c.flags |= QMAC_FLAG_ASYNC_B;
		if (random.percent(50))
			c.flags |= QMAC_FLAG_ASYNC_C;

		if (!from_a && random.percent(5)) {
			c.a_addr = random.next();
			c.a_stride = random.next() >> (25 + random.below(20));
			c.a_batch_stride = random.next() >> 25;
		} else if (!from_a) {
			rows = c.flags & QMAC_FLAG_A_TRANSPOSED ? c.k : c.m;
			cols = c.flags & QMAC_FLAG_A_TRANSPOSED ? c.m : c.k;
			c.a_stride = random.percent(5) ? 0 : pitch(cols, 1);
			bytes = c.a_stride * (rows - 1) + cols;
			c.a_batch_stride = random.percent(20) ? 0 : bytes + random.below(20);
			c.a_addr = place(bytes + c.a_batch_stride * (c.batch - 1), 1);
		}
		if (!from_b && random.percent(5)) {
			c.b_addr = random.percent(30) ? 0 - (uint64_t)random.below(9999)
						      : random.next();
			c.b_stride = random.next() >> (25 + random.below(20));
			c.b_batch_stride = random.next() >> 25;
		} else if (!from_b) {
			rows = c.flags & QMAC_FLAG_B_TRANSPOSED ? c.n : c.k;
			cols = c.flags & QMAC_FLAG_B_TRANSPOSED ? c.k : c.n;
			c.b_stride = random.percent(5) ? 0 : pitch(cols, 1);
			bytes = c.b_stride * (rows - 1) + cols;
			c.b_batch_stride = random.percent(20) ? 0 : bytes + random.below(20);
			c.b_addr = place(bytes + c.b_batch_stride * (c.batch - 1), 1);
		}
		if (random.percent(5)) {
			/* Rows far apart cannot meet: 2^14 of 2^39 bytes wrap only then. */
			c.c_addr = random.next() & ~3ull;
			c.c_stride = (random.next() >> 25 | 1ull << 38) & ~3ull;
			c.c_batch_stride = (c.c_stride / 8) & ~3ull;
			c.batch = c.batch > 4 ? 4 : c.batch;
			return finish(c);
		}
		c.c_stride = pitch((uint64_t)c.n * esize, esize);
		bytes = c.c_stride * (c.m - 1) + (uint64_t)c.n * esize;
		c.c_batch_stride = (bytes + random.below(20) + 3) / 4 * 4;
		c.c_addr = place(bytes + c.c_batch_stride * (c.batch - 1), esize);
		return finish(c);
	}

	/* Zero points and scales. */
	qmac_cmd finish(qmac_cmd c)
	{
		int shift;

		c.a_zero = (int16_t)zero_of(random, c.a_type);
		if (c.flags & QMAC_FLAG_PER_CHANNEL) {
			c.param_addr = random.percent(5) ? random.next() & ~15ull
							 : place((uint64_t)c.n * 16, 16);
			if (room)
				records(c);
		} else {
			c.b_zero = (int16_t)zero_of(random, c.b_type);
			scale(c, &c.mult0, &shift);
			c.shift0 = shift;
		}
		return c;
	}

	void records(const qmac_cmd &c)
	{
		for (uint32_t n = 0; n < c.n; n++) {
			qmac_param p = {};
			int shift;

			scale(c, &p.mult, &shift);
			p.shift = (int8_t)shift;
			p.bias = random.percent(5) ? (int32_t)random.next()
						   : random.between(-20000, 20000);
			p.b_zero = (int16_t)zero_of(random, c.b_type);
			memory.store(c.param_addr + n * 16, &p, 16);
		}
	}

	/* A command that writes the biases of the next one. */
	std::vector<qmac_cmd> made_params()
	{
		qmac_cmd first, second;

		do {
			used = 64;
			room = true;
			first = gemm(NULL);
			first.n = 1;
			first.batch = 1;
			first.path = QMAC_PATH_NONE;
			first.c_type = QMAC_TYPE_S32;
			first.rounding = first.zp_first = 0;
			first.c_zero = 0;
			first.clamp_lo = first.clamp_hi = first.shift0 = 0;
			first.mult0 = 0;
			if (first.flags & QMAC_FLAG_PER_CHANNEL) {
				first.flags &= ~QMAC_FLAG_PER_CHANNEL;
				first.param_addr = 0;
			}
			first.c_stride = 16;
			first.c_addr = place((uint64_t)first.m * 16, 16);
			second = gemm(NULL);
			second.n = limit(second.n, first.m);
			second.flags |= QMAC_FLAG_PER_CHANNEL;
			second.flags &= ~QMAC_FLAG_ASYNC_B;
			second.b_zero = 0;
			second.mult0 = 0;
			second.shift0 = 0;
			second.param_addr = first.c_addr;
		} while (!room);
		records(second);
		return { first, second };
	}

      private:
	static uint32_t limit(uint32_t d, uint64_t most)
	{
		return d > most ? (uint32_t)most : d;
	}

	Memory &memory;
	Random &random;
	uint64_t used = 0;
	bool room = true;
};

static void describe(const qmac_cmd &c, size_t i)
{
	printf("#  %zu: m %u n %u k %u batch %u flags %#x path %u a %#llx+%llu b %#llx+%llu c "
	       "%#llx+%llu\n",
	       i, c.m, c.n, c.k, c.batch, c.flags, c.path, (unsigned long long)c.a_addr,
	       (unsigned long long)c.a_stride, (unsigned long long)c.b_addr,
	       (unsigned long long)c.b_stride, (unsigned long long)c.c_addr,
	       (unsigned long long)c.c_stride);
}

static Timing random_timing(Random &random)
{
	Timing t;

	t.latency = random.percent(50) ? random.below(20) : random.below(200);
	t.random = random.percent(50);
	t.stall = random.percent(30) ? 0 : random.below(60);
	return t;
}

static bool compare(Tap &tap, const Memory &got, const Memory &want, uint64_t job)
{
	for (size_t i = 0; i < got.flat.size(); i++)
		if (got.flat[i] != want.flat[i])
			return tap.check(false, "job %llu: byte %#llx is %02x, expected %02x",
					 (unsigned long long)job,
					 (unsigned long long)(Memory::base + i), got.flat[i],
					 want.flat[i]);
	for (const auto &far : want.elsewhere)
		if (got.load(far.first) != far.second)
			return tap.check(false, "job %llu: byte %#llx is %02x, expected %02x",
					 (unsigned long long)job, (unsigned long long)far.first,
					 got.load(far.first), far.second);
	return tap.check(got.elsewhere.size() == want.elsewhere.size(), "job %llu: stray stores",
			 (unsigned long long)job);
}

static bool random_job(Tap &tap, Device &device, Memory &memory, uint64_t seed, uint64_t job,
		       uint64_t *cycles, uint64_t *gemms)
{
	Random random(seed * 1000003 + job);
	Maker maker(memory, random);
	std::vector<qmac_cmd> cmds;
	Timing t = random_timing(random);
	Memory want(0);
	bool good = true;
	int kind = (int)random.below(20); /* 0: bad record, 1: flush in mid-job */

	do
		cmds = maker.job();
	while (cmds.empty());

	if (kind == 1) {
		device.run(cmds, t, random.below(3000));
		device.flush();
		do
			cmds = maker.job();
		while (cmds.empty());
	}

	size_t bad = cmds.size();
	uint64_t bad_va = 0;

	if (kind == 0) {
		bad = random.below((uint32_t)cmds.size());
		const qmac_cmd &c = cmds[bad];

		if (c.flags & QMAC_FLAG_PER_CHANNEL) {
			bad_va = c.param_addr + random.below(c.n) * 16;
			/* A reserved byte that is not zero. */
			memory.store(bad_va + (random.percent(50) ? 9 : 12 + random.below(4)),
				     0x10);
		} else {
			bad = cmds.size();
		}
	}
	want = memory;
	for (size_t i = 0; i < bad; i++)
		reference_gemm(want, cmds[i]);

	Run r = device.run(cmds, t, 20000000);

	*cycles += r.cycles;
	*gemms += cmds.size();
	good &= tap.check(r.good, "job %llu: %s", (unsigned long long)job, r.why.c_str());
	good &= tap.check(r.cycles < 20000000, "job %llu hangs", (unsigned long long)job);
	if (bad < cmds.size()) {
		good &= tap.check(r.bad && r.bad_va == bad_va && r.bad_index == bad * 3 + 1,
				  "job %llu: bad record %#llx of %zu, reported %d %#llx of %u",
				  (unsigned long long)job, (unsigned long long)bad_va, bad * 3 + 1,
				  r.bad, (unsigned long long)r.bad_va, r.bad_index);
		/* What the bad command itself stored is undefined; all before it is complete. */
		for (uint64_t b = 0; bad < cmds.size() && b < cmds.size() - bad; b++) {
			const qmac_cmd &c = cmds[bad + b];
			for (uint64_t i = 0; i < c.batch; i++)
				for (uint64_t m = 0; m < c.m; m++)
					for (uint64_t n = 0; n < c.n * (c.path ? 1 : 4); n++) {
						uint64_t va = c.c_addr + i * c.c_batch_stride +
							      m * c.c_stride + n;

						want.store(va, memory.load(va));
						memory.store(va, memory.load(va));
					}
		}
		device.flush();
	} else {
		good &= tap.check(!r.bad, "job %llu: bad record %#llx reported",
				  (unsigned long long)job, (unsigned long long)r.bad_va);
	}
	good &= compare(tap, memory, want, job);
	if (!good) {
		printf("#  job %llu, kind %d, latency %u, stall %u %%\n", (unsigned long long)job,
		       kind, t.latency, t.stall);
		for (size_t i = 0; i < cmds.size(); i++)
			describe(cmds[i], i);
		device.flush();
	}
	return good;
}

/* ---- Speed ---- */

static void speed(Tap &tap, Device &device, Memory &memory, const char *name,
		  std::vector<qmac_cmd> cmds, double least)
{
	Memory want(0);
	Timing t;
	uint64_t macs = 0;
	struct timespec a, b;

	want = memory;
	for (const qmac_cmd &c : cmds) {
		reference_gemm(want, c);
		macs += (uint64_t)c.m * c.n * c.k * c.batch;
	}
	tap.begin(name);
	uint64_t beats = device.readers.beats;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	Run r = device.run(cmds, t, 20000000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
	double used = (double)macs / (double)(KC * NC) / (double)r.cycles;

	tap.check(r.good, "%s", r.why.c_str());
	compare(tap, memory, want, 0);
	tap.check(used >= least, "utilization %.3f below %.3f", used, least);
	printf("# %s: %llu cycles, utilization %.2f %%, %llu beats read, %.0f kHz\n#  ", name,
	       (unsigned long long)r.cycles, used * 100,
	       (unsigned long long)(device.readers.beats - beats),
	       (double)r.cycles / seconds / 1000);
	for (unsigned i = 0; i < 10; i++)
		if (r.classes[i])
			printf(" %s %llu", class_name[i], (unsigned long long)r.classes[i]);
	printf("\n");
	tap.end();
}

static qmac_cmd plain(uint32_t m, uint32_t n, uint32_t k, uint32_t flags, uint64_t slot)
{
	qmac_cmd c = {};
	uint64_t at = Memory::base + slot;

	c.opcode = QMAC_OP_GEMM;
	c.version = QMAC_CMD_VERSION;
	c.m = m;
	c.n = n;
	c.k = k;
	c.batch = 1;
	c.flags = flags;
	c.a_type = c.b_type = c.c_type = QMAC_TYPE_S8;
	c.path = QMAC_PATH_F32;
	c.mult0 = 0x3a000000;
	c.clamp_lo = -128;
	c.clamp_hi = 127;
	c.a_addr = at;
	c.a_stride = flags & QMAC_FLAG_A_TRANSPOSED ? m : k;
	c.b_addr = at + (uint64_t)m * k;
	c.b_stride = flags & QMAC_FLAG_B_TRANSPOSED ? k : n;
	c.c_addr = c.b_addr + (uint64_t)n * k;
	c.c_stride = n;
	return c;
}

static void speeds(Tap &tap, Device &device, Memory &memory, Random &random)
{
	const uint32_t bt = QMAC_FLAG_B_TRANSPOSED, at = QMAC_FLAG_A_TRANSPOSED;
	std::vector<qmac_cmd> many;
	qmac_cmd batch;
	/* Wider operands than the port feeds at full rate. */
	bool fed = NC <= 16;

	random.fill(memory.flat.data(), memory.flat.size());
	speed(tap, device, memory, "512x512x512, B [N,K]", { plain(512, 512, 512, bt, 0) },
	      fed ? .99 : .6);
	speed(tap, device, memory, "512x512x512, B [K,N]", { plain(512, 512, 512, 0, 0) },
	      fed ? .99 : .6);
	speed(tap, device, memory, "512x512x512, A [K,M]", { plain(512, 512, 512, bt | at, 0) },
	      fed ? .99 : .6);
	speed(tap, device, memory, "196x256x2304", { plain(196, 256, 2304, bt, 0) },
	      fed ? .98 : .5);
	speed(tap, device, memory, "3136x64x576", { plain(3136, 64, 576, bt, 0) }, fed ? .98 : .5);
	speed(tap, device, memory, "1024x256x16", { plain(1024, 256, 16, bt, 0) }, 0);
	speed(tap, device, memory, "1x1000x2048, B [N,K]", { plain(1, 1000, 2048, bt, 0) }, 0);
	speed(tap, device, memory, "1x1000x2048, B [K,N]", { plain(1, 1000, 2048, 0, 0) }, 0);
	batch = plain(64, 64, 64, bt, 0);
	batch.batch = 100;
	batch.a_batch_stride = batch.b_batch_stride = batch.c_batch_stride = 64 * 64 * 3;
	speed(tap, device, memory, "100 x 64x64x64 in one command", { batch }, fed ? .97 : .3);
	for (unsigned i = 0; i < 100; i++)
		many.push_back(plain(64, 64, 64,
				     bt | QMAC_FLAG_ASYNC_A | QMAC_FLAG_ASYNC_B | QMAC_FLAG_ASYNC_C,
				     i * 64 * 64 * 3));
	speed(tap, device, memory, "100 x 64x64x64, independent", many, fed ? .97 : .3);
	for (qmac_cmd &c : many)
		c.flags = bt | QMAC_FLAG_ASYNC_B;
	speed(tap, device, memory, "100 x 64x64x64, in order", many, 0);
}

/* ---- The largest dimensions ---- */

static void limits(Tap &tap, Device &device, Memory &memory, Random &random)
{
	static const struct {
		const char *name;
		uint32_t m, n, k, batch, flags;
	} table[] = {
		{ "m 2^20", 1 << 20, 1, 1, 1, 0 },
		{ "m 2^20, A [K,M]", 1 << 20, 2, 1, 1, QMAC_FLAG_A_TRANSPOSED },
		{ "n 2^20", 1, 1 << 20, 1, 1, QMAC_FLAG_PER_CHANNEL },
		{ "n 2^20 - 1, B [N,K]", 1, (1 << 20) - 1, 1, 1, QMAC_FLAG_B_TRANSPOSED },
		{ "k 2^20", 1, 1, 1 << 20, 1, 0 },
		{ "k 2^20 - 1", 3, 2, (1 << 20) - 1, 1, QMAC_FLAG_B_TRANSPOSED },
		{ "batch 65536", 1, 2, 3, 65536, QMAC_FLAG_B_TRANSPOSED },
	};

	for (const auto &t : table) {
		Timing timing;
		Memory want(0);
		qmac_cmd c = {};

		timing.latency = 20;
		random.fill(memory.flat.data(), memory.flat.size());
		memory.elsewhere.clear();
		c.opcode = QMAC_OP_GEMM;
		c.version = QMAC_CMD_VERSION;
		c.m = t.m;
		c.n = t.n;
		c.k = t.k;
		c.batch = t.batch;
		c.flags = t.flags;
		c.a_type = QMAC_TYPE_S8;
		c.b_type = QMAC_TYPE_U8;
		c.b_zero = t.flags & QMAC_FLAG_PER_CHANNEL ? 0 : 77;
		c.c_type = QMAC_TYPE_S32;
		c.c_addr = Memory::base;
		c.c_stride = (uint64_t)c.n * 4;
		c.c_batch_stride = c.c_stride * c.m;
		c.a_addr = (uint64_t)random.next() >> 1;
		c.a_stride = t.flags & QMAC_FLAG_A_TRANSPOSED ? c.m : c.k;
		c.a_batch_stride = 1234567;
		c.b_addr = (uint64_t)random.next() >> 1;
		c.b_stride = t.flags & QMAC_FLAG_B_TRANSPOSED ? c.k : c.n;
		c.b_batch_stride = (1ull << 39) - 1;
		if (t.flags & QMAC_FLAG_PER_CHANNEL) {
			c.param_addr = Memory::base + (8 << 20);
			for (uint32_t n = 0; n < c.n; n++) {
				qmac_param p = {};

				p.bias = (int32_t)random.next();
				p.b_zero = (int16_t)random.below(256);
				memory.store(c.param_addr + n * 16, &p, 16);
			}
		}
		want = memory;
		reference_gemm(want, c);
		tap.begin(t.name);
		Run r = device.run({ c }, timing, 40000000);
		tap.check(r.good, "%s", r.why.c_str());
		tap.check(r.cycles < 40000000, "hangs");
		tap.check(!r.bad, "bad record");
		compare(tap, memory, want, 0);
		tap.end();
	}
}

int main(int argc, char **argv)
{
	std::vector<char *> rest = { argv[0] };
	uint64_t jobs = 300, only = ~0ull, cycles = 0, gemms = 0, seed;
	bool fast = false, large = false;
	Tap tap;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--jobs") && i + 1 < argc)
			jobs = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--only") && i + 1 < argc)
			only = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--speed"))
			fast = true;
		else if (!strcmp(argv[i], "--limits"))
			large = true;
		else
			rest.push_back(argv[i]);
	}
	seed = bench_seed((int)rest.size(), rest.data());
	Verilated::randReset(2);
	Verilated::randSeed((int)(seed & 0x7fffffff) | 1);

	Random random(seed);
	Memory memory(large ? 32u << 20 : fast ? 4u << 20 : 1u << 20);
	Device device(memory, random);

	if (fast) {
		speeds(tap, device, memory, random);
		return tap.finish();
	}
	if (large) {
		limits(tap, device, memory, random);
		return tap.finish();
	}
	tap.begin("random jobs against plain arithmetic");
	for (uint64_t job = only == ~0ull ? 0 : only; job < (only == ~0ull ? jobs : only + 1);
	     job++)
		if (!random_job(tap, device, memory, seed, job, &cycles, &gemms) && tap.failing())
			break;
	tap.end();
	printf("# %llu commands, %llu cycles\n", (unsigned long long)gemms,
	       (unsigned long long)cycles);
	return tap.finish();
}
