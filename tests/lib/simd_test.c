// SPDX-License-Identifier: MIT
/*
 * Scalar, AVX2 and AVX-512 give the same bytes: all types, roundings, options and
 * granularities, all lengths and alignments, odd numbers, any modes of the caller.
 *
 *   simd_test [SEED [ROUNDS]]
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <qmac/qmac.h>

#include "calibrate/histogram.h"
#include "simd/choice.h"
#include "random.h"
#include "tap.h"

#define MOST 9000 /* elements of a tensor: enough to be read in several places */
#define EDGE 64	  /* bytes around an output that must not change */

static struct qmac_context *context;

/* One call of quantize, or of one of the others. */
struct call {
	struct qmac_granularity granularity;
	struct qmac_quant_params params;
	struct qmac_quantize_options options;
	float scale[MOST], multiplier[MOST];
	int32_t zero_point[MOST];
	float x[MOST + 16];
	size_t x_offset, q_offset, count;
};

/* All that it gives. */
struct outcome {
	int quantized, ranged;
	_Alignas(64) uint8_t q[2 * MOST + 3 * EDGE];
	_Alignas(64) uint8_t back[4 * MOST + 3 * EDGE];
	float lo[MOST], hi[MOST];
	char message[512];
};

static float from_bits(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* What may be in a tensor. */
enum contents {
	ANYTHING,
	NO_NAN,
	FINITE,
	FINITE_OR_NAN,
};

/* Also ties and their neighbours: @scale is that of the element. */
static float odd_number(struct rng *rng, float scale, enum contents contents)
{
	float value = from_bits((uint32_t)rng_next(rng));

	switch (rng_in(rng, 0, 9)) {
	case 0: /* any bits */
		return isfinite(value) || contents == ANYTHING ? value : 0;
	case 1: /* subnormal */
		return from_bits((uint32_t)rng_next(rng) & 0x807fffff);
	case 2:
		if (contents == FINITE_OR_NAN) /* quiet or signalling, few or many */
			return rng_one_in(rng, 9) ? from_bits(0x7f800001 | (uint32_t)rng_next(rng))
						  : 1;
		if (contents == FINITE)
			return 1;
		return rng_one_in(rng, 2) ? INFINITY : -INFINITY;
	case 3:
		return rng_one_in(rng, 2) ? -0.0f : 0;
	case 4:
		return rng_one_in(rng, 2) ? 3.4e38f : -3.4e38f;
	case 5: /* far beyond the codes */
		value = scale * (float)rng_in(rng, -(1 << 30), 1 << 30);
		break;
	case 6:
	case 7: /* a tie, or one of its neighbours */
		value = scale * ((float)rng_in(rng, -300, 300) + 0.5f);
		while (rng_one_in(rng, 2))
			value = nextafterf(value, rng_one_in(rng, 2) ? 1e38f : -1e38f);
		break;
	default:
		value = scale * ((float)rng_in(rng, -1000000, 1000000) / 4096);
	}
	return contents >= FINITE && !isfinite(value) ? -2 : value;
}

static float random_scale(struct rng *rng)
{
	switch (rng_in(rng, 0, 5)) {
	case 0: /* any that is valid */
		return from_bits((uint32_t)rng_in(rng, 0x00800000, 0x7f7fffff));
	case 1: /* where exact division by multiplication ends */
		return ldexpf(1 + (float)rng_in(rng, -1, 1) / 8388608,
			      rng_one_in(rng, 2) ? 64 : -64);
	case 2:
		return ldexpf(1, (int)rng_in(rng, -10, 10));
	default:
		return ldexpf((float)rng_in(rng, 1 << 20, 1 << 21), (int)rng_in(rng, -30, -18));
	}
}

static struct qmac_granularity random_granularity(struct rng *rng)
{
	static const size_t sides[] = { 1, 1, 2, 3, 5, 16, 31, 64, 65, 200, 1000, 1030, 2100 };
	struct qmac_granularity g;
	size_t *side[3] = { &g.extent.outer, &g.extent.channels, &g.extent.inner };
	unsigned int i;

	do {
		for (i = 0; i < 3; i++)
			*side[i] = rng_one_in(rng, 3) ? (size_t)rng_in(rng, 1, 40)
						      : sides[rng_in(rng, 0, 12)];
		g.group = rng_one_in(rng, 2) ? 1 : (size_t)rng_in(rng, 1, 70);
		g.blocks = rng_one_in(rng, 3);
	} while (g.extent.outer * g.extent.channels * g.extent.inner > MOST);
	if (rng_one_in(rng, 4)) /* blocks that are short runs, with tails or not */
		g = (struct qmac_granularity){ { (size_t)rng_in(rng, 1, 3),
						 (size_t)rng_in(rng, 1, MOST / 3), 1 },
					       (size_t)8 << rng_in(rng, 0, 8),
					       true };
	if (rng_one_in(rng, 9)) /* channels that are short runs, in rows of many */
		g = (struct qmac_granularity){
			{ (size_t)rng_in(rng, 1, 3), (size_t)rng_in(rng, 1, 90), 32 }, 1, false
		};
	if (rng_one_in(rng, 4)) /* a run of any length */
		g = (struct qmac_granularity){ { 1, 1, (size_t)rng_in(rng, 0, 200) }, 1, false };
	if (rng_one_in(rng, 9)) /* a long one */
		g.extent = (struct qmac_extent){ 1, 1, (size_t)rng_in(rng, 4000, MOST) };
	return g;
}

static void random_params(struct rng *rng, struct call *call)
{
	static const uint8_t types[] = { QMAC_TYPE_S8, QMAC_TYPE_U8, QMAC_TYPE_S16, QMAC_TYPE_U16,
					 QMAC_TYPE_S4, QMAC_TYPE_U4, QMAC_TYPE_S2,  QMAC_TYPE_U2 };
	struct qmac_quant_params *params = &call->params;
	bool normal = rng_one_in(rng, 2), alike = rng_one_in(rng, 2);
	int32_t lo, hi;
	size_t i;

	params->type = types[rng_in(rng, 0, 7)];
	qmac_type_range(params->type, &lo, &hi);
	params->zero_free = rng_one_in(rng, 5);
	params->q_min = rng_one_in(rng, 2) ? lo : (int32_t)rng_in(rng, lo, hi);
	params->q_max = rng_one_in(rng, 2) ? hi : (int32_t)rng_in(rng, params->q_min, hi);
	params->channels = qmac_granularity_count(&call->granularity);
	if (rng_one_in(rng, 6) || !params->channels)
		params->channels = 1;
	params->scale = call->scale;
	params->zero_point = call->zero_point;
	for (i = 0; i < params->channels; i++) {
		call->scale[i] = normal ? (float)rng_in(rng, 1, 100000) / 65536 : random_scale(rng);
		call->multiplier[i] = random_scale(rng);
		call->zero_point[i] = params->zero_free ? (int32_t)rng_in(rng, -(1 << 21), 1 << 21)
							: (int32_t)rng_in(rng, lo, hi);
		if (alike)
			call->zero_point[i] = call->zero_point[0];
	}
}

static void random_call(struct rng *rng, struct call *call)
{
	static const uint8_t roundings[] = { QMAC_ROUND_EVEN,	   QMAC_ROUND_EVEN,
					     QMAC_ROUND_EVEN,	   QMAC_ROUND_UP,
					     QMAC_ROUND_AWAY,	   QMAC_ROUND_TRUNCATE,
					     QMAC_ROUND_FLOOR,	   QMAC_ROUND_CEIL,
					     QMAC_ROUND_HALF_DOWN, QMAC_ROUND_HALF_ZERO };
	enum contents contents = (enum contents)rng_in(rng, ANYTHING, FINITE_OR_NAN);
	size_t i;

	call->granularity = random_granularity(rng);
	random_params(rng, call);
	call->options = (struct qmac_quantize_options){
		.rounding = roundings[rng_in(rng, 0, 9)],
		.nan = rng_one_in(rng, 4) ? QMAC_NAN_ERROR : QMAC_NAN_ZERO,
		.zp_first = rng_one_in(rng, 5),
		.reciprocal = rng_one_in(rng, 6),
		.multiplier = rng_one_in(rng, 6) ? call->multiplier : NULL,
	};
	call->count = call->granularity.extent.outer * call->granularity.extent.channels *
		      call->granularity.extent.inner;
	call->x_offset = (size_t)rng_in(rng, 0, 15);
	call->q_offset = (size_t)rng_in(rng, 0, 63);
	for (i = 0; i < call->count; i++)
		call->x[call->x_offset + i] =
			odd_number(rng, call->scale[i % call->params.channels], contents);
}

static unsigned int code_bytes(const struct call *call)
{
	return qmac_type_bytes(call->params.type);
}

/* What a call writes after -EDOM is not specified: it does not count. */
static void compute(const struct call *call, struct outcome *out)
{
	unsigned int bytes = code_bytes(call);
	uint8_t *q = out->q + EDGE + call->q_offset * bytes % EDGE;
	float *back = (float *)(void *)(out->back + EDGE) + call->q_offset % 16;
	const float *x = call->x + call->x_offset;

	memset(out, 0x5a, sizeof(*out));
	memset(out->message, 0, sizeof(out->message));
	out->quantized = qmac_group_quantize(context, &call->params, &call->granularity, x, q,
					     &call->options);
	if (out->quantized) {
		strcpy(out->message, qmac_context_message(context));
		for (size_t i = 0; i < call->count * bytes; i++)
			q[i] = (uint8_t)(i * 7);
	}
	qmac_group_dequantize(context, &call->params, &call->granularity, q, back);
	out->ranged = qmac_group_range(context, x, &call->granularity, call->options.nan, out->lo,
				       out->hi);
	if (out->ranged) {
		strcat(out->message, qmac_context_message(context));
		memset(out->lo, 0, sizeof(out->lo));
		memset(out->hi, 0, sizeof(out->hi));
	}
}

static void describe(const struct call *call)
{
	const struct qmac_granularity *g = &call->granularity;

	tap_note("[%zu, %zu, %zu] group %zu blocks %d, type %s codes %d..%d, %zu channels, "
		 "rounding %u nan %u zp_first %d reciprocal %d multiplier %d, offsets %zu %zu",
		 g->extent.outer, g->extent.channels, g->extent.inner, g->group, g->blocks,
		 qmac_type_name(call->params.type), call->params.q_min, call->params.q_max,
		 call->params.channels, call->options.rounding, call->options.nan,
		 call->options.zp_first, call->options.reciprocal, !!call->options.multiplier,
		 call->x_offset, call->q_offset);
}

/* The first difference, for people. */
static void explain(const struct call *call, const struct outcome *want, const struct outcome *got)
{
	size_t i;

	describe(call);
	tap_note("status %d %d, range %d %d, '%s' '%s'", want->quantized, got->quantized,
		 want->ranged, got->ranged, want->message, got->message);
	for (i = 0; i < sizeof(want->q); i++)
		if (want->q[i] != got->q[i]) {
			tap_note("byte %zu of the codes: %d, not %d", i, got->q[i], want->q[i]);
			return;
		}
}

/* Tensors of more elements than @cache holds are written past the caches. */
static void use(unsigned int isa, size_t cache)
{
	struct simd *simd = (struct simd *)(uintptr_t)qmac_context_simd(context);

	qmac_context_use_isa(context, isa);
	simd->cache = cache;
}

/* Everything by an instruction set, as the scalar one has it. */
static void test_same(unsigned int isa, uint64_t seed, unsigned int rounds)
{
	static struct call call;
	static struct outcome want, got;
	const size_t cache = qmac_context_simd(context)->cache;
	struct rng rng = { seed };
	unsigned int round, errors = 0, ranges = 0;
	bool pass = true;

	for (round = 0; round < rounds && pass; round++) {
		random_call(&rng, &call);
		use(QMAC_ISA_SCALAR, cache);
		compute(&call, &want);
		use(isa, rng_one_in(&rng, 2) ? 0 : cache);
		compute(&call, &got);
		pass = !memcmp(&want, &got, sizeof(want));
		errors += !!want.quantized;
		ranges += !want.ranged;
		if (!pass)
			explain(&call, &want, &got);
	}
	use(isa, cache);
	tap_ok(pass && errors && errors < rounds / 2 && ranges > rounds / 4,
	       "%s: quantize, dequantize and range as scalar, seed %llu", qmac_isa_name(isa),
	       (unsigned long long)seed);
}

#if defined(__SSE2__)
static void test_modes(unsigned int isa, uint64_t seed)
{
	static const unsigned int modes[] = { 0x3f80, 0x5f80, 0x7f80, 0x9fc0 };
	static struct call call;
	static struct outcome want, got;
	unsigned int caller = _mm_getcsr(), mode, round, after;
	struct rng rng = { seed };
	bool pass = true;

	qmac_context_use_isa(context, isa);
	for (round = 0; round < 100; round++) {
		random_call(&rng, &call);
		compute(&call, &want);
		for (mode = 0; mode < 4; mode++) {
			_mm_setcsr(modes[mode]);
			compute(&call, &got);
			after = _mm_getcsr();
			_mm_setcsr(caller);
			if (pass && (after != modes[mode] || memcmp(&want, &got, sizeof(want)))) {
				tap_note("MXCSR %#x, then %#x", modes[mode], after);
				explain(&call, &want, &got);
				pass = false;
			}
		}
	}
	tap_ok(pass,
	       "%s: same bytes when rounding down, up, to zero, and with FTZ and DAZ; MXCSR kept",
	       qmac_isa_name(isa));
}
#endif

/* Numbers of one size, which grows along the way or not; zeros; sometimes something odd. */
static void fill_batch(struct rng *rng, float *x, size_t count, bool odd)
{
	int exponent = (int)rng_in(rng, -149, 100), growth = rng_one_in(rng, 2) ? 0 : 6;
	size_t i;

	for (i = 0; i < count; i++) {
		x[i] = ldexpf((float)rng_in(rng, -2000000, 2000000),
			      exponent + (int)((size_t)growth * i / count));
		if (rng_one_in(rng, 9))
			x[i] = rng_one_in(rng, 2) ? -0.0f : 0;
		if (odd && rng_one_in(rng, 99))
			x[i] = NAN;
	}
	if (odd && rng_one_in(rng, 9))
		x[rng_in(rng, 0, (int64_t)count - 1)] = INFINITY;
}

/* The state after two batches, of which one may be refused; NULL: no memory. */
static void *calibrate(unsigned int isa, const struct qmac_calibration_spec *spec, const float *x,
		       size_t count, size_t first, size_t *size)
{
	struct qmac_calibration *c;
	void *state = NULL;

	qmac_context_use_isa(context, isa);
	if (qmac_calibration_create(context, spec, &c))
		return NULL;
	qmac_calibration_update(c, x, first);
	qmac_calibration_update(c, x + first, count - first);
	qmac_calibration_encode(c, &state, size);
	qmac_calibration_destroy(c);
	return state;
}

#if defined(__SSE2__)
static unsigned int change_modes(unsigned int modes)
{
	unsigned int before = _mm_getcsr();

	_mm_setcsr(modes);
	return before;
}
#else
static unsigned int change_modes(unsigned int modes)
{
	return modes;
}
#endif

/* The kernels of the calibrator, which have no public function of their own. */
static void test_calibration(unsigned int isa, uint64_t seed, size_t most, unsigned int rounds)
{
	static const unsigned int modes[] = { 0x1f80, 0x3f80, 0x5f80, 0x7f80, 0x9fc0 };
	float *x = malloc(most * sizeof(*x));
	struct rng rng = { seed };
	bool pass = x;
	unsigned int round, caller;

	for (round = 0; round < rounds && pass; round++) {
		const struct qmac_calibration_spec spec = { .bins = rng_one_in(&rng, 2) ? 256
											: 8192,
							    .nan = QMAC_NAN_ZERO };
		size_t count = most - (size_t)rng_in(&rng, 0, 2999), size[2] = { 0 };
		size_t first = rng_one_in(&rng, 2) ? count / 3 : 0;
		void *want, *got;

		fill_batch(&rng, x, count, round % 3 == 0);
		want = calibrate(QMAC_ISA_SCALAR, &spec, x, count, first, &size[0]);
		caller = change_modes(modes[rng_in(&rng, 0, 4)]);
		got = calibrate(isa, &spec, x, count, first, &size[1]);
		change_modes(caller);
		pass = want && got && size[0] == size[1] && !memcmp(want, got, size[0]);
		free(want);
		free(got);
	}
	tap_ok(pass, "%s: calibration by batches of %zu as scalar, seed %llu", qmac_isa_name(isa),
	       most, (unsigned long long)seed);
	free(x);
}

/* What only large tensors do: they are written past the caches. */
static void test_streams(unsigned int isa)
{
	const struct simd *simd = qmac_context_simd(context);
	size_t count = simd->cache / 4 + 100003, i;
	float *x = malloc((count + 1) * sizeof(*x)), *back = malloc((count + 1) * sizeof(*back));
	float scale = 0.37f;
	int32_t zero_point = 11;
	struct qmac_quant_params params = { QMAC_TYPE_U8, 3, 250, 1, &scale, &zero_point, false };
	const struct qmac_extent extent = { 1, 1, count - 1 };
	uint8_t *q = malloc(count), *want = malloc(count);
	struct rng rng = { 1 };
	bool pass = x && back && q && want && simd_streams(simd, count - 1, 1);

	for (i = 0; pass && i < count; i++)
		x[i] = (float)(int32_t)rng_next(&rng) / (1 << 24);
	for (i = 0; pass && i < 2; i++) { /* aligned by chance, and not */
		qmac_context_use_isa(context, QMAC_ISA_SCALAR);
		pass = !qmac_quantize(context, &params, &extent, x, want, NULL);
		qmac_context_use_isa(context, isa);
		pass = pass && !qmac_quantize(context, &params, &extent, x, q + i, NULL) &&
		       !memcmp(q + i, want, count - 1) &&
		       !qmac_dequantize(context, &params, &extent, want, back + i);
		for (size_t k = 0; pass && k < count - 1; k++)
			pass = back[i + k] == scale * (float)(want[k] - zero_point);
	}
	tap_ok(pass, "%s: the same past the caches, %zu elements", qmac_isa_name(isa), count);
	free(x);
	free(back);
	free(q);
	free(want);
}

/* A zero point beyond the codes in use: NaN is the real 0, so it saturates as 0 does. */
static void test_nan_saturates(unsigned int isa)
{
	const struct qmac_quantize_options map = { .nan = QMAC_NAN_ZERO };
	const struct qmac_extent extent = { 1, 1, 130 };
	float scale = 1, x[130] = { 0 };
	int32_t zero_point = 300;
	struct qmac_quant_params params = { QMAC_TYPE_S8, -100, 100, 1, &scale, &zero_point, true };
	int8_t q[130];
	bool pass;

	x[3] = x[70] = x[129] = NAN;
	qmac_context_use_isa(context, isa);
	pass = !qmac_quantize(context, &params, &extent, x, q, &map);
	for (size_t i = 0; i < 130; i++)
		pass = pass && q[i] == 100;
	tap_ok(pass, "%s: NaN as 0 saturates as 0 does", qmac_isa_name(isa));
}

/* Which of two zeros is the least one must not depend on who comes first. */
static void test_zero_bounds(unsigned int isa)
{
	const struct qmac_extent extents[] = { { 1, 1, 200 }, { 40, 5, 1 } };
	float x[200], lo[5], hi[5];
	unsigned int i, c, order;
	bool pass = true;

	qmac_context_use_isa(context, isa);
	for (order = 0; order < 2; order++) {
		for (i = 0; i < 200; i++)
			x[i] = (i < 100) == order ? 0.0f : -0.0f;
		for (i = 0; i < 2; i++) {
			pass = pass &&
			       !qmac_range_minmax(context, x, &extents[i], QMAC_NAN_ERROR, lo, hi);
			for (c = 0; c < extents[i].channels; c++)
				pass = pass && !signbit(lo[c]) && !signbit(hi[c]);
		}
	}
	tap_ok(pass, "%s: a bound that is zero is +0", qmac_isa_name(isa));
}

static void test_choice(void)
{
	struct qmac_context *other = NULL;
	unsigned int isa;

	for (isa = 0; qmac_isa_name(isa); isa++) {
		int error = 0;

		setenv("QMAC_ISA", qmac_isa_name(isa), 1);
		error = qmac_context_create(&other);
		if (qmac_isa_supported(isa))
			tap_ok(!error && qmac_context_isa(other) == isa, "QMAC_ISA=%s",
			       qmac_isa_name(isa));
		else
			tap_ok(error == -EOPNOTSUPP, "QMAC_ISA=%s is refused", qmac_isa_name(isa));
		if (!error)
			qmac_context_destroy(other);
	}
	setenv("QMAC_ISA", "mmx", 1);
	tap_ok(qmac_context_create(&other) == -EINVAL, "QMAC_ISA=mmx is refused");
	unsetenv("QMAC_ISA");
	tap_ok(qmac_context_use_isa(context, isa) == -EINVAL &&
		       strstr(qmac_context_message(context), "instruction set 3"),
	       "an instruction set that there is not");
}

#define MOST_SIDE 160

/* Element by element, in the order that struct simd_product tells. */
static bool product_is_right(const struct simd_product *product, const float *before)
{
	size_t i, j, p;

	for (i = 0; i < product->m; i++)
		for (j = 0; j < product->c_stride; j++) {
			float sum = 0;

			for (p = 0; j < product->n && p < product->k; p++)
				sum += product->a[i * product->a_stride + p] *
				       product->b[product->b_transposed
							  ? j * product->b_stride + p
							  : p * product->b_stride + j];
			if (j >= product->n)
				sum = before[i * product->c_stride + j];
			if (memcmp(&sum, &product->c[i * product->c_stride + j], sizeof(sum)))
				return false;
		}
	return true;
}

static size_t random_side(struct rng *rng)
{
	return (size_t)rng_in(rng, 1, rng_one_in(rng, 3) ? MOST_SIDE : 40);
}

/* Of a size of its own, so that the sanitizer sees what is read beyond. */
static float *random_matrix(struct rng *rng, size_t count)
{
	float *x = malloc(count * sizeof(*x));
	size_t i;

	if (!x)
		abort();
	for (i = 0; i < count; i++)
		x[i] = odd_number(rng, 0.25f, FINITE) * 0x1p-70f;
	return x;
}

static void test_products(unsigned int isa, uint64_t seed)
{
	struct rng rng = rng_seed(seed, 7);
	unsigned int i;
	bool pass = true;

	qmac_context_use_isa(context, isa);
	for (i = 0; pass && i < 60; i++) {
		struct simd_product product = { .m = random_side(&rng),
						.n = random_side(&rng),
						.k = random_side(&rng),
						.b_transposed = rng_one_in(&rng, 2) };
		size_t rows = product.b_transposed ? product.n : product.k, count;
		float *a, *b, *c, *before;

		product.a_stride = product.k + (size_t)rng_in(&rng, 0, 3);
		product.b_stride = product.n + product.k - rows + (size_t)rng_in(&rng, 0, 3);
		product.c_stride = product.n + (size_t)rng_in(&rng, 0, 3);
		count = product.m * product.c_stride;
		product.a = a = random_matrix(&rng, product.m * product.a_stride);
		product.b = b = random_matrix(&rng, rows * product.b_stride);
		product.c = c = random_matrix(&rng, count);
		before = malloc(count * sizeof(*before));
		memcpy(before, c, count * sizeof(*before));
		qmac_context_simd(context)->kernels->product(&product);
		pass = product_is_right(&product, before);
		free(a);
		free(b);
		free(c);
		free(before);
	}
	tap_ok(pass, "%s: matrix products element by element, seed %llu", qmac_isa_name(isa),
	       (unsigned long long)seed);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned int rounds = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 0) : 1500, isa;

	unsetenv("QMAC_ISA");
	if (qmac_context_create(&context))
		return 1;
	test_choice();
	for (isa = 0; qmac_isa_name(isa); isa++) {
		if (!qmac_isa_supported(isa)) {
			tap_skip("this processor does not have it", "%s", qmac_isa_name(isa));
			continue;
		}
		if (isa != QMAC_ISA_SCALAR) {
			test_same(isa, seed, rounds);
			test_calibration(isa, seed, 3000, 300);
			test_calibration(isa, seed, 400000, 12);
			test_streams(isa);
		}
		test_products(isa, seed);
		test_nan_saturates(isa);
		test_zero_bounds(isa);
#if defined(__SSE2__)
		test_modes(isa, seed);
#endif
	}
	qmac_context_destroy(context);
	return tap_done();
}
