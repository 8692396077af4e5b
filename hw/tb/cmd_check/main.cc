// SPDX-License-Identifier: MIT
//
// Bench of qmac_cmd_check: legal commands of every kind, every bit of them
// flipped, every field at and beyond its limits, and random bytes. The list of
// rules below and the functional device's must agree with the RTL.

#include <stddef.h>

#include <memory>
#include <vector>

#include <drm/qmac_cmd.h>

#include "Vqmac_cmd_check.h"
#include "bench.h"

static_assert(sizeof(struct qmac_cmd) == 256, "a command is 256 bytes");

extern "C" bool qmac_functional_command_legal(const struct qmac_cmd *cmd);

// ---- The rules, as the manual lists them ----

static const uint32_t Known = QMAC_FLAG_ASYNC_A | QMAC_FLAG_ASYNC_B | QMAC_FLAG_ASYNC_C |
			      QMAC_FLAG_PER_CHANNEL | QMAC_FLAG_A_TRANSPOSED |
			      QMAC_FLAG_B_TRANSPOSED;

struct Field {
	const char *name;
	size_t offset, size;
	bool must_be_zero;
};

#define FIELD(name, zero) \
	{ #name, offsetof(struct qmac_cmd, name), sizeof(((struct qmac_cmd *)0)->name), zero }

static const Field fields[] = {
	FIELD(opcode, false),
	FIELD(version, false),
	FIELD(reserved0, true),
	FIELD(flags, false),
	FIELD(m, false),
	FIELD(n, false),
	FIELD(k, false),
	FIELD(batch, false),
	FIELD(a_type, false),
	FIELD(b_type, false),
	FIELD(c_type, false),
	FIELD(d_type, true),
	FIELD(path, false),
	FIELD(rounding, false),
	FIELD(zp_first, false),
	FIELD(reserved1, true),
	FIELD(a_addr, false),
	FIELD(b_addr, false),
	FIELD(c_addr, false),
	FIELD(d_addr, true),
	FIELD(param_addr, false),
	FIELD(lut_addr, true),
	FIELD(a_stride, false),
	FIELD(b_stride, false),
	FIELD(c_stride, false),
	FIELD(d_stride, true),
	FIELD(a_batch_stride, false),
	FIELD(b_batch_stride, false),
	FIELD(c_batch_stride, false),
	FIELD(d_batch_stride, true),
	FIELD(a_zero, false),
	FIELD(b_zero, false),
	FIELD(c_zero, false),
	FIELD(d_zero, true),
	FIELD(clamp_lo, false),
	FIELD(clamp_hi, false),
	FIELD(mult0, false),
	FIELD(shift0, false),
	FIELD(mult1, true),
	FIELD(shift1, true),
	FIELD(mult2, true),
	FIELD(shift2, true),
	FIELD(tile_m, false),
	FIELD(tile_n, false),
	FIELD(tile_k, false),
	FIELD(reserved2, true),
	FIELD(in_h, true),
	FIELD(in_w, true),
	FIELD(in_c, true),
	FIELD(out_h, true),
	FIELD(out_w, true),
	FIELD(groups, true),
	FIELD(kernel_h, true),
	FIELD(kernel_w, true),
	FIELD(stride_h, true),
	FIELD(stride_w, true),
	FIELD(dilation_h, true),
	FIELD(dilation_w, true),
	FIELD(pad_top, true),
	FIELD(pad_left, true),
	FIELD(pad_bottom, true),
	FIELD(pad_right, true),
	FIELD(reserved3, true),
};

static bool has(int type, int64_t value)
{
	return type == QMAC_TYPE_S8   ? value == (int8_t)value
	       : type == QMAC_TYPE_U8 ? value == (uint8_t)value
				      : false;
}

static bool expect(const struct qmac_cmd &c)
{
	const uint8_t *bytes = (const uint8_t *)&c;
	bool per_channel = c.flags & QMAC_FLAG_PER_CHANNEL;

	if (c.version != 1 || c.opcode > 1)
		return false;
	if (c.opcode == QMAC_OP_NOP) {
		for (size_t i = 2; i < sizeof(c); i++)
			if (bytes[i])
				return false;
		return true;
	}
	for (const Field &f : fields)
		for (size_t i = 0; f.must_be_zero && i < f.size; i++)
			if (bytes[f.offset + i])
				return false;
	if (c.flags & ~Known)
		return false;
	for (uint32_t dim : { c.m, c.n, c.k })
		if (dim < 1 || dim > 1u << 20)
			return false;
	if (c.batch < 1 || c.batch > 65536)
		return false;
	for (uint64_t stride : { c.a_stride, c.b_stride, c.c_stride, c.a_batch_stride,
				 c.b_batch_stride, c.c_batch_stride })
		if (stride >= 1ull << 39)
			return false;
	// A zero point that a type has also says that the type is S8 or U8.
	if (!has(c.a_type, c.a_zero) || !has(c.b_type, c.b_zero))
		return false;
	if (c.path > 3)
		return false;
	if (c.path == 0) {
		if (c.c_type != QMAC_TYPE_S32 || c.rounding || c.zp_first || c.c_zero ||
		    c.clamp_lo || c.clamp_hi || c.mult0 || c.shift0)
			return false;
		if (c.c_addr % 4 || c.c_stride % 4 || c.c_batch_stride % 4)
			return false;
	} else {
		if (!has(c.c_type, c.c_zero) || !has(c.c_type, c.clamp_lo) ||
		    !has(c.c_type, c.clamp_hi) || c.clamp_lo > c.clamp_hi)
			return false;
		if (c.rounding > 2 || c.zp_first > 1)
			return false;
	}
	if (per_channel)
		return !c.b_zero && !c.mult0 && !c.shift0 && c.param_addr % 16 == 0;
	if (c.param_addr)
		return false;
	if (c.path == QMAC_PATH_F32)
		return c.mult0 < 0x7f800000 && !c.shift0;
	return c.path == 0 || (c.mult0 < 1u << 31 && c.shift0 >= -31 && c.shift0 <= 30);
}

// ---- The device under test ----

class Bench
{
      public:
	explicit Bench(Tap &tap) : tap(tap), top(new Vqmac_cmd_check)
	{
		reset(*top);
	}

	bool check(const struct qmac_cmd &cmd, const char *what)
	{
		bool must = expect(cmd), functional = qmac_functional_command_legal(&cmd);

		put(top->cmd_i, &cmd, sizeof(cmd));
		top->valid_i = 1;
		tick(*top);
		top->valid_i = 0;
		tap.check(top->valid_o, "no answer after one cycle");
		tap.check(top->legal_o == must && functional == must,
			  "%s: legal is %d, must be %d, functional model says %d", what,
			  top->legal_o, must, functional);
		legal += must;
		return must;
	}

	// The answer stays while nothing is asked.
	void idle()
	{
		bool before = top->legal_o;
		uint8_t noise[256] = { 1 };

		put(top->cmd_i, noise, sizeof(noise));
		tick(*top);
		tap.check(!top->valid_o && top->legal_o == before, "answer without a question");
	}

	unsigned legal = 0;

      private:
	Tap &tap;
	std::unique_ptr<Vqmac_cmd_check> top;
};

// ---- What goes in ----

static struct qmac_cmd good(Random &random)
{
	static const uint32_t flags[] = { QMAC_FLAG_ASYNC_A,	  QMAC_FLAG_ASYNC_B,
					  QMAC_FLAG_ASYNC_C,	  QMAC_FLAG_A_TRANSPOSED,
					  QMAC_FLAG_B_TRANSPOSED, QMAC_FLAG_PER_CHANNEL };
	struct qmac_cmd c = {};
	bool s_a = random.percent(50), s_b = random.percent(50), s_c = random.percent(50);
	uint64_t align = ~0ull;

	c.version = QMAC_CMD_VERSION;
	if (random.percent(3))
		return c;
	c.opcode = QMAC_OP_GEMM;
	for (uint32_t flag : flags)
		if (random.percent(40))
			c.flags |= flag;
	c.m = 1 + random.below(1u << random.below(21));
	c.n = 1 + random.below(1u << random.below(21));
	c.k = 1 + random.below(1u << random.below(21));
	c.batch = 1 + random.below(1u << random.below(17));
	c.a_type = s_a ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
	c.b_type = s_b ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
	c.a_zero = (int16_t)(s_a ? random.between(-128, 127) : random.between(0, 255));
	c.b_zero = (int16_t)(s_b ? random.between(-128, 127) : random.between(0, 255));
	c.path = (uint8_t)random.below(4);
	if (c.path == QMAC_PATH_NONE) {
		c.c_type = QMAC_TYPE_S32;
		align = ~3ull;
	} else {
		int lo = s_c ? -128 : 0, hi = lo + 255;

		c.c_type = s_c ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
		c.rounding = (uint8_t)random.below(3);
		c.zp_first = (uint8_t)random.below(2);
		c.c_zero = (int16_t)random.between(lo, hi);
		c.clamp_lo = random.between(lo, hi);
		c.clamp_hi = random.between(c.clamp_lo, hi);
		c.mult0 =
			c.path == QMAC_PATH_F32 ? random.below(0x7f800000) : random.below(1u << 31);
		c.shift0 = c.path == QMAC_PATH_F32 ? 0 : random.between(-31, 30);
	}
	c.a_addr = random.next() >> random.below(64);
	c.b_addr = random.next() >> random.below(64);
	c.c_addr = (random.next() >> random.below(64)) & align;
	c.a_stride = random.next() >> (25 + random.below(39));
	c.b_stride = random.next() >> (25 + random.below(39));
	c.c_stride = (random.next() >> (25 + random.below(39))) & align;
	c.a_batch_stride = random.next() >> (25 + random.below(39));
	c.b_batch_stride = random.next() >> (25 + random.below(39));
	c.c_batch_stride = (random.next() >> (25 + random.below(39))) & align;
	c.tile_m = (uint16_t)random.next();
	c.tile_n = (uint16_t)random.next();
	c.tile_k = (uint16_t)random.next();
	if (c.flags & QMAC_FLAG_PER_CHANNEL) {
		c.b_zero = 0;
		c.mult0 = 0;
		c.shift0 = 0;
		c.param_addr = (random.next() >> random.below(64)) & ~15ull;
	}
	return c;
}

static const int64_t limits[] = { 0,
				  1,
				  2,
				  3,
				  4,
				  7,
				  8,
				  15,
				  16,
				  30,
				  31,
				  32,
				  63,
				  64,
				  127,
				  128,
				  255,
				  256,
				  32767,
				  32768,
				  65535,
				  65536,
				  65537,
				  0xfffff,
				  0x100000,
				  0x100001,
				  0x7f7fffff,
				  0x7f800000,
				  0x7fffffff,
				  0x80000000,
				  0xffffffff,
				  0x100000000,
				  0x7fffffffff,
				  0x8000000000,
				  INT64_MAX,
				  INT64_MIN,
				  -1,
				  -2,
				  -30,
				  -31,
				  -32,
				  -33,
				  -127,
				  -128,
				  -129,
				  -255,
				  -256 };

static void legal_ones(Bench &bench, Tap &tap, Random &random)
{
	tap.begin("legal commands of every kind");
	for (int i = 0; i < 20000; i++) {
		tap.check(bench.check(good(random), "legal command"),
			  "the bench made a bad command");
		if (i % 16 == 0)
			bench.idle();
	}
	tap.end();
}

static void flipped(Bench &bench, Tap &tap, Random &random)
{
	char what[40];

	tap.begin("every bit flipped");
	for (int i = 0; i < 40; i++) {
		struct qmac_cmd base = good(random);

		for (int bit = 0; bit < 2048; bit++) {
			struct qmac_cmd c = base;

			((uint8_t *)&c)[bit / 8] ^= (uint8_t)(1 << bit % 8);
			snprintf(what, sizeof(what), "bit %d", bit);
			bench.check(c, what);
		}
	}
	tap.end();
}

static void limited(Bench &bench, Tap &tap, Random &random)
{
	unsigned before = bench.legal, asked = 0;
	char what[60];

	tap.begin("every field at and beyond its limits");
	for (int i = 0; i < 60; i++) {
		struct qmac_cmd base = good(random);

		for (const Field &f : fields) {
			for (int64_t value : limits) {
				struct qmac_cmd c = base;

				memcpy((uint8_t *)&c + f.offset, &value, f.size < 8 ? f.size : 8);
				snprintf(what, sizeof(what), "%s %lld", f.name, (long long)value);
				bench.check(c, what);
				asked++;
			}
			// One byte of it, wherever.
			struct qmac_cmd c = base;

			((uint8_t *)&c)[f.offset + random.below((uint32_t)f.size)] =
				(uint8_t)random.next();
			bench.check(c, f.name);
			asked++;
		}
	}
	tap.check(bench.legal > before && bench.legal - before < asked, "all alike");
	tap.end();
}

static void several(Bench &bench, Tap &tap, Random &random)
{
	tap.begin("several fields changed, as of another command");
	for (int i = 0; i < 200000; i++) {
		struct qmac_cmd c = good(random), other = good(random);
		int count = 1 + (int)random.below(3);

		while (count--) {
			const Field &f = fields[random.below(sizeof(fields) / sizeof(*fields))];

			memcpy((uint8_t *)&c + f.offset, (uint8_t *)&other + f.offset, f.size);
		}
		bench.check(c, "mixture");
	}
	tap.end();
}

static void noise(Bench &bench, Tap &tap, Random &random)
{
	tap.begin("random bytes");
	for (int i = 0; i < 20000; i++) {
		struct qmac_cmd c;

		random.fill(&c, sizeof(c));
		if (random.percent(50)) {
			c.opcode &= 1;
			c.version = 1;
		}
		bench.check(c, "random bytes");
	}
	tap.end();
}

int main(int argc, char **argv)
{
	Tap tap;

	Random random(bench_seed(argc, argv));
	Bench bench(tap);
	legal_ones(bench, tap, random);
	flipped(bench, tap, random);
	limited(bench, tap, random);
	several(bench, tap, random);
	noise(bench, tap, random);
	return tap.finish();
}
