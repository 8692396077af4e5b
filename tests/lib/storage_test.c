// SPDX-License-Identifier: MIT
/* Packed codes, 16-bit floats and blocks of ggml: layouts, round trips, bad input. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

static struct qmac_context *context;

static void refuse(const char *name, int got, int error, const char *part)
{
	if (!tap_ok(got == error && strstr(qmac_context_message(context), part), "refused: %s",
		    name))
		tap_note("%d: %s", got, qmac_context_message(context));
}

/* Layouts byte by byte, with a tail. */
static void test_layouts(void)
{
	static const struct {
		uint8_t type;
		int8_t codes[9];
		size_t count, bytes;
		uint8_t packed[3];
	} cases[] = {
		{ QMAC_TYPE_S4, { -8, 7, -1 }, 3, 2, { 0x78, 0x0f } },
		{ QMAC_TYPE_U4, { 1, 2, 15 }, 3, 2, { 0x21, 0x0f } },
		{ QMAC_TYPE_S2, { -2, -1, 0, 1, -1 }, 5, 2, { 0x4e, 0x03 } },
		{ QMAC_TYPE_U2, { 0, 1, 2, 3, 2 }, 5, 2, { 0xe4, 0x02 } },
		{ QMAC_TYPE_B1, { 1, -1, -1, 1, 1, -1, -1, -1, 1 }, 9, 2, { 0x19, 0x01 } },
		{ QMAC_TYPE_S8, { -128, 127 }, 2, 2, { 0x80, 0x7f } },
		{ QMAC_TYPE_S4, { 0 }, 0, 0, { 0 } },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t packed[4] = { 0xaa, 0xaa, 0xaa, 0xaa };
		int8_t back[9] = { 0 };
		bool pass = qmac_packed_bytes(cases[i].type, cases[i].count) == cases[i].bytes &&
			    !qmac_pack(context, cases[i].type, cases[i].codes, cases[i].count,
				       packed) &&
			    !memcmp(packed, cases[i].packed, cases[i].bytes) &&
			    packed[cases[i].bytes] == 0xaa;

		memset(packed + cases[i].bytes, 0xff, 4 - cases[i].bytes);
		pass = pass && !qmac_unpack(context, cases[i].type, packed, cases[i].count, back) &&
		       !memcmp(back, cases[i].codes, cases[i].count);
		tap_ok(pass, "layout of %zu codes %s", cases[i].count,
		       qmac_type_name(cases[i].type));
	}
}

/* All codes of each type, in random order and number. */
static void test_round_trips(uint64_t seed)
{
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S4, QMAC_TYPE_U4,
					 QMAC_TYPE_S2, QMAC_TYPE_U2, QMAC_TYPE_B1 };
	struct rng rng = { seed };
	unsigned int round;
	bool pass = true;

	for (round = 0; round < 2000; round++) {
		uint8_t type = types[round % 7];
		size_t count = (size_t)rng_in(&rng, 0, 40), i;
		uint8_t *packed = malloc(qmac_packed_bytes(type, count));
		int8_t codes[40], back[40];
		int32_t lo = 0, hi = 0;

		qmac_type_range(type, &lo, &hi);
		for (i = 0; i < count; i++) {
			codes[i] = (int8_t)rng_in(&rng, lo, hi);
			if (type == QMAC_TYPE_B1 && !codes[i])
				codes[i] = 1;
		}
		pass = pass && (packed || !count) &&
		       !qmac_pack(context, type, codes, count, packed) &&
		       !qmac_unpack(context, type, packed, count, back) &&
		       !memcmp(codes, back, count);
		free(packed);
	}
	tap_ok(pass, "packed and unpacked, seed %llu", (unsigned long long)seed);
}

static void test_pack_refusals(void)
{
	static const struct {
		uint8_t type;
		int8_t code;
		const char *part;
	} cases[] = {
		{ QMAC_TYPE_S4, 8, "code 8 of element 1 is none of s4" },
		{ QMAC_TYPE_S4, -9, "code -9" },
		{ QMAC_TYPE_U4, 16, "code 16" },
		{ QMAC_TYPE_U4, -1, "code 255" },
		{ QMAC_TYPE_S2, 2, "code 2" },
		{ QMAC_TYPE_U2, 4, "code 4" },
		{ QMAC_TYPE_B1, 0, "code 0" },
		{ QMAC_TYPE_B1, 2, "code 2" },
	};
	uint8_t packed[8] = { 0xaa };
	int8_t codes[2] = { 1, 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		codes[1] = cases[i].code;
		refuse(cases[i].part, qmac_pack(context, cases[i].type, codes, 2, packed), -ERANGE,
		       cases[i].part);
	}
	tap_ok(packed[0] == 0xaa, "nothing was written");
	refuse("type s32", qmac_pack(context, QMAC_TYPE_S32, codes, 1, packed), -EINVAL, "s32");
	refuse("type f16", qmac_unpack(context, QMAC_TYPE_F16, packed, 1, codes), -EINVAL, "f16");
	refuse("type 99", qmac_unpack(context, 99, packed, 1, codes), -EINVAL, "99");
	tap_ok(!qmac_packed_bytes(99, 1) && !qmac_packed_bytes(QMAC_TYPE_S16, SIZE_MAX) &&
		       qmac_packed_bytes(QMAC_TYPE_S4, SIZE_MAX) == SIZE_MAX / 2 + 1,
	       "sizes that do not exist, and the greatest");
}

static void test_types(void)
{
	static const struct {
		uint8_t type;
		const char *name;
		unsigned int bits, bytes;
	} cases[] = {
		{ QMAC_TYPE_S8, "s8", 8, 1 },
		{ QMAC_TYPE_U16, "u16", 16, 2 },
		{ QMAC_TYPE_S4, "s4", 4, 1 },
		{ QMAC_TYPE_S2, "s2", 2, 1 },
		{ QMAC_TYPE_U2, "u2", 2, 1 },
		{ QMAC_TYPE_B1, "b1", 1, 1 },
		{ QMAC_TYPE_F16, "f16", 16, 2 },
		{ QMAC_TYPE_BF16, "bf16", 16, 2 },
		{ QMAC_TYPE_F32, "f32", 32, 4 },
		{ QMAC_TYPE_NONE, "none", 0, 0 },
		{ 8, "?", 0, 0 },
		{ 64, "?", 0, 0 },
		{ 71, "?", 0, 0 },
		{ 255, "?", 0, 0 },
	};
	int32_t lo = 5, hi = 5;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		tap_ok(!strcmp(qmac_type_name(cases[i].type), cases[i].name) &&
			       qmac_type_bits(cases[i].type) == cases[i].bits &&
			       qmac_type_bytes(cases[i].type) == cases[i].bytes,
		       "type %u is %s", cases[i].type, cases[i].name);
	tap_ok(qmac_type_range(QMAC_TYPE_F16, &lo, &hi) == -EINVAL &&
		       qmac_type_range(64, &lo, &hi) == -EINVAL && lo == 5,
	       "floating-point types and gaps have no range");
	tap_ok(!qmac_type_range(QMAC_TYPE_S2, &lo, &hi) && lo == -2 && hi == 1, "s2 is -2 to 1");
}

/* A2 and B4: 25 million numbers, 100 MB as fp32. */
static void test_sizes(void)
{
	const size_t count = 25000000;

	tap_ok(qmac_packed_bytes(QMAC_TYPE_F32, count) == 100000000 &&
		       qmac_packed_bytes(QMAC_TYPE_F16, count) == 50000000 &&
		       qmac_packed_bytes(QMAC_TYPE_S16, count) == 50000000 &&
		       qmac_packed_bytes(QMAC_TYPE_S8, count) == 25000000 &&
		       qmac_packed_bytes(QMAC_TYPE_S4, count) == 12500000 &&
		       qmac_packed_bytes(QMAC_TYPE_B1, count) == 3125000,
	       "B4: 100 MB of fp32 are 50, 25, 12.5 and 3.125 MB of 16, 8, 4 and 1 bits");
}

static uint32_t bits_of(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static float float_of(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* Every 16-bit number widens and narrows to itself; a signalling NaN becomes quiet. */
static void test_widening(void)
{
	uint32_t bad_f16 = 0, bad_bf16 = 0, code;

	for (code = 0; code < 0x10000; code++) {
		uint16_t in = (uint16_t)code, out, quiet;
		float x;

		qmac_f16_widen(&in, 1, &x);
		qmac_f16_narrow(&x, 1, &out);
		quiet = (in & 0x7fff) > 0x7c00 ? in | 0x200 : in;
		bad_f16 += out != quiet || isnan(x) != ((in & 0x7fff) > 0x7c00);
		qmac_bf16_widen(&in, 1, &x);
		qmac_bf16_narrow(&x, 1, &out);
		quiet = (in & 0x7fff) > 0x7f80 ? in | 0x40 : in;
		bad_bf16 += out != quiet || bits_of(x) >> 16 != quiet;
	}
	tap_ok(!bad_f16, "f16: all 65536 there and back");
	tap_ok(!bad_bf16, "bf16: all 65536 there and back");
}

static void test_narrowing(void)
{
	static const struct {
		uint32_t x;
		uint16_t f16, bf16;
	} cases[] = {
		{ 0x00000000, 0x0000, 0x0000 }, /* 0 */
		{ 0x80000000, 0x8000, 0x8000 }, /* -0 */
		{ 0x3f800000, 0x3c00, 0x3f80 }, /* 1 */
		{ 0x3f801000, 0x3c00, 0x3f80 }, /* tie of f16 to even, down */
		{ 0x3f803000, 0x3c02, 0x3f80 }, /* tie of f16 to even, up */
		{ 0x3f801001, 0x3c01, 0x3f80 }, /* just above the tie */
		{ 0x3f808000, 0x3c04, 0x3f80 }, /* tie of bf16 to even, down */
		{ 0x3f818000, 0x3c0c, 0x3f82 }, /* tie of bf16 to even, up */
		{ 0x477fe000, 0x7bff, 0x4780 }, /* 65504 */
		{ 0x477fefff, 0x7bff, 0x4780 }, /* just below 65520 */
		{ 0x477ff000, 0x7c00, 0x4780 }, /* 65520 is infinite in f16 */
		{ 0x7f7fffff, 0x7c00, 0x7f80 }, /* FLT_MAX rounds up in bf16 */
		{ 0xff800000, 0xfc00, 0xff80 }, /* -infinity */
		{ 0x7f800001, 0x7e00, 0x7fc0 }, /* signalling NaN */
		{ 0xffc12345, 0xfe09, 0xffc1 }, /* payload of a NaN */
		{ 0x38800000, 0x0400, 0x3880 }, /* 2^-14, the least normal of f16 */
		{ 0x387fffff, 0x0400, 0x3880 }, /* rounds up to it */
		{ 0x33800000, 0x0001, 0x3380 }, /* 2^-24, the least subnormal of f16 */
		{ 0x33000000, 0x0000, 0x3300 }, /* 2^-25 is a tie, to even */
		{ 0x33000001, 0x0001, 0x3300 }, /* above it */
		{ 0x33c00000, 0x0002, 0x33c0 }, /* 1.5 * 2^-24 is a tie, to even */
		{ 0x32ffffff, 0x0000, 0x3300 }, /* below 2^-25 */
		{ 0x80000001, 0x8000, 0x8000 }, /* a subnormal fp32 */
		{ 0x00018000, 0x0000, 0x0002 }, /* a subnormal tie of bf16 */
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		float x = float_of(cases[i].x);
		uint16_t f16, bf16;

		qmac_f16_narrow(&x, 1, &f16);
		qmac_bf16_narrow(&x, 1, &bf16);
		if (!tap_ok(f16 == cases[i].f16 && bf16 == cases[i].bf16, "narrow 0x%08x",
			    cases[i].x))
			tap_note("f16 0x%04x, want 0x%04x; bf16 0x%04x, want 0x%04x", f16,
				 cases[i].f16, bf16, cases[i].bf16);
	}
}

/* One block: 0 to 31 less 16. */
static void test_ggml_layout(void)
{
	uint8_t q4[18], q8[34];
	float x[32], back[32];
	bool pass;
	int i;

	for (i = 0; i < 32; i++)
		x[i] = (float)(i - 16);
	pass = !qmac_ggml_quantize(context, QMAC_GGML_Q4_0, x, 32, q4);
	/* d = -16 / -8 = 2, 0x4000 little endian; codes trunc(x / 2 + 8.5), 15 at most */
	tap_ok(pass && q4[0] == 0x00 && q4[1] == 0x40 && q4[2] == 0x80 && q4[3] == 0x91 &&
		       q4[17] == 0xf8 && qmac_ggml_bytes(QMAC_GGML_Q4_0, 64) == 36,
	       "Q4_0: scale first, number j + 16 in the high nibble of byte j");
	tap_ok(!qmac_ggml_dequantize(context, QMAC_GGML_Q4_0, q4, 32, back) && back[0] == -16 &&
		       back[16] == 0 && back[31] == 14,
	       "Q4_0: and back; 15 is cut to 14");
	x[0] = -127;
	pass = !qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 32, q8);
	tap_ok(pass && q8[0] == 0x00 && q8[1] == 0x3c && (int8_t)q8[2] == -127 &&
		       (int8_t)q8[3] == -15 && (int8_t)q8[33] == 15 &&
		       qmac_ggml_bytes(QMAC_GGML_Q8_0, 64) == 68,
	       "Q8_0: scale 1, codes in order");
	for (i = 0; i < 32; i++)
		x[i] = i ? 0.5f : 127;
	pass = !qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 32, q8);
	tap_ok(pass && q8[3] == 1, "Q8_0: ties go away from 0");
	memset(x, 0, sizeof(x));
	x[3] = -4;
	x[9] = 4;
	pass = !qmac_ggml_quantize(context, QMAC_GGML_Q4_0, x, 32, q4);
	tap_ok(pass && q4[1] == 0x38 && (q4[2 + 3] & 15) == 0 && (q4[2 + 9] & 15) == 15,
	       "Q4_0: of equal magnitudes the first gives the sign");
}

static void test_ggml_degenerate(void)
{
	uint8_t blocks[68] = { 0 };
	float x[64] = { 0 }, back[64];
	size_t i;

	tap_ok(!qmac_ggml_quantize(context, QMAC_GGML_Q4_0, x, 64, blocks) && !blocks[0] &&
		       !(blocks[1] & 0x7f) && blocks[2] == 0x88,
	       "Q4_0: zeros");
	tap_ok(!qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 64, blocks) && !blocks[1] &&
		       !blocks[2],
	       "Q8_0: zeros");
	for (i = 0; i < 64; i++)
		x[i] = ldexpf(1, -140);
	tap_ok(!qmac_ggml_quantize(context, QMAC_GGML_Q4_0, x, 64, blocks) && blocks[2] == 0x88 &&
		       !qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 64, blocks) && !blocks[2],
	       "a scale without inverse is stored as zeros");
	tap_ok(!qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 0, blocks), "no numbers, no blocks");
	refuse("33 numbers", qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 33, blocks), -EINVAL,
	       "33 numbers");
	refuse("kind 2", qmac_ggml_quantize(context, 2, x, 32, blocks), -EINVAL, "kind 2");
	refuse("kind 2 back", qmac_ggml_dequantize(context, 2, blocks, 32, back), -EINVAL,
	       "kind 2");
	tap_ok(!qmac_ggml_bytes(2, 32) && !qmac_ggml_bytes(QMAC_GGML_Q4_0, 31) &&
		       !qmac_ggml_bytes(QMAC_GGML_Q8_0, SIZE_MAX - 31),
	       "sizes that do not exist");
	blocks[0] = 99;
	x[40] = NAN;
	refuse("NaN", qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 64, blocks), -EDOM,
	       "element 40");
	x[40] = INFINITY;
	refuse("infinity", qmac_ggml_quantize(context, QMAC_GGML_Q4_0, x, 64, blocks), -EDOM,
	       "element 40");
	x[40] = -524160;
	refuse("scale beyond f16", qmac_ggml_quantize(context, QMAC_GGML_Q4_0, x, 64, blocks),
	       -ERANGE, "element 40");
	tap_ok(blocks[0] == 99, "nothing was written");
	tap_ok(!qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 64, blocks), "Q8_0 takes it");
	x[40] = 8321040;
	refuse("scale beyond f16", qmac_ggml_quantize(context, QMAC_GGML_Q8_0, x, 64, blocks),
	       -ERANGE, "element 40");
	blocks[35] = 0x7c;
	back[0] = 5;
	refuse("damaged scale", qmac_ggml_dequantize(context, QMAC_GGML_Q8_0, blocks, 64, back),
	       -EDOM, "block 1");
	tap_ok(back[0] == 5, "nothing was written");
}

int main(int argc, char **argv)
{
	if (qmac_context_create(&context))
		return 1;
	test_types();
	test_sizes();
	test_layouts();
	test_round_trips(argc > 1 ? strtoull(argv[1], NULL, 0) : 1);
	test_pack_refusals();
	test_widening();
	test_narrowing();
	test_ggml_layout();
	test_ggml_degenerate();
	qmac_context_destroy(context);
	return tap_done();
}
