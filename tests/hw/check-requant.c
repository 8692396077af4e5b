// SPDX-License-Identifier: MIT
/*
 * Requantization through the whole device. A is its zero point, so that each
 * accumulator is the bias of its column: any accumulator with any multiplier.
 */
#include "directed.h"
#include "tap.h"

#define COLUMNS 1500u

static int32_t edge(struct rng *rng)
{
	static const int64_t edges[] = { 0, 1, 1 << 24, 1 << 25, 1 << 30, INT32_MAX, INT32_MIN };
	int64_t value = edges[rng_below(rng, 7)] + rng_in(rng, -3, 3);

	return (int32_t)(uint32_t)(rng_chance(rng, 50) ? value : -value);
}

/* Half-way cases: an odd multiple of half the step that @shift rounds to. */
static int32_t tie(struct rng *rng, int32_t places)
{
	int64_t half = INT64_C(1) << (places > 1 ? places - 1 : 0);
	int64_t most = INT32_MAX / half > 700 ? 700 : INT32_MAX / half;

	return (int32_t)(rng_in(rng, -most, most) * half);
}

static uint32_t f32_power(int exponent)
{
	return (uint32_t)(127 + exponent) << 23;
}

static void f32_param(struct rng *rng, struct qmac_param *param)
{
	static const uint32_t odd[] = {
		0, 1, 0x7fffff, 0x800000, 0x7f7fffff, 0x3f800000, 0x3f000001
	};
	int32_t places = rng_in(rng, 0, 31);

	switch (rng_below(rng, 4)) {
	case 0:
	case 1:
		param->mult = f32_power(-places);
		param->bias = tie(rng, places);
		break;
	case 2:
		param->mult = odd[rng_below(rng, 7)];
		param->bias = edge(rng);
		break;
	default:
		param->mult = f32_power(-places) | (uint32_t)rng_below(rng, 1 << 23);
		param->bias = (int32_t)rng_next(rng) >> rng_below(rng, 31);
		break;
	}
}

/* mult 2^30 with @shift is 2^(shift - 1). */
static void q31_param(struct rng *rng, struct qmac_param *param)
{
	static const uint32_t odd[] = { 0, 1, 2, INT32_MAX, INT32_MAX - 1, 1u << 30 };
	int32_t shift = rng_in(rng, -31, 30);

	switch (rng_below(rng, 4)) {
	case 0:
	case 1:
		shift = rng_in(rng, -30, 1);
		param->mult = 1u << 30;
		param->bias = tie(rng, 1 - shift);
		break;
	case 2:
		param->mult = odd[rng_below(rng, 6)];
		param->bias = edge(rng);
		break;
	default:
		param->mult = (uint32_t)rng_below(rng, UINT64_C(1) << 31);
		param->bias = (int32_t)rng_next(rng) >> rng_below(rng, 31);
		break;
	}
	param->shift = (__s8)shift;
}

static bool sweep(struct rig *rig, uint8_t path, uint8_t rounding, bool zp_first)
{
	const int16_t zero = (int16_t)rng_in(&rig->rng, INT8_MIN, INT8_MAX);
	struct qmac_cmd *cmd;
	bool ok;

	rig_begin(rig);
	cmd = rig_gemm_channels(rig, path, 1, COLUMNS, 1);
	cmd->rounding = rounding;
	cmd->zp_first = zp_first;
	cmd->c_zero = zero;
	rig_seal(rig);
	rig_patch(rig, cmd->a_addr, &(int8_t){ (int8_t)cmd->a_zero }, 1);
	for (uint32_t j = 0; j < COLUMNS; j++) {
		struct qmac_param param = { 0 };

		if (path == QMAC_PATH_F32)
			f32_param(&rig->rng, &param);
		else
			q31_param(&rig->rng, &param);
		rig_patch(rig, cmd->param_addr + j * sizeof(param), &param, sizeof(param));
	}
	ok = rig_good(rig);
	rig_end(rig);
	return ok;
}

void check_requant(const struct device_options *options)
{
	static const char *const paths[] = { "NONE", "F32", "Q31", "Q31_SRDHM" };
	static const char *const roundings[] = { "EVEN", "UP", "AWAY" };
	struct rig rig;

	rig_open(&rig, options);
	for (uint8_t path = QMAC_PATH_F32; path <= QMAC_PATH_Q31_SRDHM; path++) {
		for (uint8_t rounding = QMAC_ROUND_EVEN; rounding <= QMAC_ROUND_AWAY; rounding++) {
			bool ok = true;

			for (unsigned int i = 0; i < 6; i++)
				ok = sweep(&rig, path, rounding, i % 2) && ok;
			tap_ok(ok, "ties, edges and extremes, path %s, rounding %s", paths[path],
			       roundings[rounding]);
		}
	}
	rig_close(&rig);
}
