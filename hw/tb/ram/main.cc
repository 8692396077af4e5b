// SPDX-License-Identifier: MIT
//
// Bench of qmac_ram: random reads and writes of words, with collisions, and
// read data that stays.

#include <memory>

#include "Vqmac_ram.h"
#include "bench.h"

int main(int argc, char **argv)
{
	std::unique_ptr<Vqmac_ram> top(new Vqmac_ram);
	uint32_t mem[DEPTH][LANES], out[LANES], data[LANES];
	bool read = false;
	Tap tap;

	Random random(bench_seed(argc, argv));

	tap.begin("random traffic");
	for (int i = 0; i < 200000 && !tap.failing(); i++) {
		// First a row each, so that everything read has been written.
		bool filling = i < DEPTH;
		uint32_t w = filling ? (uint32_t)i : random.below(DEPTH);
		uint32_t r = random.percent(30) ? w : random.below(DEPTH);
		uint32_t lanes = filling ? (1u << LANES) - 1 : random.below(1u << LANES);

		random.fill(data, sizeof(data));
		top->w_en_i = filling || random.percent(50);
		top->w_addr_i = w;
		top->w_lane_en_i = lanes;
		put(top->w_data_i, data, sizeof(data));
		top->r_en_i = !filling && random.percent(50);
		top->r_addr_i = r;
		if (top->r_en_i) {
			memcpy(out, mem[r], sizeof(out));
			read = true;
		}
		for (int l = 0; top->w_en_i && l < LANES; l++)
			if (lanes >> l & 1)
				mem[w][l] = data[l];
		tick(*top);
		if (read) {
			uint32_t is[LANES];

			get(is, top->r_data_o, sizeof(is));
			tap.check(!memcmp(is, out, sizeof(is)),
				  "step %d: row %u reads %08x.., must be %08x..", i, r, is[0],
				  out[0]);
		}
	}
	tap.end();
	return tap.finish();
}
