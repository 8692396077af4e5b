// SPDX-License-Identifier: MIT
//
// Bench of qmac_accumulators: random adding and draining at the shortest
// distances allowed, held data, and memory full of something else beforehand.

#include <memory>
#include <vector>

#include "Vqmac_accumulators.h"
#include "bench.h"

static const int Rows = 512;
static const int Distance = 4; // cycles from a row's adding to the next, or to its draining

struct Row {
	int32_t lanes[NC];
	int64_t ready = 0; // cycle from which it may be touched again
	bool written = false;
};

class Bench
{
      public:
	Bench(Tap &tap, Random &random)
	    : tap(tap), random(random), top(new Vqmac_accumulators), rows(2 * Rows)
	{
		reset(*top);
	}

	Row &row(int bank, int index)
	{
		return rows[(size_t)(bank * Rows + index)];
	}

	bool ready(int bank, int index)
	{
		return row(bank, index).ready <= now;
	}

	void add(int bank, int index, bool first)
	{
		int32_t sums[NC];
		Row &r = row(bank, index);

		random.fill(sums, sizeof(sums));
		top->s_valid_i = 1;
		top->s_bank_i = bank;
		top->s_row_i = index;
		top->s_first_i = first;
		put(top->s_sum_i, sums, sizeof(sums));
		for (int n = 0; n < NC; n++)
			r.lanes[n] =
				(int32_t)((first ? 0 : (uint32_t)r.lanes[n]) + (uint32_t)sums[n]);
		r.ready = now + Distance;
		r.written = true;
	}

	void drain(int bank, int index)
	{
		top->d_valid_i = 1;
		top->d_bank_i = bank;
		top->d_row_i = index;
		memcpy(drained, row(bank, index).lanes, sizeof(drained));
		any_drained = true;
	}

	// Data must be there after a drain, and stay.
	void cycle()
	{
		tick(*top);
		now++;
		top->s_valid_i = 0;
		top->d_valid_i = 0;
		top->s_row_i = random.below(Rows);
		top->d_row_i = random.below(Rows);
		top->s_bank_i = random.below(2);
		top->d_bank_i = random.below(2);
		top->s_first_i = random.below(2);
		if (any_drained) {
			int32_t data[NC];

			get(data, top->d_data_o, sizeof(data));
			tap.check(!memcmp(data, drained, sizeof(data)),
				  "cycle %lld: drained %d.., must be %d..", (long long)now, data[0],
				  drained[0]);
		}
	}

	// Every row once, so that adding has something to add to.
	void fill()
	{
		for (int bank = 0; bank < 2; bank++)
			for (int index = 0; index < Rows; index++) {
				add(bank, index, true);
				cycle();
			}
	}

      private:
	Tap &tap;
	Random &random;
	std::unique_ptr<Vqmac_accumulators> top;
	std::vector<Row> rows;
	int64_t now = 0;
	int32_t drained[NC];
	bool any_drained = false;
};

// The rows of a small window recur as soon as they may.
static void mixed(Tap &tap, Random &random, const char *name, int window, unsigned adds,
		  unsigned drains)
{
	Bench bench(tap, random);
	int base = 0;

	tap.begin(name);
	bench.fill();
	for (int i = 0; i < 200000 && !tap.failing(); i++) {
		int s_bank = (int)random.below(2),
		    s_row = (base + (int)random.below(window)) % Rows;
		int d_bank = (int)random.below(2),
		    d_row = (base + (int)random.below(window)) % Rows;
		bool first = random.percent(20), added = false;

		if (random.percent(1))
			base = (int)random.below(Rows);
		// Draining is decided on the state before this cycle's adding.
		bool drain = random.percent(drains) && bench.ready(d_bank, d_row);
		if (random.percent(adds) && bench.ready(s_bank, s_row) &&
		    !(drain && d_bank == s_bank && !first))
			added = true;
		if (drain)
			bench.drain(d_bank, d_row);
		if (added)
			bench.add(s_bank, s_row, first);
		bench.cycle();
	}
	tap.end();
}

// As the core does: passes over a tile in one bank, while the other drains.
static void tiles(Tap &tap, Random &random)
{
	Bench bench(tap, random);
	int last = 0;

	tap.begin("tiles, the last drained row held while its bank fills again");
	for (int tile = 0; tile < 60 && !tap.failing(); tile++) {
		int bank = tile & 1, count = random.between(4, Rows), drained = 0;
		int passes = random.between(1, 4);

		for (int pass = 0; pass < passes; pass++)
			for (int i = 0; i < count; i++) {
				bench.add(bank, i, pass == 0);
				if (drained < last && random.percent(70))
					bench.drain(!bank, drained++);
				bench.cycle();
			}
		while (drained < last) {
			if (random.percent(50))
				bench.drain(!bank, drained++);
			bench.cycle();
		}
		for (int i = 0; i < Distance - 1; i++)
			bench.cycle();
		last = count;
	}
	tap.end();
}

int main(int argc, char **argv)
{
	Tap tap;

	Random random(bench_seed(argc, argv));
	tiles(tap, random);
	mixed(tap, random, "one row of each bank, as often as allowed", 1, 100, 50);
	mixed(tap, random, "a window of four rows", 4, 95, 60);
	mixed(tap, random, "all rows", Rows, 90, 90);
	mixed(tap, random, "sparse", 16, 10, 10);
	return tap.finish();
}
