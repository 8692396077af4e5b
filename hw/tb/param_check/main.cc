// SPDX-License-Identifier: MIT
//
// Bench of qmac_param_check: fields at and beyond their limits on every path,
// every bit flipped, random records.

#include <memory>

#include <drm/qmac_cmd.h>

#include "Vqmac_param_check.h"
#include "bench.h"

static bool expect_bad(const struct qmac_param &p, int path, bool b_signed)
{
	int lo = b_signed ? -128 : 0;

	if (p.reserved0 || p.reserved1 || p.b_zero < lo || p.b_zero > lo + 255)
		return true;
	switch (path) {
	case QMAC_PATH_NONE:
		return p.mult || p.shift;
	case QMAC_PATH_F32:
		return p.mult >= 0x7f800000 || p.shift;
	default:
		return p.mult >> 31 || p.shift < -31 || p.shift > 30;
	}
}

class Bench
{
      public:
	explicit Bench(Tap &tap) : tap(tap), top(new Vqmac_param_check)
	{
	}

	void check(const struct qmac_param &p, int path, bool b_signed)
	{
		bool bad = expect_bad(p, path, b_signed);

		put(top->record_i, &p, sizeof(p));
		top->path_i = path;
		top->b_signed_i = b_signed;
		top->eval();
		tap.check(top->bad_o == bad,
			  "path %d %s bias %d mult 0x%08x shift %d b_zero %d reserved %d %u: "
			  "bad is %d",
			  path, b_signed ? "s8" : "u8", p.bias, p.mult, p.shift, p.b_zero,
			  p.reserved0, p.reserved1, top->bad_o);
		(bad ? bads : goods)++;
	}

	unsigned goods = 0, bads = 0;

      private:
	Tap &tap;
	std::unique_ptr<Vqmac_param_check> top;
};

static struct qmac_param good(Random &random, int path, bool b_signed)
{
	struct qmac_param p = {};

	p.bias = (int32_t)random.next();
	p.b_zero = (int16_t)(b_signed ? random.between(-128, 127) : random.between(0, 255));
	if (path == QMAC_PATH_F32)
		p.mult = random.below(0x7f800000);
	if (path >= QMAC_PATH_Q31) {
		p.mult = random.below(1u << 31);
		p.shift = (int8_t)random.between(-31, 30);
	}
	return p;
}

int main(int argc, char **argv)
{
	static const uint32_t mults[] = { 0,	      1,	  0x7f7fffff, 0x7f800000,
					  0x7f800001, 0x7fffffff, 0x80000000, 0x80000001,
					  0xff800000, 0xffffffff };
	Tap tap;

	Random random(bench_seed(argc, argv));
	Bench bench(tap);

	tap.begin("all shifts and zero points, limits of the multiplier");
	for (int path = 0; path < 4; path++)
		for (int b_signed = 0; b_signed < 2; b_signed++) {
			for (uint32_t mult : mults)
				for (int shift = -128; shift < 128; shift++) {
					struct qmac_param p = good(random, path, b_signed);

					p.mult = mult;
					p.shift = (int8_t)shift;
					bench.check(p, path, b_signed);
				}
			for (int zero = -32768; zero < 32768; zero++) {
				struct qmac_param p = good(random, path, b_signed);

				p.b_zero = (int16_t)zero;
				bench.check(p, path, b_signed);
			}
		}
	tap.end();

	tap.begin("every bit flipped");
	for (int i = 0; i < 800; i++)
		for (int bit = 0; bit < 128; bit++) {
			struct qmac_param p = good(random, i & 3, i & 4);

			((uint8_t *)&p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
			bench.check(p, i & 3, i & 4);
		}
	tap.end();

	tap.begin("random records");
	for (int i = 0; i < 200000; i++) {
		struct qmac_param p;

		random.fill(&p, sizeof(p));
		bench.check(p, i & 3, i & 4);
		bench.check(good(random, i & 3, i & 4), i & 3, i & 4);
	}
	tap.check(bench.goods > 200000 && bench.bads > 200000, "all alike");
	tap.end();
	return tap.finish();
}
