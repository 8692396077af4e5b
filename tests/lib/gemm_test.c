// SPDX-License-Identifier: MIT
/*
 * Random matrix products on a device against a plain triple loop.
 *
 *	gemm_test DEVICE COUNT SEED
 *
 * Shapes sit around the array's edges; scales are tie-heavy powers of two half
 * of the time; zero points are odd, strides and batches crooked, and what lies
 * between the rows of C must stay.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define MAX_N  300
#define FILLER 0x5a

/* A product and the arrays that its description points to. */
struct product {
	struct qmac_gemm_desc desc;
	int32_t b_zeros[MAX_N], bias[MAX_N], clamp[2];
	double scale[MAX_N];
};

static uint32_t random_dim(struct rng *rng)
{
	static const uint32_t edges[] = { 1,  2,  7,  8,  9,  15, 16,  17,  31,
					  32, 33, 63, 64, 65, 96, 127, 128, 129 };

	if (rng_one_in(rng, 12))
		return rng_in(rng, 1, MAX_N);
	if (rng_one_in(rng, 2))
		return edges[rng_in(rng, 0, sizeof(edges) / sizeof(edges[0]) - 1)];
	return rng_in(rng, 1, 48);
}

static uint8_t random_type(struct rng *rng)
{
	return rng_one_in(rng, 2) ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
}

static int32_t random_zero(struct rng *rng, uint8_t type)
{
	int32_t lo, hi;

	qmac_type_range(type, &lo, &hi);
	return rng_one_in(rng, 3) ? 0 : rng_in(rng, lo, hi);
}

/* Scales that bring sums of k products to about 8 bits. */
static double random_scale(struct rng *rng, uint32_t k)
{
	double around = 1.0 / 64 / (k + 8);

	if (rng_one_in(rng, 2)) {
		double power = 1;

		while (power > around)
			power /= 2;
		return power;
	}
	return around * (double)rng_in(rng, 1, 4000) / 1000;
}

static void random_layout(struct rng *rng, struct qmac_gemm_desc *desc)
{
	uint32_t a_row = desc->a_transposed ? desc->m : desc->k;
	uint32_t b_row = desc->b_transposed ? desc->k : desc->n;
	uint32_t c_unit = desc->preset == QMAC_PRESET_RAW ? 4 : 1;

	if (rng_one_in(rng, 3))
		desc->a_stride = a_row + rng_in(rng, 0, 40);
	if (rng_one_in(rng, 3))
		desc->b_stride = b_row + rng_in(rng, 0, 40);
	if (rng_one_in(rng, 3))
		desc->c_stride = (desc->n + rng_in(rng, 0, 40)) * c_unit;
	if (rng_one_in(rng, 30))
		desc->a_stride = 4096;
	if (!rng_one_in(rng, 4))
		return;
	desc->batch = rng_in(rng, 1, 4);
	if (rng_one_in(rng, 2))
		desc->a_batch_stride = rng_in(rng, 1, 3 * (int64_t)desc->m * desc->k);
	if (rng_one_in(rng, 2))
		desc->b_batch_stride = rng_in(rng, 1, 3 * (int64_t)desc->n * desc->k);
}

static void random_requant(struct rng *rng, struct product *product)
{
	struct qmac_gemm_desc *desc = &product->desc;
	int32_t lo, hi;
	uint32_t j;

	desc->c_type = random_type(rng);
	desc->c_zero = random_zero(rng, desc->c_type);
	desc->scale = product->scale;
	desc->scale_count = rng_one_in(rng, 2) ? desc->n : 1;
	for (j = 0; j < desc->scale_count; j++)
		product->scale[j] = random_scale(rng, desc->k);
	if (rng_one_in(rng, 3)) {
		qmac_type_range(desc->c_type, &lo, &hi);
		product->clamp[0] = rng_in(rng, lo - 3, hi);
		product->clamp[1] =
			rng_in(rng, product->clamp[0] < lo ? lo : product->clamp[0], hi + 3);
		desc->clamp = product->clamp;
	}
}

static void random_product(struct rng *rng, struct product *product)
{
	struct qmac_gemm_desc *desc = &product->desc;
	uint32_t j;

	memset(desc, 0, sizeof(*desc));
	desc->m = random_dim(rng);
	desc->n = random_dim(rng);
	desc->k = random_dim(rng);
	desc->preset = rng_in(rng, QMAC_PRESET_RAW, QMAC_PRESET_ONNX_REF);
	desc->a_type = random_type(rng);
	desc->b_type = random_type(rng);
	desc->a_transposed = rng_one_in(rng, 4);
	desc->b_transposed = rng_one_in(rng, 2);
	desc->b_constant = rng_one_in(rng, 2);
	desc->a_zero = random_zero(rng, desc->a_type);
	desc->b_zero = random_zero(rng, desc->b_type);
	if (rng_one_in(rng, 3)) {
		for (j = 0; j < desc->n; j++)
			product->b_zeros[j] = random_zero(rng, desc->b_type);
		desc->b_zeros = product->b_zeros;
	}
	if (rng_one_in(rng, 2)) {
		for (j = 0; j < desc->n; j++)
			product->bias[j] = rng_in(rng, -20000, 20000);
		desc->bias = product->bias;
	}
	if (desc->preset != QMAC_PRESET_RAW)
		random_requant(rng, product);
	random_layout(rng, desc);
}

static void fill(struct rng *rng, uint8_t *bytes, uint64_t count)
{
	uint64_t i;

	for (i = 0; i < count; i++)
		bytes[i] = rng_next(rng) >> 40;
}

static int32_t element(const uint8_t *bytes, uint64_t at, uint8_t type)
{
	return type == QMAC_TYPE_S8 ? (int8_t)bytes[at] : bytes[at];
}

static int32_t plain_sum(const struct qmac_gemm_desc *desc, const uint8_t *a, const uint8_t *b,
			 uint32_t i, uint32_t j)
{
	uint64_t as = desc->a_stride ? desc->a_stride : desc->a_transposed ? desc->m : desc->k;
	uint64_t bs = desc->b_stride ? desc->b_stride : desc->b_transposed ? desc->k : desc->n;
	int32_t b_zero = desc->b_zeros ? desc->b_zeros[j] : desc->b_zero;
	int32_t sum = desc->bias ? desc->bias[j] : 0;
	uint32_t k;

	for (k = 0; k < desc->k; k++) {
		uint64_t a_at = desc->a_transposed ? k * as + i : i * as + k;
		uint64_t b_at = desc->b_transposed ? j * bs + k : k * bs + j;

		sum += (element(a, a_at, desc->a_type) - desc->a_zero) *
		       (element(b, b_at, desc->b_type) - b_zero);
	}
	return sum;
}

static int32_t plain_result(struct qmac_context *context, const struct qmac_gemm_desc *desc,
			    int32_t sum, uint32_t j)
{
	struct qmac_requant requant = { .c_type = desc->c_type, .c_zero = desc->c_zero };
	struct qmac_recipe recipe;
	uint32_t mult;
	int32_t shift;

	if (desc->preset == QMAC_PRESET_RAW)
		return sum;
	qmac_preset_recipe(desc->preset, &recipe);
	qmac_multiplier(context, desc->preset, desc->scale[desc->scale_count == 1 ? 0 : j], &mult,
			&shift);
	requant.path = recipe.path;
	requant.rounding = recipe.rounding;
	requant.zp_first = recipe.zp_first;
	qmac_type_range(desc->c_type, &requant.clamp_lo, &requant.clamp_hi);
	if (desc->clamp && desc->clamp[0] > requant.clamp_lo)
		requant.clamp_lo = desc->clamp[0];
	if (desc->clamp && desc->clamp[1] < requant.clamp_hi)
		requant.clamp_hi = desc->clamp[1];
	return qmac_ref_requantize(sum, mult, shift, &requant);
}

static void plain_product(struct qmac_context *context, const struct qmac_gemm_desc *desc,
			  const uint8_t *a, const uint8_t *b, uint8_t *c)
{
	uint32_t width = desc->preset == QMAC_PRESET_RAW ? 4 : 1, batch, i, j;
	uint64_t stride = desc->c_stride ? desc->c_stride : desc->n * width;

	for (batch = 0; batch < (desc->batch ? desc->batch : 1); batch++) {
		for (i = 0; i < desc->m; i++) {
			for (j = 0; j < desc->n; j++) {
				int32_t sum = plain_sum(desc, a + batch * desc->a_batch_stride,
							b + batch * desc->b_batch_stride, i, j);
				int32_t result = plain_result(context, desc, sum, j);

				memcpy(c + (batch * desc->m + i) * stride + j * width, &result,
				       width);
			}
		}
	}
}

static void describe(const struct qmac_gemm_desc *desc)
{
	tap_note("m %u n %u k %u batch %u, %s x %s -> %s, preset %s, A%s stride %" PRIu64
		 " zero %d, B%s stride %" PRIu64 " zero %d%s, C stride %" PRIu64
		 " zero %d, %zu scales%s%s",
		 desc->m, desc->n, desc->k, desc->batch, qmac_type_name(desc->a_type),
		 qmac_type_name(desc->b_type), qmac_type_name(desc->c_type),
		 qmac_preset_name(desc->preset), desc->a_transposed ? "t" : "", desc->a_stride,
		 desc->a_zero, desc->b_transposed ? "t" : "", desc->b_stride, desc->b_zero,
		 desc->b_zeros ? "s" : "", desc->c_stride, desc->c_zero, desc->scale_count,
		 desc->bias ? ", bias" : "", desc->clamp ? ", clamp" : "");
}

static bool same(const struct qmac_gemm_desc *desc, const uint8_t *got, const uint8_t *want,
		 uint64_t bytes)
{
	uint64_t i;

	for (i = 0; i < bytes; i++) {
		if (got[i] != want[i]) {
			describe(desc);
			tap_note("byte %" PRIu64 " of C is %#x, want %#x", i, got[i], want[i]);
			return false;
		}
	}
	return true;
}

static bool counters_add_up(const struct qmac_job_result *r)
{
	uint64_t sum = r->busy + r->stall_fetch + r->stall_order + r->stall_param + r->stall_a +
		       r->stall_b + r->stall_mmu + r->stall_weight + r->stall_acc + r->stall_drain;

	if (sum == r->cycles)
		return true;
	tap_note("cycles %" PRIu64 ", classes add up to %" PRIu64, r->cycles, sum);
	return false;
}

static bool run_one(struct qmac_device *device, struct rng *rng, const struct qmac_gemm_desc *desc,
		    uint64_t *cycles)
{
	struct qmac_context *context = qmac_device_context(device);
	const struct qmac_gemm_bytes *bytes;
	struct qmac_job_result result;
	struct qmac_gemm *gemm;
	uint8_t *want;
	bool pass;

	if (qmac_gemm_create(device, desc, &gemm)) {
		describe(desc);
		tap_note("%s", qmac_context_message(context));
		return false;
	}
	bytes = qmac_gemm_bytes(gemm);
	want = malloc(bytes->c);
	fill(rng, qmac_gemm_a(gemm), bytes->a);
	fill(rng, qmac_gemm_b(gemm), bytes->b);
	memset((void *)qmac_gemm_c(gemm), FILLER, bytes->c);
	memset(want, FILLER, bytes->c);
	plain_product(context, desc, qmac_gemm_a(gemm), qmac_gemm_b(gemm), want);
	pass = !qmac_gemm_execute(gemm, &result);
	if (!pass) {
		describe(desc);
		tap_note("%s", qmac_context_message(context));
	}
	pass = pass && same(desc, qmac_gemm_c(gemm), want, bytes->c) && counters_add_up(&result);
	*cycles += result.cycles;
	free(want);
	qmac_gemm_destroy(gemm);
	return pass;
}

static void run(struct qmac_device *device, unsigned int count, uint64_t seed)
{
	struct rng rng = { seed };
	struct product product;
	unsigned int i, bad = 0;
	uint64_t cycles = 0;

	for (i = 0; i < count && bad < 5; i++) {
		random_product(&rng, &product);
		bad += !run_one(device, &rng, &product.desc, &cycles);
	}
	tap_note("%" PRIu64 " device cycles", cycles);
	tap_ok(!bad, "%u random products on %s equal the plain loop", count,
	       qmac_device_info(device)->name);
}

int main(int argc, char **argv)
{
	struct qmac_context *context;
	struct qmac_device *device;
	int error;

	if (argc != 4) {
		fprintf(stderr, "usage: gemm_test DEVICE COUNT SEED\n");
		return 2;
	}
	if (qmac_context_create(&context))
		return 1;
	error = qmac_device_open(context, argv[1], &device);
	if (error) {
		tap_ok(false, "open %s: %s", argv[1], qmac_context_message(context));
	} else {
		run(device, atoi(argv[2]), strtoull(argv[3], NULL, 0));
		qmac_device_close(device);
	}
	qmac_context_destroy(context);
	return tap_done();
}
