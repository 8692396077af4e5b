// SPDX-License-Identifier: MIT
//
// Bench of qmac_requant: slices in which every tie, limit and extreme occurs,
// then millions of random lanes for each path, rounding and place of the zero
// point. Two references must agree with the RTL: the arithmetic below (128-bit
// integers; the host's own floats for F32) and the library's operators.

#include <math.h>

#include <deque>
#include <memory>
#include <vector>

#include <qmac/ops.h>

#include "Vqmac_requant.h"
#include "bench.h"

static const int Latency = 5; // enabled cycles

typedef __int128 wide;

struct Lane {
	int32_t acc, bias;
	uint32_t mult;
	int32_t shift;
};

static bool same(const struct qmac_requant &a, const struct qmac_requant &b)
{
	return a.path == b.path && a.rounding == b.rounding && a.zp_first == b.zp_first &&
	       a.c_type == b.c_type && a.c_zero == b.c_zero && a.clamp_lo == b.clamp_lo &&
	       a.clamp_hi == b.clamp_hi;
}

// ---- The arithmetic once more ----

static wide floor_divide(wide value, wide divisor)
{
	wide q = value / divisor;

	return q * divisor > value ? q - 1 : q;
}

// value / 2^places to nearest, with the zero point inside or outside.
static wide round_with_zero(wide value, int places, const struct qmac_requant &r)
{
	wide one = (wide)1 << places, sum = value + (r.zp_first ? r.c_zero * one : 0);
	wide floor = floor_divide(sum, one), twice = 2 * (sum - floor * one);
	bool up = twice > one;

	if (twice == one)
		up = r.rounding == QMAC_ROUND_UP     ? true
		     : r.rounding == QMAC_ROUND_EVEN ? floor % 2 != 0
						     : sum > 0;
	return floor + up + (r.zp_first ? 0 : r.c_zero);
}

static wide expect_f32(int32_t acc, uint32_t bits, const struct qmac_requant &r)
{
	float scale, product;

	if ((bits & 0x7f800000) == 0)
		bits = 0;
	memcpy(&scale, &bits, sizeof(scale));
	product = (float)acc * scale;
	if (product >= 2147483648.0f)
		return (wide)INT32_MAX + r.c_zero;
	if (product < -2147483648.0f)
		return (wide)INT32_MIN + r.c_zero;
	// Far below one half: rounds to zero, whatever the zero point.
	if (fabsf(product) < 0x1p-20f)
		product = 0;
	// The 24 bits of what is left are whole multiples of 2^-44.
	return round_with_zero((wide)ldexpl(product, 44), 44, r);
}

static int32_t expect(const Lane &l, const struct qmac_requant &r)
{
	int32_t acc = (int32_t)((uint32_t)l.acc + (uint32_t)l.bias);
	wide result = 0, x;

	switch (r.path) {
	case QMAC_PATH_NONE:
		return acc;
	case QMAC_PATH_F32:
		result = expect_f32(acc, l.mult, r);
		break;
	case QMAC_PATH_Q31:
		result = round_with_zero((wide)acc * l.mult, 31 - l.shift, r);
		break;
	case QMAC_PATH_Q31_SRDHM:
		x = l.shift > 0 ? (wide)acc << l.shift : acc;
		x = x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : x;
		x = floor_divide(x * l.mult + (1 << 30), (wide)1 << 31);
		result = round_with_zero(x, l.shift < 0 ? -l.shift : 0, r);
		break;
	}
	if (result < r.clamp_lo)
		return r.clamp_lo;
	return (int32_t)(result > r.clamp_hi ? r.clamp_hi : result);
}

// ---- The device under test ----

class Bench
{
      public:
	Bench(Tap &tap, Random &random) : tap(tap), random(random), top(new Vqmac_requant)
	{
		reset(*top);
	}

	// How often the pipeline moves, and how often a row is offered.
	unsigned moves = 100, offers = 100;

	void lane(const struct qmac_requant &r, const Lane &l)
	{
		if (count && !same(r, recipe))
			send();
		recipe = r;
		lanes[count++] = l;
		if (count == NC)
			send();
	}

	void finish()
	{
		if (count)
			send();
		top->valid_i = 0;
		while (!expected.empty())
			cycle(random.percent(moves));
	}

      private:
	struct Row {
		struct qmac_requant recipe;
		Lane lanes[NC];
		int age;
	};

	void send()
	{
		Row row;

		while (count < NC)
			lanes[count++] = lanes[0];
		count = 0;
		while (!random.percent(offers)) {
			top->valid_i = 0;
			cycle(random.percent(moves));
		}
		row.recipe = recipe;
		memcpy(row.lanes, lanes, sizeof(lanes));
		row.age = 0;
		for (;;) {
			bool en = random.percent(moves);

			drive(row);
			if (en)
				expected.push_back(row);
			cycle(en);
			if (en)
				break;
		}
	}

	void drive(const Row &row)
	{
		const struct qmac_requant &r = row.recipe;

		top->valid_i = 1;
		top->cfg_i = (uint64_t)r.path << 36 | (uint64_t)r.rounding << 28 |
			     (uint64_t)r.zp_first << 27 | (uint64_t)(r.c_zero & 0x1ff) << 18 |
			     (uint64_t)(r.clamp_lo & 0x1ff) << 9 | (uint64_t)(r.clamp_hi & 0x1ff);
		for (int n = 0; n < NC; n++) {
			const Lane &l = row.lanes[n];
			uint32_t words[3] = { (uint32_t)(l.shift & 0x3f) | l.mult << 6,
					      l.mult >> 26 | (uint32_t)l.bias << 6,
					      (uint32_t)l.bias >> 26 };

			((uint32_t *)&top->acc_i)[n] = (uint32_t)l.acc;
			put(top->param_i[n], words, sizeof(words));
		}
	}

	void cycle(bool en)
	{
		top->en_i = en;
		tick(*top);
		// What is sampled only with a row is noise otherwise.
		((uint32_t *)&top->acc_i)[0] = (uint32_t)random.next();
		if (!en)
			return;
		for (Row &row : expected)
			row.age++;
		bool due = !expected.empty() && expected.front().age == Latency;

		tap.check(top->valid_o == due, "valid_o is %d", top->valid_o);
		if (!due)
			return;
		judge(expected.front());
		expected.pop_front();
	}

	void judge(const Row &row)
	{
		const struct qmac_requant &r = row.recipe;

		for (int n = 0; n < NC; n++) {
			const Lane &l = row.lanes[n];
			int32_t is = (int32_t)((const uint32_t *)&top->result_o)[n];
			int32_t must = expect(l, r);
			int32_t acc = (int32_t)((uint32_t)l.acc + (uint32_t)l.bias);
			int32_t lib = qmac_ref_requantize(acc, l.mult, l.shift, &r);

			tap.check(is == must && lib == must,
				  "path %d rounding %d zp_first %d zero %d clamp %d..%d acc %d "
				  "(bias %d) mult 0x%08x shift %d: %d, must be %d, library says %d",
				  r.path, r.rounding, r.zp_first, r.c_zero, r.clamp_lo, r.clamp_hi,
				  acc, l.bias, l.mult, l.shift, is, must, lib);
		}
	}

	Tap &tap;
	Random &random;
	std::unique_ptr<Vqmac_requant> top;
	std::deque<Row> expected;
	struct qmac_requant recipe = {};
	Lane lanes[NC];
	int count = 0;
};

// ---- What goes in ----

static struct qmac_requant recipe(int path, int rounding, bool zp_first, int zero, bool is_signed)
{
	struct qmac_requant r = {};

	r.path = (uint8_t)path;
	if (path == QMAC_PATH_NONE) {
		r.c_type = QMAC_TYPE_S32;
		return r;
	}
	r.rounding = (uint8_t)rounding;
	r.zp_first = zp_first;
	r.c_type = is_signed ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
	r.c_zero = (int16_t)zero;
	r.clamp_lo = is_signed ? -128 : 0;
	r.clamp_hi = is_signed ? 127 : 255;
	return r;
}

template <typename Do> static void all_recipes(int path, Do use)
{
	for (int rounding = 0; rounding < 3; rounding++)
		for (int zp_first = 0; zp_first < 2; zp_first++) {
			for (int zero : { 0, 1, -3, 4, -128, 127 })
				use(recipe(path, rounding, zp_first, zero, true));
			for (int zero : { 0, 128, 131, 255 })
				use(recipe(path, rounding, zp_first, zero, false));
		}
}

static std::vector<int32_t> special_accs()
{
	std::vector<int32_t> accs;

	for (int32_t i = 0; i < 8; i++) {
		accs.push_back(INT32_MAX - i);
		accs.push_back(INT32_MIN + i);
	}
	for (int e = 8; e < 31; e++)
		for (int32_t i = -2; i <= 2; i++) {
			accs.push_back((1 << e) + i);
			accs.push_back(-(1 << e) + i);
		}
	return accs;
}

// Q31 paths: every shift, multipliers that make ties, all small accumulators.
static void slice_q31(Tap &tap, Random &random, int path)
{
	static const uint32_t mults[] = { 0,	    1,	      1u << 29,	      1u << 30,
					  3u << 29, 5u << 28, (1u << 30) + 1, 0x7fffffff };
	std::vector<int32_t> accs = special_accs();
	Bench bench(tap, random);

	for (int32_t i = -140; i <= 140; i++)
		accs.push_back(i);
	all_recipes(path, [&](const struct qmac_requant &r) {
		for (uint32_t mult : mults)
			for (int shift = -31; shift <= 30; shift += 1)
				for (size_t i = random.below(4); i < accs.size(); i += 4)
					bench.lane(r, { accs[i], 0, mult, shift });
	});
	bench.finish();
}

// Q31 ties by construction: (2t + 1) * 2^(places - 1) as a product.
static void ties_q31(Tap &tap, Random &random, int path)
{
	Bench bench(tap, random);

	all_recipes(path, [&](const struct qmac_requant &r) {
		for (int shift = -31; shift <= 30; shift++)
			for (int t = -280; t <= 280; t++) {
				int places = path == QMAC_PATH_Q31 ? 31 - shift : -shift;
				int up = places - 1 - (path == QMAC_PATH_Q31 ? 30 : 0);

				// With mult 2^30: Q31 leaves acc * 2^(30 - places), SRDHM
				// rounds acc / 2 first.
				if (path == QMAC_PATH_Q31_SRDHM)
					up++;
				if (up < 0 || up > 20)
					continue;
				int64_t acc = (2 * (int64_t)t + 1) * ((int64_t)1 << up);

				if (acc != (int32_t)acc)
					continue;
				for (int32_t off = -1; off <= 1; off++)
					bench.lane(r, { (int32_t)acc + off, 0, 1u << 30, shift });
			}
	});
	bench.finish();
}

// F32: powers of two (every tie), and thrice that, around all small results.
static void ties_f32(Tap &tap, Random &random)
{
	Bench bench(tap, random);

	all_recipes(QMAC_PATH_F32, [&](const struct qmac_requant &r) {
		for (int down = 1; down <= 24; down++)
			for (int t = -280; t <= 280; t++)
				for (int32_t off = -1; off <= 1; off++) {
					int64_t acc =
						(2 * (int64_t)t + 1) * (1ll << (down - 1)) + off;
					uint32_t mult = (uint32_t)(127 - down) << 23;

					if (acc != (int32_t)acc)
						continue;
					bench.lane(r, { (int32_t)acc, 0, mult, 0 });
					if ((t & 15) == 0)
						bench.lane(r, { (int32_t)(acc / 3), 0,
								mult | 0x400000, 0 });
				}
	});
	bench.finish();
}

// Products halfway between two fp32 numbers, next to a tie of the result:
// 25 bits, (2t + 1) * 2^k + 1 or - 1, split into accumulator and multiplier.
static void double_ties_f32(Tap &tap, Random &random)
{
	Bench bench(tap, random);

	all_recipes(QMAC_PATH_F32, [&](const struct qmac_requant &r) {
		for (uint32_t t = 0; t < 290; t++)
			for (int off = -1; off <= 1; off += 2) {
				uint32_t odd = 2 * t + 1,
					 length = 32 - (uint32_t)__builtin_clz(odd);
				uint32_t product = (odd << (25 - length)) + (uint32_t)off;

				// Its weight makes it t + 1/2 and a bit: 2^(length - 26).
				for (uint32_t acc = 3; acc < 2000; acc += 2) {
					uint32_t fraction = product / acc, exponent = 127;

					if (product % acc)
						continue;
					exponent += length - 26;
					// fraction * 2^(length - 26) as an fp32 number.
					int bits = 32 - __builtin_clz(fraction);
					exponent += (uint32_t)bits - 1;
					fraction = fraction << (24 - bits) & 0x7fffff;
					bench.lane(r, { (int32_t)acc, 0, exponent << 23 | fraction,
							0 });
					bench.lane(r, { -(int32_t)acc, 0, exponent << 23 | fraction,
							0 });
				}
			}
	});
	bench.finish();
}

// Beyond 2^24 the conversion to fp32 rounds.
static void large_f32(Tap &tap, Random &random)
{
	Bench bench(tap, random);

	all_recipes(QMAC_PATH_F32, [&](const struct qmac_requant &r) {
		for (int e = 23; e < 32; e++)
			for (int i = -64; i <= 64; i++)
				for (uint32_t fraction :
				     { 0u, 1u, 0x400000u, 0x7fffffu, 0x123456u })
					for (int sign = 0; sign < 2; sign++) {
						uint32_t down = (uint32_t)e - 1 - random.below(8);
						int64_t acc = (1ll << e) +
							      i * (1ll << (e - 24 + (e < 24)));

						acc += random.between(-3, 3);
						if (acc > INT32_MAX)
							acc = INT32_MAX - (i & 63);
						if (sign)
							acc = -acc - 1;
						bench.lane(r, { (int32_t)acc, 0,
								(127 - down) << 23 | fraction, 0 });
					}
	});
	bench.finish();
}

static void multipliers_f32(Tap &tap, Random &random)
{
	static const uint32_t mults[] = {
		0,	    1,		0x007fffff, 0x00800000, 0x00800001, 0x00ffffff, 0x0b000000,
		0x2f000000, 0x3effffff, 0x3f000000, 0x3f000001, 0x3f7fffff, 0x3f800000, 0x3f800001,
		0x40000000, 0x4b000000, 0x4effffff, 0x4f000000, 0x4f000001, 0x7f000000, 0x7f7fffff
	};
	std::vector<int32_t> accs = special_accs();
	Bench bench(tap, random);

	for (int32_t i = -20; i <= 20; i++)
		accs.push_back(i);
	all_recipes(QMAC_PATH_F32, [&](const struct qmac_requant &r) {
		for (uint32_t mult : mults)
			for (int32_t acc : accs)
				bench.lane(r, { acc, 0, mult, 0 });
		// Every exponent.
		for (uint32_t e = 0; e < 255; e++)
			for (int32_t acc :
			     { 1, -1, 3, -5, INT32_MIN, INT32_MAX, 0x1000001, -0x1000003 })
				bench.lane(r,
					   { acc, 0, e << 23 | (uint32_t)(random.next() & 0x7fffff),
					     0 });
	});
	bench.finish();
}

static uint32_t any_bits(Random &random)
{
	// Any length; sometimes few bits set, which makes ties.
	uint32_t value = (uint32_t)random.next() >> random.below(32);

	if (random.percent(30))
		value &= 0xffffffffu << random.below(32);
	return value;
}

static struct qmac_requant any_recipe(Random &random, int path, int rounding, bool zp_first)
{
	bool is_signed = random.percent(50);
	int lo = is_signed ? -128 : 0, hi = lo + 255;
	struct qmac_requant r = recipe(path, rounding, zp_first, random.between(lo, hi), is_signed);

	if (path != QMAC_PATH_NONE && random.percent(30)) {
		r.clamp_lo = random.between(lo, hi);
		r.clamp_hi = random.between(r.clamp_lo, hi);
	}
	return r;
}

static Lane any_lane(Random &random, int path)
{
	Lane l = {};
	int32_t acc = (int32_t)any_bits(random);
	int length = 0;

	if (random.percent(50))
		acc = -acc;
	l.bias = random.percent(50) ? (int32_t)any_bits(random) : 0;
	l.acc = (int32_t)((uint32_t)acc - (uint32_t)l.bias);
	while (length < 31 && (acc < 0 ? -(int64_t)acc : acc) >> length)
		length++;
	// Mostly results between 1/2 and 2^9; else anything.
	switch (path) {
	case QMAC_PATH_F32:
		l.mult = any_bits(random) & 0x7fffff;
		l.mult |= (uint32_t)(random.percent(80) ? 127 - length + random.between(-1, 9)
							: random.between(0, 254))
			  << 23;
		break;
	case QMAC_PATH_Q31:
	case QMAC_PATH_Q31_SRDHM:
		l.mult = random.percent(80) ? (any_bits(random) & 0x3fffffff) | 1u << 30
					    : any_bits(random) & 0x7fffffff;
		l.shift = random.percent(80) ? -length + random.between(-1, 9)
					     : random.between(-31, 30);
		l.shift = l.shift < -31 ? -31 : l.shift > 30 ? 30 : l.shift;
		break;
	}
	return l;
}

static void anything(Tap &tap, Random &random, int path, int rounding, bool zp_first, int rows)
{
	Bench bench(tap, random);

	for (int i = 0; i < rows && !tap.failing(); i++) {
		struct qmac_requant r = any_recipe(random, path, rounding, zp_first);

		if (i % 1000 == 0) {
			bench.moves = i % 3000 ? 100 : random.between(20, 90);
			bench.offers = i % 4000 ? 100 : random.between(10, 90);
		}
		for (int n = 0; n < NC; n++)
			bench.lane(r, any_lane(random, path));
	}
	bench.finish();
}

// Path and all else change with every row while the pipeline stops and goes.
static void mixture(Tap &tap, Random &random)
{
	Bench bench(tap, random);

	for (int i = 0; i < 50000 && !tap.failing(); i++) {
		int path = random.between(0, 3);
		struct qmac_requant r =
			any_recipe(random, path, random.between(0, 2), path && random.percent(50));

		if (i % 500 == 0) {
			bench.moves = random.between(10, 100);
			bench.offers = random.between(10, 100);
		}
		for (int n = 0; n < NC; n++)
			bench.lane(r, any_lane(random, path));
	}
	bench.finish();
}

int main(int argc, char **argv)
{
	static const char *const paths[] = { "none", "f32", "q31", "q31_srdhm" };
	static const char *const roundings[] = { "even", "up", "away" };
	Tap tap;

	Random random(bench_seed(argc, argv));
	for (int path : { QMAC_PATH_Q31, QMAC_PATH_Q31_SRDHM }) {
		tap.begin((std::string(paths[path]) + ": all shifts, extreme values").c_str());
		slice_q31(tap, random, path);
		tap.end();
		tap.begin((std::string(paths[path]) + ": all ties").c_str());
		ties_q31(tap, random, path);
		tap.end();
	}
	tap.begin("f32: all ties");
	ties_f32(tap, random);
	tap.end();
	tap.begin("f32: products halfway between two numbers, next to a tie");
	double_ties_f32(tap, random);
	tap.end();
	tap.begin("f32: accumulators beyond 2^24");
	large_f32(tap, random);
	tap.end();
	tap.begin("f32: extreme multipliers, all exponents");
	multipliers_f32(tap, random);
	tap.end();
	tap.begin("random, none");
	anything(tap, random, QMAC_PATH_NONE, 0, false, 20000);
	tap.end();
	for (int path = QMAC_PATH_F32; path <= QMAC_PATH_Q31_SRDHM; path++)
		for (int rounding = 0; rounding < 3; rounding++)
			for (int zp_first = 0; zp_first < 2; zp_first++) {
				tap.begin((std::string("random, ") + paths[path] + ", " +
					   roundings[rounding] +
					   (zp_first ? ", zero point first" : ""))
						  .c_str());
				anything(tap, random, path, rounding, zp_first, ROWS);
				tap.end();
			}
	tap.begin("everything changes with every row");
	mixture(tap, random);
	tap.end();
	return tap.finish();
}
