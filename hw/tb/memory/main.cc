/* SPDX-License-Identifier: MIT */
/*
 * The memory side (qmac_mem) against a model: random requests of all clients and
 * stores over random page tables, with faults of every kind, random stalls and
 * answers in any order, translations changed by a refresh in the middle, and a
 * flush after each round. Then its throughput under the published memory model.
 */
#include <Vqmac_mem.h>

#include "bus.h"

enum {
	Cmd,
	A,
	B,
	Param,
	Store,
	Streams
};

struct Request {
	uint64_t va;
	unsigned len, index;
};

struct Fault {
	bool valid;
	unsigned cause, index;
	uint64_t va;
};

enum Cause {
	PageRead = 1,
	PageWrite = 2,
	BusRead = 3,
	BusWrite = 4
};

static Beat random_beat(Random &random)
{
	Beat beat;

	random.fill(beat.data(), 16);
	return beat;
}

/* The address space: runs of good pages, and single spots that fault. */
class Space
{
      public:
	Space(Memory &memory, Random &random)
	    : memory(memory), random(random), tables(memory, [this] { return fresh(); })
	{
		unsigned n = 3 + random.below(4);

		for (unsigned i = 0; i < n; i++)
			add_run();
		for (unsigned i = 0; i < 24; i++)
			add_bad(i % 12);
	}

	uint64_t fresh()
	{
		uint64_t ppn;

		do {
			ppn = random.next() & ((1ull << 44) - 1);
		} while (!used.insert(ppn).second || used_regions.count(ppn >> 9));
		return ppn;
	}

	uint64_t fresh_region()
	{
		uint64_t region;

		do {
			region = random.next() & ((1ull << 35) - 1);
		} while (!used_regions.insert(region).second);
		return region << 9;
	}

	uint64_t ignored_bits()
	{
		return random.next() & 0x3f8; /* X U G A D RSW */
	}

	/* Up to 160 pages, with 2 MiB pages in between. */
	void add_run()
	{
		uint64_t va = fresh_va() | random.below(512) << 12;
		uint64_t end = va;

		for (unsigned i = 0; i < 160; i++) {
			if (!(end & 0x1fffff) && random.percent(50)) {
				tables.set(end, 1,
					   fresh_region() << 10 | ignored_bits() | PteV | PteR |
						   PteW);
				end += 0x200000;
			} else {
				tables.set(end, 0,
					   fresh() << 10 | ignored_bits() | PteV | PteR | PteW);
				small.push_back(end);
				end += 4096;
			}
		}
		runs.push_back({ va, end });
	}

	void add_bad(unsigned kind)
	{
		uint64_t va = fresh_va(), leaf = ignored_bits() | PteV | PteR | PteW, ppn;

		switch (kind) {
		case 0: /* no table at all */
			break;
		case 1:
			tables.set(va, 0, fresh() << 10 | ignored_bits());
			break;
		case 2: /* write-only */
			tables.set(va, 0, fresh() << 10 | ignored_bits() | PteV | PteW);
			break;
		case 3: /* table below the last level */
			tables.set(va, 0, fresh() << 10 | PteV | (random.below(2) ? PteX : 0));
			break;
		case 4:
			tables.set(va, 0, fresh() << 10 | leaf | 1ull << (54 + random.below(10)));
			break;
		case 5: /* misaligned 2 MiB page */
			tables.set(va, 1, (fresh_region() | 1ull << random.below(9)) << 10 | leaf);
			break;
		case 6: /* 1 GiB page */
			tables.set(va, 2, (fresh_region() >> 18 << 18) << 10 | leaf);
			break;
		case 7: /* data on the bus is bad */
			ppn = fresh();
			memory.bad_frames.insert(ppn);
			tables.set(va, 0, ppn << 10 | leaf);
			break;
		case 8:
			ppn = fresh_region();
			memory.bad_regions.insert(ppn >> 9);
			tables.set(va, 1, ppn << 10 | leaf);
			break;
		case 9: /* a table on the bus is bad */
			ppn = fresh();
			memory.bad_frames.insert(ppn);
			tables.set(va, (int)(1 + random.below(2)), ppn << 10 | PteV);
			break;
		case 10: /* read-only */
			tables.set(va, 0, fresh() << 10 | (leaf & ~(uint64_t)PteW));
			break;
		case 11: /* upper bits */
			va |= 1ull << (39 + random.below(25));
			break;
		}
		bad.push_back(va);
	}

	/* A GiB of its own. */
	uint64_t fresh_va()
	{
		uint64_t gib;

		do {
			gib = 1 + random.below(511);
		} while (!used_gibs.insert(gib).second);
		return gib << 30 | random.below(256) << 21;
	}

	/* Move a page: new frame, same contents, the old one spoilt. */
	void move_page()
	{
		uint64_t va = small[random.below((uint32_t)small.size())], ppn = fresh();
		Translation old = translate(memory, tables.root, va);

		memcpy(memory.page(ppn), memory.at(old.pa), 4096);
		random.fill(memory.at(old.pa), 4096);
		tables.set(va, 0, ppn << 10 | ignored_bits() | PteV | PteR | PteW);
	}

	Request request(bool may_fault)
	{
		unsigned len = random.percent(50) ? 1 + random.below(80) : 1 + random.below(4096);
		uint64_t va;

		if (may_fault && random.percent(4)) {
			va = bad[random.below((uint32_t)bad.size())];
			/* sometimes from the page before, which is unmapped too */
			va += random.percent(20) ? -(uint64_t)random.below(64) : random.below(4096);
		} else {
			auto &run = runs[random.below((uint32_t)runs.size())];
			uint64_t room = run.second - run.first - len;

			va = run.first +
			     (random.percent(90) ? random.next() % room : room - room % 4096);
			if (random.percent(60)) { /* around the first pages */
				va = run.first + random.below(40 * 4096);
			}
		}
		if (random.percent(30))
			va &= ~15ull;
		if (random.percent(1) && may_fault)
			va = -(uint64_t)random.below(5000); /* wraps */
		return { va, len, 0 };
	}

	Memory &memory;
	Random &random;
	std::unordered_set<uint64_t> used, used_regions, used_gibs;
	Tables tables;
	std::vector<std::pair<uint64_t, uint64_t>> runs;
	std::vector<uint64_t> small, bad;
};

class Stream
{
      public:
	/* What is still to be asked for, in order. */
	std::deque<Request> todo;
	/* Beats whose address has not been on the bus: virtual address of the beat. */
	std::deque<uint64_t> to_address;
	/* Reads: beats not delivered. Stores: beats not offered, and not on the bus. */
	std::deque<Beat> to_deliver;
	std::deque<std::pair<Beat, uint16_t>> to_offer, to_write;
	Fault fault = {}; /* expected */
	unsigned good_requests = 0, done = 0;
	bool offering = false;
};

class Bench
{
      public:
	Bench(uint64_t seed) : random(seed), memory(seed), bus(top, memory, random)
	{
		bus.on_read = [this](unsigned id, uint64_t pa, unsigned n) { on_read(id, pa, n); };
		bus.on_write_address = [this](unsigned id, uint64_t pa, unsigned n) {
			if (id == 0)
				on_addresses(Store, pa, n);
		};
		bus.on_write = [this](unsigned id, uint64_t pa, const Beat &data, uint16_t strobe) {
			on_write(id, pa, data, strobe);
		};
		reset(top);
	}

	void correctness(unsigned rounds);
	void throughput();
	void repeatable();
	int run();

      private:
	void plan(unsigned stream, const Request &request);
	void on_read(unsigned id, uint64_t pa, unsigned n);
	void on_addresses(unsigned stream, uint64_t pa, unsigned n);
	void on_write(unsigned id, uint64_t pa, const Beat &data, uint16_t strobe);
	void cycle();
	void drive_stream(unsigned stream);
	void sample_stream(unsigned stream);
	void drive_extras();
	void put_record();
	void sample_extras();
	bool settled(unsigned stream);
	bool round_done();
	void quiesce();
	void refresh();
	void flush();
	void check_fault(unsigned stream);
	void one_round(bool may_fault, unsigned requests);
	uint64_t measure(const char *what, std::function<Request(unsigned)> make, unsigned stream,
			 unsigned n);

	Random random;
	Memory memory;
	Vqmac_mem top;
	Bus<Vqmac_mem> bus;
	Tap tap;
	Space *space = nullptr;
	Stream streams[Streams];
	unsigned eagerness = 100; /* percent of the cycles in which the core takes part */
	bool extras = false;
	unsigned ring_beats = 0, record_beats = 0;
	uint64_t ring_pa = 0, record_pa = 0;
	std::vector<Beat> record;
	unsigned records = 0, rings = 0;
	bool record_done = false;
};

/* Adds a request and what must come of it. */
void Bench::plan(unsigned stream, const Request &request)
{
	Stream &s = streams[stream];
	uint64_t done = 0;

	s.todo.push_back(request);
	while (done < request.len && !s.fault.valid) {
		uint64_t va = request.va + done, n = 4096 - (va & 4095);
		Translation t = translate(memory, space->tables.root, va);
		bool denied = t.page_fault || (stream == Store && !t.bus_error && !t.writable);

		if (n > request.len - done)
			n = request.len - done;
		if (t.bus_error || denied) {
			unsigned cause = t.bus_error	   ? BusRead
					 : stream == Store ? PageWrite
							   : PageRead;

			s.fault = { true, cause, request.index, va };
			return;
		}
		if (memory.bad(t.pa))
			s.fault = { true, stream == Store ? (unsigned)BusWrite : (unsigned)BusRead,
				    request.index, va };
		for (uint64_t b = va & ~15ull; b < va + n; b += 16) {
			s.to_address.push_back(b);
			if (s.fault.valid)
				continue;
			Beat beat;
			memcpy(beat.data(), memory.at(t.pa - (va - b)), 16);
			if (stream != Store)
				s.to_deliver.push_back(beat);
		}
		done += n;
	}
	if (!s.fault.valid)
		s.good_requests++;
}

void Bench::on_read(unsigned id, uint64_t pa, unsigned n)
{
	if (id < Store)
		on_addresses(id, pa, n);
	else if (id == 4)
		tap.check(pa == ring_pa && n == 4, "ring read");
	else
		tap.check(id == 8 && n == 1, "walk read, id %u", id);
}

void Bench::on_addresses(unsigned stream, uint64_t pa, unsigned n)
{
	Stream &s = streams[stream];

	for (unsigned i = 0; i < n; i++, pa += 16) {
		/* After a bus error what was issued behind it may have gone on. */
		if (s.to_address.empty() && s.fault.valid &&
		    (s.fault.cause == BusRead || s.fault.cause == BusWrite))
			return;
		if (!tap.check(!s.to_address.empty(), "stream %u: access nobody asked for: %llx",
			       stream, (unsigned long long)pa))
			return;
		uint64_t va = s.to_address.front();
		Translation t = translate(memory, space->tables.root, va);

		tap.check(!t.page_fault && !t.bus_error && t.pa == pa,
			  "stream %u: va %llx at %llx instead of %llx", stream,
			  (unsigned long long)va, (unsigned long long)pa, (unsigned long long)t.pa);
		s.to_address.pop_front();
	}
}

void Bench::on_write(unsigned id, uint64_t pa, const Beat &data, uint16_t strobe)
{
	if (id == 1) {
		tap.check(record_beats < record.size() && pa == record_pa + 16 * record_beats &&
				  data == record[record_beats] && strobe == 0xffff,
			  "record beat %u", record_beats);
		record_beats++;
		return;
	}
	auto &expected = streams[Store].to_write;

	if (!tap.check(!expected.empty(), "store of nothing"))
		return;
	tap.check(expected.front().second == strobe && expected.front().first == data,
		  "store data or strobe at %llx", (unsigned long long)pa);
	expected.pop_front();
}

static void put_request(uint32_t *to, const Request &request)
{
	uint64_t low = (uint64_t)request.len << 17 | request.index | request.va << 30;
	uint32_t high = (uint32_t)(request.va >> 34);

	memcpy(to, &low, 8);
	memcpy(to + 2, &high, 4);
}

void Bench::drive_stream(unsigned stream)
{
	Stream &s = streams[stream];
	bool offer = !s.todo.empty() && (s.offering || random.percent(eagerness));
	uint32_t words[3] = {};

	if (offer)
		put_request(words, s.todo.front());
	s.offering = offer;
	if (stream == Store) {
		bool beat = !s.to_offer.empty() && random.percent(eagerness);

		top.sreq_valid_i = offer;
		memcpy(&top.sreq_i, words, 12);
		top.sbeat_valid_i = beat;
		if (beat) {
			uint32_t bits[5] = {};

			bits[0] = s.to_offer.front().second;
			uint8_t packed[18];
			memcpy(packed, &bits[0], 2);
			memcpy(packed + 2, s.to_offer.front().first.data(), 16);
			put(top.sbeat_i, packed, 18);
		}
		return;
	}
	unsigned bit = 1u << stream;

	top.rreq_valid_i = (top.rreq_valid_i & ~bit) | (offer ? bit : 0);
	memcpy(&top.rreq_i[stream], words, 12);
	top.rdata_ready_i = (top.rdata_ready_i & ~bit) | (random.percent(eagerness) ? bit : 0);
}

void Bench::sample_stream(unsigned stream)
{
	Stream &s = streams[stream];

	if (stream == Store) {
		if (top.sreq_valid_i && top.sreq_ready_o) {
			const Request &r = s.todo.front();

			for (uint64_t b = r.va & ~15ull;
			     b - (r.va & ~15ull) < ((r.va & 15) + r.len + 15) / 16 * 16; b += 16) {
				uint16_t strobe = 0;

				for (unsigned i = 0; i < 16; i++)
					if (b + i - r.va < r.len && random.percent(95))
						strobe |= (uint16_t)(1u << i);
				s.to_offer.push_back({ random_beat(random), strobe });
				s.to_write.push_back(s.to_offer.back());
			}
			s.todo.pop_front();
			s.offering = false;
		}
		if (top.sbeat_valid_i && top.sbeat_ready_o)
			s.to_offer.pop_front();
		if (top.store_done_o)
			tap.check(++s.done <= s.good_requests, "done too often");
		return;
	}
	if (top.rreq_valid_i >> stream & top.rreq_ready_o >> stream & 1) {
		s.todo.pop_front();
		s.offering = false;
	}
	if (top.rdata_valid_o >> stream & top.rdata_ready_i >> stream & 1) {
		Beat beat;

		get(beat.data(), top.rdata_o[stream], 16);
		if (tap.check(!s.to_deliver.empty(), "stream %u: data beyond the end", stream)) {
			tap.check(beat == s.to_deliver.front(), "stream %u: wrong data", stream);
			s.to_deliver.pop_front();
		}
	}
}

/* Ring reads at any time; records only while no store may start. */
void Bench::drive_extras()
{
	if (extras && !top.ring_valid_i && !ring_beats && random.percent(2)) {
		ring_pa = space->fresh() << 12 | random.below(64) << 6;
		top.ring_pa_i = ring_pa;
		top.ring_valid_i = 1;
	}
}

void Bench::sample_extras()
{
	if (top.ring_rvalid_o) {
		Beat beat;

		get(beat.data(), top.ring_rdata_o, 16);
		tap.check(!memcmp(beat.data(), memory.at(ring_pa + 16 * (4 - ring_beats)), 16),
			  "ring data");
		ring_beats--;
		tap.check(top.ring_rlast_o == !ring_beats, "end of the ring entry");
	}
	if (top.ring_valid_i && top.ring_ready_o) {
		ring_beats = 4;
		rings++;
	}
}

/* Whoever writes a record supplies the beat that is asked for. */
void Bench::put_record()
{
	uint8_t packed[18] = { 0xff, 0xff };

	if (record.empty())
		return;
	memcpy(packed + 2, record[top.record_beat_o % record.size()].data(), 16);
	put(top.record_i, packed, 18);
	top.eval();
	record_done |= top.record_done_o;
}

void Bench::cycle()
{
	bus.drive();
	for (unsigned i = 0; i < Streams; i++)
		drive_stream(i);
	if (extras)
		drive_extras();
	top.clk_i = 0;
	top.eval();
	put_record();
	bool ring_taken = top.ring_valid_i && top.ring_ready_o;
	for (unsigned i = 0; i < Streams; i++)
		sample_stream(i);
	sample_extras();
	bus.sample();
	top.clk_i = 1;
	top.eval();
	if (ring_taken)
		top.ring_valid_i = 0;
}

bool Bench::settled(unsigned stream)
{
	Stream &s = streams[stream];

	if (s.fault.valid)
		return top.fault_valid_o >> stream & 1 && s.to_deliver.empty();
	if (stream == Store)
		return s.todo.empty() && s.done == s.good_requests;
	return s.todo.empty() && s.to_deliver.empty();
}

bool Bench::round_done()
{
	for (unsigned i = 0; i < Streams; i++)
		if (!settled(i))
			return false;
	return true;
}

void Bench::quiesce()
{
	unsigned patience = 20000;

	top.stop_i = 1;
	extras = false;
	do {
		cycle();
	} while (!(top.quiet_o && !ring_beats && !top.ring_valid_i) && --patience);
	tap.check(patience, "does not come to rest");
	tap.check(bus.idle(), "quiet with accesses under way");
}

void Bench::refresh()
{
	quiesce();
	if (random.percent(50)) {
		record_beats = 0;
		record_pa = space->fresh() << 12 | random.below(32) << 7;
		record.resize(1 + random.below(8));
		for (auto &beat : record)
			beat = random_beat(random);
		top.record_pa_i = record_pa;
		top.record_last_i = (uint8_t)(record.size() - 1);
		top.record_valid_i = 1;
		record_done = false;
		while (!record_done)
			cycle();
		top.record_valid_i = 0;
		tap.check(record_beats == record.size(), "beats of the record");
		record.clear();
		records++;
	}
	for (unsigned i = 0; i < 8; i++)
		space->move_page();
	top.refresh_i = 1;
	cycle();
	top.refresh_i = 0;
	top.stop_i = 0;
}

void Bench::flush()
{
	quiesce();
	top.flush_i = 1;
	top.rreq_valid_i = 0;
	top.sreq_valid_i = 0;
	top.sbeat_valid_i = 0;
	for (Stream &s : streams)
		s = Stream();
	cycle();
	top.flush_i = 0;
	top.stop_i = 0;
}

void Bench::check_fault(unsigned stream)
{
	const Fault &e = streams[stream].fault;
	uint32_t words[3];

	tap.check((top.fault_valid_o >> stream & 1) == e.valid, "stream %u: fault %d expected %d",
		  stream, top.fault_valid_o >> stream & 1, e.valid);
	if (!e.valid)
		return;
	memcpy(words, &top.fault_o[stream], 12);
	uint64_t va = words[0] | (uint64_t)words[1] << 32;
	unsigned index = words[2] & 0x1ffff, cause = words[2] >> 17;

	tap.check(cause == e.cause && index == e.index && va == e.va,
		  "stream %u: cause %u index %u va %llx, expected %u %u %llx", stream, cause, index,
		  (unsigned long long)va, e.cause, e.index, (unsigned long long)e.va);
}

void Bench::one_round(bool may_fault, unsigned requests)
{
	unsigned patience = 4000000;

	for (unsigned i = 0; i < Streams; i++) {
		unsigned index = 0;

		for (unsigned r = random.below(requests); r && !streams[i].fault.valid; r--) {
			Request request = space->request(may_fault);

			index += random.below(3);
			request.index = index;
			plan(i, request);
		}
		/* After a fault nothing may come of what else is asked for. */
		for (unsigned r = 0; r < 3 && streams[i].fault.valid; r++)
			streams[i].todo.push_back(space->request(false));
	}
	extras = random.percent(50);
	while (!round_done() && --patience) {
		cycle();
		if (random.below(1500) == 0)
			refresh();
	}
	if (!tap.check(patience, "hangs"))
		for (unsigned i = 0; i < Streams; i++)
			tap.check(settled(i),
				  "stream %u: %zu requests, %zu addresses, %zu beats to go", i,
				  streams[i].todo.size(), streams[i].to_address.size(),
				  streams[i].to_deliver.size());
	for (unsigned i = 0; i < Streams; i++)
		check_fault(i);
	tap.check(!bus.protocol_error, "AXI protocol");
	flush();
}

void Bench::correctness(unsigned rounds)
{
	unsigned faults = 0;

	tap.begin("random requests against the model");
	for (unsigned i = 0; i < rounds && !tap.failing(); i++) {
		Space fresh_space(memory, random);

		space = &fresh_space;
		memory.bad_frames.clear();
		memory.bad_regions.clear();
		space->bad.clear();
		for (unsigned k = 0; k < 24; k++)
			space->add_bad(k % 12);
		top.root_ppn_i = space->tables.root;
		bus.config.latency = random.percent(50) ? 100 : 1 + random.below(40);
		bus.config.stall = random.percent(40) ? 0 : random.below(70);
		bus.config.shuffle = random.percent(50);
		bus.config.discard = true; /* reads expect what they were planned with */
		eagerness = random.percent(50) ? 100 : 5 + random.below(95);
		bool may_fault = random.percent(60);
		one_round(may_fault, random.percent(80) ? 60 : 300);
		faults += may_fault;
	}
	printf("# %u rounds, %u with faults, %u ring reads, %u records, up to %u reads in flight\n",
	       rounds, faults, rings, records, bus.most_reads);
	tap.end();
}

uint64_t Bench::measure(const char *what, std::function<Request(unsigned)> make, unsigned stream,
			unsigned n)
{
	uint64_t start, beats = 0;

	bus.config = BusConfig();
	eagerness = 100;
	for (unsigned i = 0; i < n; i++)
		plan(stream, make(i));
	beats = streams[stream].to_address.size();
	start = bus.now;
	while (!round_done())
		cycle();
	uint64_t cycles = bus.now - start;
	printf("# %s: %llu beats in %llu cycles, %.1f %%\n", what, (unsigned long long)beats,
	       (unsigned long long)cycles, 100.0 * (double)beats / (double)cycles);
	flush();
	return 1000 * beats / cycles;
}

void Bench::throughput()
{
	Space fresh_space(memory, random);
	uint64_t base = fresh_space.fresh_va();

	space = &fresh_space;
	top.root_ppn_i = space->tables.root;
	for (unsigned i = 0; i < 2048; i++)
		space->tables.set(base + 4096ull * i, 0, space->fresh() << 10 | PteV | PteR | PteW);
	tap.begin("throughput at a latency of 100, one beat per cycle, cold TLB");
	auto rows = [&](uint64_t stride, unsigned len) {
		return [=](unsigned i) { return Request{ base + stride * i, len, 0 }; };
	};
	auto again = [&](unsigned pages) {
		return [=](unsigned i) {
			return Request{ base + 4096ull * (i % pages) + 64 * (i / pages), 64, 0 };
		};
	};
	tap.check(measure("read, 4096-byte runs", rows(4096, 4096), A, 64) > 950, "rate");
	tap.check(measure("read, 64-byte rows", rows(64, 64), A, 8192) > 970, "rate");
	tap.check(measure(
			  "read, 64-byte rows, odd address",
			  [&](unsigned i) { return Request{ base + 5 + 64ull * i, 64, 0 }; }, A,
			  8192) > 970,
		  "rate");
	tap.check(measure("read, 64 bytes of each of 320 pages, ten times", again(320), A, 3200) >
			  500,
		  "rate");
	/* A walk for four beats: 16 side by side, each takes little more than the latency. */
	tap.check(measure("read, 64 bytes of each of 2048 pages", rows(4096, 64), A, 2048) > 500,
		  "rate");
	tap.check(measure("store, 64 bytes to each of 2048 pages", rows(4096, 64), Store, 2048) >
			  500,
		  "rate");
	tap.check(measure("store, 64-byte rows", rows(64, 64), Store, 4096) > 950, "rate");
	tap.check(measure("store, 16 bytes at a time", rows(16, 16), Store, 8192) > 500, "rate");
	tap.end();
}

/* The same requests, after different ones: nothing of those may show in the time. */
void Bench::repeatable()
{
	std::vector<Request> requests[Streams];
	uint64_t first = 0;
	Space fresh_space(memory, random);

	space = &fresh_space;
	top.root_ppn_i = space->tables.root;
	tap.begin("the same requests take the same cycles after anything");
	for (auto &list : requests)
		for (unsigned i = 0; i < 60; i++)
			list.push_back(space->request(false));
	for (unsigned round = 0; round < 12; round++) {
		uint64_t start;

		bus.config.discard = true;
		eagerness = 30;
		if (round)
			one_round(round & 1, 1 + random.below(100));
		bus.config = BusConfig();
		bus.config.discard = true;
		eagerness = 100;
		extras = false;
		for (unsigned i = 0; i < Streams; i++)
			for (const Request &request : requests[i])
				plan(i, request);
		start = bus.now;
		while (!round_done())
			cycle();
		if (!round)
			first = bus.now - start;
		tap.check(bus.now - start == first, "%llu and %llu cycles",
			  (unsigned long long)(bus.now - start), (unsigned long long)first);
		flush();
	}
	tap.end();
}

int Bench::run()
{
	correctness(150);
	repeatable();
	throughput();
	top.final();
	return tap.finish();
}

int main(int argc, char **argv)
{
	static Bench bench(bench_seed(argc, argv));

	return bench.run();
}
