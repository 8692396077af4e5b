/* SPDX-License-Identifier: MIT */
/*
 * What the benches of the memory side share: sparse physical memory, Sv39 page
 * tables and their translation written from the manual, and an AXI4 memory whose
 * latency, order between IDs and stalls are random or exact.
 */
#ifndef QMAC_TB_BUS_H
#define QMAC_TB_BUS_H

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "../bench.h"

using Beat = std::array<uint8_t, 16>;

/* Pages come into being when touched, with contents that depend on seed and address. */
class Memory
{
      public:
	explicit Memory(uint64_t seed) : seed(seed)
	{
	}

	uint8_t *page(uint64_t ppn)
	{
		auto &slot = pages[ppn];

		if (!slot) {
			slot = std::make_unique<std::array<uint8_t, 4096>>();
			Random(seed ^ ppn * 0x9e3779b97f4a7c15).fill(slot->data(), 4096);
		}
		return slot->data();
	}

	uint8_t *at(uint64_t pa)
	{
		return page(pa >> 12) + (pa & 4095);
	}

	uint64_t load(uint64_t pa)
	{
		uint64_t value;

		memcpy(&value, at(pa), 8);
		return value;
	}

	void store(uint64_t pa, uint64_t value)
	{
		memcpy(at(pa), &value, 8);
	}

	/* Frames the bus answers with an error. */
	bool bad(uint64_t pa) const
	{
		return bad_frames.count(pa >> 12) || bad_regions.count(pa >> 21);
	}

	std::unordered_set<uint64_t> bad_frames, bad_regions;

      private:
	uint64_t seed;
	std::unordered_map<uint64_t, std::unique_ptr<std::array<uint8_t, 4096>>> pages;
};

enum {
	PteV = 1,
	PteR = 2,
	PteW = 4,
	PteX = 8
};

struct Translation {
	bool page_fault, bus_error, writable;
	uint64_t pa;
};

static inline Translation translate(Memory &memory, uint64_t root, uint64_t va)
{
	uint64_t table = root;

	if (va >> 39)
		return { true, false, false, 0 };
	for (int level = 2; level >= 0; level--) {
		unsigned shift = 12 + 9 * (unsigned)level;
		uint64_t slot = table << 12 | (va >> shift & 511) << 3;

		if (memory.bad(slot))
			return { false, true, false, 0 };
		uint64_t pte = memory.load(slot);
		uint64_t ppn = pte >> 10 & ((1ull << 44) - 1);

		if (!(pte & PteV) || pte >> 54 || (pte & (PteR | PteW)) == PteW)
			return { true, false, false, 0 };
		if (!(pte & PteR)) {
			table = ppn;
			continue;
		}
		if (level == 2 || (level == 1 && (ppn & 511)))
			return { true, false, false, 0 };
		return { false, false, !!(pte & PteW), ppn << 12 | (va & ((1ull << shift) - 1)) };
	}
	return { true, false, false, 0 };
}

/* Sets the entry of a level for va, making the tables above it. */
class Tables
{
      public:
	Tables(Memory &memory, std::function<uint64_t()> frame)
	    : memory(memory), frame(frame), root(blank())
	{
	}

	void set(uint64_t va, int level, uint64_t pte)
	{
		uint64_t table = root;

		for (int l = 2; l > level; l--) {
			uint64_t slot = slot_of(table, va, l);

			if (!(memory.load(slot) & PteV))
				memory.store(slot, blank() << 10 | PteV);
			table = memory.load(slot) >> 10;
		}
		memory.store(slot_of(table, va, level), pte);
	}

	Memory &memory;
	std::function<uint64_t()> frame;
	uint64_t root;

      private:
	uint64_t blank()
	{
		uint64_t ppn = frame();

		memset(memory.page(ppn), 0, 4096);
		return ppn;
	}

	static uint64_t slot_of(uint64_t table, uint64_t va, int level)
	{
		return table << 12 | (va >> (12 + 9 * level) & 511) << 3;
	}
};

/*
 * The AXI4 memory. Each cycle: drive() sets the inputs of the device, the device
 * settles, sample() takes what was exchanged.
 */
struct BusConfig {
	unsigned latency = 100;
	unsigned stall = 0;   /* percent, per channel and cycle */
	bool shuffle = false; /* any order between IDs, random extra latency */
	bool discard = false; /* stores change nothing */
};

template <typename Top> class Bus
{
      public:
	static const unsigned FirstIds = 0x0111, Pending = 64;

	Bus(Top &top, Memory &memory, Random &random) : top(top), memory(memory), random(random)
	{
	}

	void drive()
	{
		top.axi_arready_i = reads < Pending && !stalled();
		top.axi_awready_i = writes + addresses.size() < Pending && !stalled();
		top.axi_wready_i = !stalled();
		drive_r();
		drive_b();
	}

	void sample()
	{
		now++;
		if (top.axi_rvalid_i && top.axi_rready_o)
			take_r();
		if (top.axi_bvalid_i && top.axi_bready_o) {
			if (on_response)
				on_response((unsigned)b_id);
			b_id = -1;
			responses++;
		}
		if (top.axi_arvalid_o && top.axi_arready_i)
			take_ar();
		if (top.axi_awvalid_o && top.axi_awready_i)
			take_aw();
		if (top.axi_wvalid_o && top.axi_wready_i)
			take_w();
		pair_writes();
	}

	bool idle() const
	{
		return !reads && !writes && addresses.empty() && data.empty();
	}

	BusConfig config;
	unsigned most_reads = 0; /* bursts outstanding at once */
	uint64_t beats = 0, responses = 0, now = 0;
	std::function<void(unsigned id, uint64_t pa, unsigned beats)> on_read, on_write_address;
	std::function<void(unsigned id, uint64_t pa, const Beat &data, uint16_t strobe)> on_write;
	std::function<void(unsigned id)> on_response;
	bool protocol_error = false;

      private:
	struct Read {
		uint64_t pa, due;
		unsigned beats, sent;
	};
	struct Address {
		unsigned id, beats;
		uint64_t pa;
	};
	struct Data {
		Beat data;
		uint16_t strobe;
		bool last;
	};
	struct Response {
		uint64_t due;
		bool error;
	};

	bool stalled()
	{
		return config.stall && random.percent(config.stall);
	}

	uint64_t due()
	{
		uint64_t at = now + config.latency;

		return config.shuffle ? at + random.below(60) : at;
	}

	void drive_r()
	{
		top.axi_rvalid_i = 0;
		if (reads && !stalled())
			pick_r();
		if (r_id < 0)
			return;
		Read &read = by_id[r_id].front();
		bool error = memory.bad(read.pa);
		Beat beat;

		if (error)
			random.fill(beat.data(), 16);
		else
			memcpy(beat.data(), memory.at(read.pa + 16 * read.sent), 16);
		top.axi_rvalid_i = 1;
		top.axi_rid_i = (unsigned)r_id;
		put(top.axi_rdata_i, beat.data(), 16);
		top.axi_rresp_i = error ? 2 + random.below(2) : 0;
		top.axi_rlast_i = read.sent + 1 == read.beats;
	}

	/*
	 * The next beat: of the oldest burst, but commands, ring entries and page
	 * tables first; or shuffled of any ID's oldest.
	 */
	void pick_r()
	{
		unsigned start = config.shuffle ? random.below(16) : 0;
		uint64_t best = UINT64_MAX;

		if (r_id >= 0)
			return;
		for (unsigned i = 0; i < 16; i++) {
			unsigned id = (start + i) % 16;

			if (by_id[id].empty() || by_id[id].front().due > now)
				continue;
			if (config.shuffle) {
				r_id = (int)id;
				return;
			}
			uint64_t order =
				by_id[id].front().due + (FirstIds >> id & 1 ? 0 : 1ull << 40);

			if (order < best) {
				best = order;
				r_id = (int)id;
			}
		}
	}

	void take_r()
	{
		Read &read = by_id[r_id].front();

		beats++;
		if (++read.sent == read.beats) {
			by_id[r_id].pop_front();
			reads--;
		}
		r_id = -1;
	}

	void drive_b()
	{
		top.axi_bvalid_i = 0;
		if (b_id < 0 && writes && !stalled()) {
			unsigned start = config.shuffle ? random.below(16) : 0;

			for (unsigned i = 0; i < 16 && b_id < 0; i++) {
				unsigned id = (start + i) % 16;

				if (!b_by_id[id].empty() && b_by_id[id].front().due <= now)
					b_id = (int)id;
			}
			if (b_id >= 0) {
				b_error = b_by_id[b_id].front().error;
				b_by_id[b_id].pop_front();
				writes--;
			}
		}
		if (b_id < 0)
			return;
		top.axi_bvalid_i = 1;
		top.axi_bid_i = (unsigned)b_id;
		top.axi_bresp_i = b_error ? 2 : 0;
	}

	void check(bool good, const char *what)
	{
		if (!good && !protocol_error)
			printf("# AXI: %s\n", what);
		protocol_error |= !good;
	}

	void take_ar()
	{
		unsigned n = top.axi_arlen_o + 1u;
		uint64_t pa = top.axi_araddr_o;

		check(top.axi_arsize_o == 4 && top.axi_arburst_o == 1, "AR size or burst");
		check(!(pa & 15) && (pa & 4095) + 16 * n <= 4096, "AR address");
		if (on_read)
			on_read(top.axi_arid_o, pa, n);
		by_id[top.axi_arid_o].push_back({ pa, due(), n, 0 });
		if (++reads > most_reads)
			most_reads = reads;
	}

	void take_aw()
	{
		unsigned n = top.axi_awlen_o + 1u;
		uint64_t pa = top.axi_awaddr_o;

		check(top.axi_awsize_o == 4 && top.axi_awburst_o == 1, "AW size or burst");
		check(!(pa & 15) && (pa & 4095) + 16 * n <= 4096, "AW address");
		if (on_write_address)
			on_write_address(top.axi_awid_o, pa, n);
		addresses.push_back({ top.axi_awid_o, n, pa });
	}

	void take_w()
	{
		Data w;

		get(w.data.data(), top.axi_wdata_o, 16);
		w.strobe = top.axi_wstrb_o;
		w.last = top.axi_wlast_o;
		data.push_back(w);
		beats++;
	}

	void pair_writes()
	{
		while (!addresses.empty() && !data.empty()) {
			Address &a = addresses.front();
			Data &w = data.front();
			bool error = memory.bad(a.pa);

			check(w.last == (a.beats == 1), "W last");
			if (on_write)
				on_write(a.id, a.pa, w.data, w.strobe);
			for (unsigned i = 0; i < 16 && !error && !config.discard; i++)
				if (w.strobe >> i & 1)
					*memory.at(a.pa + i) = w.data[i];
			a.pa += 16;
			if (!--a.beats) {
				b_by_id[a.id].push_back({ due(), error });
				writes++;
				addresses.pop_front();
			}
			data.pop_front();
		}
	}

	Top &top;
	Memory &memory;
	Random &random;
	std::deque<Read> by_id[16];
	std::deque<Response> b_by_id[16];
	std::deque<Address> addresses;
	std::deque<Data> data;
	unsigned reads = 0, writes = 0;
	int r_id = -1, b_id = -1;
	bool b_error = false;
};

#endif
