// SPDX-License-Identifier: MIT
/*
 * There and back: |x - dequantize(quantize(x))| <= scale / 2 * (1 + 2^-20) for every x in
 * [(q_min - zero_point) * scale, (q_max - zero_point) * scale], codes ascend with x, and
 * what has a code comes back as it was. All types, per tensor, channel and block.
 *
 *   roundtrip_test [SEED [ROUNDS]]
 *
 * fp32 itself can miss the bound: x / scale is rounded, so an x that is closer to a tie
 * than half a unit in the last place of its quotient may go to either side. Such x are
 * told by arithmetic in double and held to the bound that fp32 has. With a power of two
 * as scale nothing is rounded, and ties count too.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define OUTER	 3
#define CHANNELS 5
#define INNER	 14
#define COUNT	 (OUTER * CHANNELS * INNER)
#define MOST	 COUNT /* scales */

static struct qmac_context *context;

static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S16, QMAC_TYPE_U16,
				 QMAC_TYPE_S4, QMAC_TYPE_U4, QMAC_TYPE_S2,  QMAC_TYPE_U2 };

struct tensor {
	struct qmac_quant_params params;
	struct qmac_granularity g;
	float scale[MOST], x[COUNT], back[COUNT];
	int32_t zero_point[MOST];
	union {
		int8_t s8[COUNT];
		uint8_t u8[COUNT];
		int16_t s16[COUNT];
		uint16_t u16[COUNT];
	} q;
	size_t of[COUNT]; /* the scale of each element */
};

static int code(const struct tensor *t, size_t i)
{
	switch (t->params.type) {
	case QMAC_TYPE_S16:
		return t->q.s16[i];
	case QMAC_TYPE_U16:
		return t->q.u16[i];
	case QMAC_TYPE_U8:
	case QMAC_TYPE_U4:
	case QMAC_TYPE_U2:
		return t->q.u8[i];
	default:
		return t->q.s8[i];
	}
}

/* Scales per tensor, per channel of the middle axis, or per block of the last. */
static void lay_out(struct tensor *t, struct rng *rng)
{
	size_t kind = (size_t)rng_in(rng, 0, 2), block = (size_t)rng_in(rng, 1, INNER), i;
	size_t blocks = (INNER + block - 1) / block;

	t->g = (struct qmac_granularity){ { 1, 1, COUNT }, 1, false };
	t->params.channels = 1;
	if (kind == 1) {
		t->g.extent = (struct qmac_extent){ OUTER, CHANNELS, INNER };
		t->params.channels = CHANNELS;
	} else if (kind == 2) {
		t->g = (struct qmac_granularity){ { OUTER * CHANNELS, INNER, 1 }, block, true };
		t->params.channels = OUTER * CHANNELS * blocks;
	}
	for (i = 0; i < COUNT; i++)
		t->of[i] = kind == 0   ? 0
			   : kind == 1 ? i / INNER % CHANNELS
				       : i / INNER * blocks + i % INNER / block;
}

static void draw(struct tensor *t, struct rng *rng, bool power_of_two)
{
	uint8_t type = types[rng_in(rng, 0, 7)];
	size_t i;

	lay_out(t, rng);
	t->params.type = type;
	t->params.scale = t->scale;
	t->params.zero_point = t->zero_point;
	qmac_type_range(type, &t->params.q_min, &t->params.q_max);
	for (i = 0; i < t->params.channels; i++) {
		int exponent = (int)rng_in(rng, -100, 60);

		t->scale[i] =
			power_of_two ? ldexpf(1, exponent)
				     : ldexpf((float)rng_in(rng, 1 << 23, (1 << 24) - 1), exponent);
		t->zero_point[i] = (int32_t)rng_in(rng, t->params.q_min, t->params.q_max);
	}
	for (i = 0; i < COUNT; i++) {
		float scale = t->scale[t->of[i]];
		int64_t lo = t->params.q_min - t->zero_point[t->of[i]];
		int64_t hi = t->params.q_max - t->zero_point[t->of[i]];
		double at = (double)rng_in(rng, lo * 1000, hi * 1000) / 1000;

		if (rng_one_in(rng, 4)) /* ties, and codes themselves */
			at = (double)rng_in(rng, lo * 2, hi * 2) / 2;
		t->x[i] = (float)(at * scale);
	}
}

/* What fp32 leaves of a step: the quotient has 24 digits, the product too. */
static double bound(const struct tensor *t, size_t i, bool power_of_two)
{
	double scale = t->scale[t->of[i]], quotient = t->x[i] / scale;
	double unit = ldexp(1, ilogb(fabs(quotient) + 1) - 23);
	double from_tie = fabs(fabs(quotient - nearbyint(quotient)) - .5);

	if (!power_of_two && from_tie <= unit)
		return scale * (.5 + unit);
	return scale / 2 * (1 + 0x1p-20) + (power_of_two ? 0 : scale * unit / 2);
}

static bool check(const struct tensor *t, bool power_of_two, bool *near, bool *ascending,
		  bool *kept)
{
	size_t i, j;

	for (i = 0; i < COUNT; i++) {
		double scale = t->scale[t->of[i]], quotient = t->x[i] / scale;
		int32_t zero = t->zero_point[t->of[i]];

		*near &= fabs((double)t->x[i] - (code(t, i) - zero) * scale) <=
			 bound(t, i, power_of_two);
		*near &= t->back[i] == (float)((code(t, i) - zero) * scale);
		if (quotient == nearbyint(quotient))
			*kept &= t->back[i] == t->x[i];
		for (j = 0; j < i; j++)
			if (t->of[i] == t->of[j] &&
			    (t->x[i] > t->x[j]	 ? code(t, i) < code(t, j)
			     : t->x[i] < t->x[j] ? code(t, i) > code(t, j)
						 : code(t, i) != code(t, j)))
				*ascending = false;
	}
	return *near && *ascending && *kept;
}

static void test(uint64_t seed, unsigned int rounds, bool power_of_two)
{
	static struct tensor t;
	bool done = true, near = true, ascending = true, kept = true;
	unsigned int round;

	for (round = 0; round < rounds; round++) {
		struct rng rng = { seed * 1000003 + round };

		draw(&t, &rng, power_of_two);
		done &= !qmac_group_quantize(context, &t.params, &t.g, t.x, &t.q, NULL) &&
			!qmac_group_dequantize(context, &t.params, &t.g, &t.q, t.back);
		if (!done || !check(&t, power_of_two, &near, &ascending, &kept)) {
			tap_note("seed %llu, round %u, type %s: %s", (unsigned long long)seed,
				 round, qmac_type_name(t.params.type),
				 qmac_context_message(context));
			break;
		}
	}
	tap_ok(done && near, "%s: back within half a step, %u tensors, seed %llu",
	       power_of_two ? "powers of two" : "any scale", rounds, (unsigned long long)seed);
	tap_ok(ascending, "codes ascend with x");
	tap_ok(kept, "what has a code comes back as it was");
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 3;
	unsigned int rounds = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 0) : 3000;

	if (qmac_context_create(&context))
		return 1;
	test(seed, rounds, true);
	test(seed, rounds, false);
	qmac_context_destroy(context);
	return tap_done();
}
