// SPDX-License-Identifier: MIT
//
// Bench of qmac_array: every operand pair at every zero point that matters, then
// random streams with gaps, masks, swaps and weight writes in any cycle.

#include <deque>
#include <memory>
#include <utility>

#include "Vqmac_array.h"
#include "bench.h"

static const int Latency = 2;

struct Operand {
	bool is_signed;
	int zero;

	int value(uint8_t byte) const
	{
		return (is_signed ? (int)(int8_t)byte : (int)byte) - zero;
	}
};

// The array in plain arithmetic.
class Model
{
      public:
	void weight(unsigned lane, const uint8_t *data, Operand o, uint32_t keep)
	{
		for (int k = 0; k < KC; k++)
			shadow[lane][k] = keep >> k & 1 ? o.value(data[k]) : 0;
	}

	// The set that was active becomes the shadow, with what it holds.
	void swap()
	{
		std::swap(active, shadow);
	}

	void row(const uint8_t *data, Operand o, uint32_t keep, int32_t *sums) const
	{
		for (int n = 0; n < NC; n++) {
			sums[n] = 0;
			for (int k = 0; k < KC; k++)
				if (keep >> k & 1)
					sums[n] += o.value(data[k]) * active[n][k];
		}
	}

      private:
	int shadow[NC][KC] = {}, active[NC][KC] = {};
};

class Bench
{
      public:
	Bench(Tap &tap, Random &random) : tap(tap), random(random), top(new Vqmac_array)
	{
		reset(*top);
	}

	// Offers for this cycle.
	void weight(unsigned lane, const uint8_t *data, Operand o, uint32_t keep)
	{
		top->w_valid_i = 1;
		top->w_lane_i = lane;
		put(top->w_data_i, data, KC);
		top->w_signed_i = o.is_signed;
		top->w_zero_i = o.zero & 0x1ff;
		top->w_keep_i = keep;
		written = true;
		w_lane = lane;
		memcpy(w_data, data, KC);
		w_operand = o;
		w_keep = keep;
	}

	void row(const uint8_t *data, Operand o, uint32_t keep, bool swap)
	{
		Expected e;

		top->a_valid_i = 1;
		top->a_swap_i = swap;
		put(top->a_data_i, data, KC);
		top->a_signed_i = o.is_signed;
		top->a_zero_i = o.zero & 0x1ff;
		top->a_keep_i = keep;
		if (swap)
			model.swap();
		e.due = now + Latency;
		model.row(data, o, keep, e.sums);
		expected.push_back(e);
	}

	// The cycle. A weight written in it comes after the row's swap.
	void cycle()
	{
		bool due;

		tick(*top);
		now++;
		if (written)
			model.weight(w_lane, w_data, w_operand, w_keep);
		written = false;
		// What is not valid is noise.
		noise();
		due = !expected.empty() && expected.front().due == now;
		tap.check(top->p_valid_o == due, "cycle %lld: p_valid_o is %d", (long long)now,
			  top->p_valid_o);
		if (due) {
			int32_t sums[NC];

			get(sums, top->p_sum_o, sizeof(sums));
			for (int n = 0; n < NC; n++)
				tap.check(sums[n] == expected.front().sums[n],
					  "cycle %lld lane %d: %d, must be %d", (long long)now, n,
					  sums[n], expected.front().sums[n]);
			expected.pop_front();
		}
	}

	void drain()
	{
		for (int i = 0; i <= Latency; i++)
			cycle();
	}

      private:
	struct Expected {
		int64_t due;
		int32_t sums[NC];
	};

	void noise()
	{
		uint8_t bytes[KC];
		uint64_t r = random.next();

		memset(bytes, (int)r, KC);
		top->w_valid_i = 0;
		top->a_valid_i = 0;
		top->w_lane_i = (r >> 8) % NC;
		top->a_swap_i = r >> 16 & 1;
		put(top->w_data_i, bytes, KC);
		put(top->a_data_i, bytes, KC);
	}

	Tap &tap;
	Random &random;
	std::unique_ptr<Vqmac_array> top;
	Model model;
	std::deque<Expected> expected;
	int64_t now = 0;
	bool written = false;
	unsigned w_lane = 0;
	uint8_t w_data[KC];
	Operand w_operand;
	uint32_t w_keep = 0;
};

static const uint32_t All = (uint32_t)((1ull << KC) - 1);

// All 2^16 pairs of bytes: NC weights at a time, each alone in its lane at a
// position that wanders, against all 256 operands.
static void pairs(Bench &bench, Operand a, Operand w)
{
	uint8_t data[KC];

	for (int base = 0; base < 256; base += NC) {
		for (int n = 0; n < NC; n++) {
			int position = (n + base / NC) % KC;

			memset(data, 0x55 + base, KC);
			data[position] = (uint8_t)(base + n);
			bench.weight(n, data, w, 1u << position);
			bench.cycle();
		}
		for (int value = 0; value < 256; value++) {
			memset(data, value, KC);
			bench.row(data, a, All, value == 0);
			bench.cycle();
		}
	}
	bench.drain();
}

static void exhaustive(Tap &tap, Random &random)
{
	static const int zeros[2][4] = { { 0, 255, 128, 1 }, { 0, -128, 127, -1 } };

	for (int mode = 0; mode < 4; mode++) {
		bool sa = mode & 1, sw = mode >> 1;
		Bench bench(tap, random);

		tap.begin((std::string("all pairs, ") + (sa ? "s8" : "u8") + " x " +
			   (sw ? "s8" : "u8") + ", zero points at their limits")
				  .c_str());
		for (int za : zeros[sa])
			for (int zw : zeros[sw])
				pairs(bench, { sa, za }, { sw, zw });
		tap.end();
	}
}

// The largest sums there are.
static void extremes(Tap &tap, Random &random)
{
	static const Operand corners[] = {
		{ false, 255 }, { false, 0 }, { true, -128 }, { true, 127 }
	};
	uint8_t data[KC];
	Bench bench(tap, random);

	tap.begin("largest sums");
	for (const Operand &a : corners)
		for (const Operand &w : corners)
			for (int bytes = 0; bytes < 4; bytes++) {
				for (int n = 0; n < NC; n++) {
					memset(data,
					       w.is_signed ? 0x7f + (bytes & 1) : -(bytes & 1), KC);
					bench.weight(n, data, w, All);
					bench.cycle();
				}
				memset(data, a.is_signed ? 0x7f + (bytes >> 1) : -(bytes >> 1), KC);
				bench.row(data, a, All, true);
				bench.cycle();
			}
	bench.drain();
	tap.end();
}

static Operand any_operand(Random &random)
{
	bool is_signed = random.percent(50);

	return { is_signed, is_signed ? random.between(-128, 127) : random.between(0, 255) };
}

static uint32_t any_keep(Random &random)
{
	switch (random.below(4)) {
	case 0:
		return (uint32_t)random.next() & All;
	case 1:
		return All >> random.below(KC);
	case 2:
		return 0;
	default:
		return All;
	}
}

// Rows and weight writes each in a random share of the cycles.
static void stream(Tap &tap, Random &random, const char *name, unsigned rows, unsigned writes,
		   unsigned swaps)
{
	uint8_t data[KC];
	Bench bench(tap, random);

	tap.begin(name);
	// Both sets are written before a row runs.
	for (int set = 0; set < 2; set++) {
		for (int n = 0; n < NC; n++) {
			random.fill(data, KC);
			bench.weight(n, data, any_operand(random), any_keep(random));
			bench.cycle();
		}
		bench.row(data, any_operand(random), 0, true);
		bench.cycle();
	}
	for (int i = 0; i < 40000 && !tap.failing(); i++) {
		if (random.percent(writes)) {
			random.fill(data, KC);
			bench.weight(random.below(NC), data, any_operand(random), any_keep(random));
		}
		if (random.percent(rows)) {
			random.fill(data, KC);
			bench.row(data, any_operand(random), any_keep(random),
				  random.percent(swaps));
		}
		bench.cycle();
	}
	bench.drain();
	tap.end();
}

// Passes as the core makes them: NC lanes shift in while the pass before
// streams, the next begins without a gap, and its first weight is written in
// the cycle of the swap.
static void passes(Tap &tap, Random &random)
{
	uint8_t data[KC];
	Bench bench(tap, random);

	tap.begin("passes without gaps");
	for (int n = 0; n < NC; n++) {
		random.fill(data, KC);
		bench.weight(n, data, any_operand(random), All);
		bench.cycle();
	}
	for (int pass = 0; pass < 500 && !tap.failing(); pass++) {
		Operand a = any_operand(random), w = any_operand(random);
		int length = NC + (int)random.below(20);

		for (int i = 0; i < length; i++) {
			if (i < NC) {
				random.fill(data, KC);
				bench.weight(i, data, w, All);
			}
			random.fill(data, KC);
			bench.row(data, a, All, i == 0);
			bench.cycle();
		}
	}
	bench.drain();
	tap.end();
}

int main(int argc, char **argv)
{
	Tap tap;

	Random random(bench_seed(argc, argv));
	printf("# array %dx%d\n", KC, NC);
	exhaustive(tap, random);
	extremes(tap, random);
	passes(tap, random);
	stream(tap, random, "random rows and weights in every cycle", 100, 100, 30);
	stream(tap, random, "random rows and weights with gaps", 60, 50, 20);
	stream(tap, random, "swaps in every row", 90, 90, 100);
	stream(tap, random, "few rows", 5, 90, 50);
	return tap.finish();
}
