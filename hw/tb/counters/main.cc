// SPDX-License-Identifier: MIT
//
// Bench of qmac_counters: random classes and jobs against plain counting.

#include <memory>

#include "Vqmac_counters.h"
#include "bench.h"

static const int Classes = 10;

int main(int argc, char **argv)
{
	std::unique_ptr<Vqmac_counters> top(new Vqmac_counters);
	uint64_t cycles = 0, classes[Classes] = {};
	Tap tap;

	Random random(bench_seed(argc, argv));
	reset(*top);

	tap.begin("random jobs");
	for (int i = 0; i < 200000 && !tap.failing(); i++) {
		bool clear = random.below(1000) == 0, count = random.percent(80);
		unsigned which = random.below(Classes);

		top->clear_i = clear;
		top->count_i = count;
		top->class_i = which;
		tick(*top);
		if (clear) {
			cycles = 0;
			memset(classes, 0, sizeof(classes));
		}
		cycles += count;
		classes[which] += count;
		tap.check(top->cycles_o == cycles, "step %d: %llu cycles, must be %llu", i,
			  (unsigned long long)top->cycles_o, (unsigned long long)cycles);
		for (int c = 0; c < Classes; c++)
			tap.check(top->classes_o[c] == classes[c],
				  "step %d: class %d %llu, must be %llu", i, c,
				  (unsigned long long)top->classes_o[c],
				  (unsigned long long)classes[c]);
	}
	tap.end();
	return tap.finish();
}
