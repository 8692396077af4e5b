// SPDX-License-Identifier: MIT
/* Blocks of ggml. */
#include <qmac/ggml.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>

#include <qmac/float16.h>

#include "context.h"
#include "quant/exact.h"

#define BLOCK QMAC_GGML_BLOCK

static size_t block_bytes(unsigned int kind)
{
	switch (kind) {
	case QMAC_GGML_Q4_0:
		return 2 + BLOCK / 2;
	case QMAC_GGML_Q8_0:
		return 2 + BLOCK;
	default:
		return 0;
	}
}

size_t qmac_ggml_bytes(unsigned int kind, size_t count)
{
	size_t bytes;

	if (count % BLOCK || __builtin_mul_overflow(count / BLOCK, block_bytes(kind), &bytes))
		return 0;
	return bytes;
}

static int check_shape(struct qmac_context *context, unsigned int kind, size_t count)
{
	if (!block_bytes(kind))
		return qmac_fail(context, -EINVAL, "kind %u is none of QMAC_GGML_*", kind);
	if (count % BLOCK)
		return qmac_fail(context, -EINVAL,
				 "%zu numbers are not whole blocks of %d: pad the rows", count,
				 BLOCK);
	return 0;
}

/* The number of greatest magnitude, the first of equals. */
static float extreme(const float *x)
{
	float most = 0;
	size_t j;

	for (j = 0; j < BLOCK; j++) {
		if (fabsf(x[j]) > fabsf(most))
			most = x[j];
	}
	return most;
}

static float scale_of(unsigned int kind, const float *x)
{
	return kind == QMAC_GGML_Q4_0 ? extreme(x) / -8 : fabsf(extreme(x)) / 127;
}

static EXACT int check_numbers(struct qmac_context *context, unsigned int kind, const float *x,
			       size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!isfinite(x[i]))
			return qmac_fail(context, -EDOM, "element %zu is %g: clean the tensor", i,
					 x[i]);
	}
	for (i = 0; i < count; i += BLOCK) {
		size_t at = i;

		if (fabsf(scale_of(kind, x + i)) < 65520)
			continue;
		while (fabsf(x[at]) != fabsf(extreme(x + i)))
			at++;
		return qmac_fail(context, -ERANGE,
				 "element %zu is %g, too large for the 16-bit scale of its block: "
				 "scale the tensor down",
				 at, x[at]);
	}
	return 0;
}

/* 1 / d, or 0 where there is none. */
static float inverse(float d)
{
	float id = d ? 1 / d : 0;

	return isfinite(id) ? id : 0;
}

static void store_scale(float d, uint8_t *block)
{
	uint16_t half;

	qmac_f16_narrow(&d, 1, &half);
	block[0] = half & 0xff;
	block[1] = half >> 8;
}

static uint8_t nibble(float x)
{
	int code = (int)(x + 8.5f);

	return code < 15 ? code : 15;
}

static void quantize_q4(const float *x, uint8_t *block)
{
	float d = scale_of(QMAC_GGML_Q4_0, x), id = inverse(d);
	size_t j;

	store_scale(d, block);
	for (j = 0; j < BLOCK / 2; j++)
		block[2 + j] = nibble(x[j] * id) | nibble(x[j + BLOCK / 2] * id) << 4;
}

static void quantize_q8(const float *x, uint8_t *block)
{
	float d = scale_of(QMAC_GGML_Q8_0, x), id = inverse(d);
	size_t j;

	store_scale(d, block);
	for (j = 0; j < BLOCK; j++)
		block[2 + j] = (int8_t)roundf(x[j] * id);
}

static EXACT void quantize(unsigned int kind, const float *x, size_t count, uint8_t *blocks)
{
	size_t i;

	for (i = 0; i < count; i += BLOCK) {
		if (kind == QMAC_GGML_Q4_0)
			quantize_q4(x + i, blocks);
		else
			quantize_q8(x + i, blocks);
		blocks += block_bytes(kind);
	}
}

int qmac_ggml_quantize(struct qmac_context *context, unsigned int kind, const float *x,
		       size_t count, void *blocks)
{
	int error = check_shape(context, kind, count);
	fenv_t saved;

	if (error)
		return error;
	exact_enter(&saved);
	error = check_numbers(context, kind, x, count);
	if (!error)
		quantize(kind, x, count, blocks);
	exact_leave(&saved);
	return error;
}

static float load_scale(const uint8_t *block)
{
	uint16_t half = block[0] | block[1] << 8;
	float d;

	qmac_f16_widen(&half, 1, &d);
	return d;
}

static EXACT void dequantize(unsigned int kind, const uint8_t *blocks, size_t count, float *x)
{
	size_t i, j;

	for (i = 0; i < count; i += BLOCK) {
		const uint8_t *codes = blocks + 2;
		float d = load_scale(blocks);

		for (j = 0; kind == QMAC_GGML_Q8_0 && j < BLOCK; j++)
			x[i + j] = d * (float)(int8_t)codes[j];
		for (j = 0; kind == QMAC_GGML_Q4_0 && j < BLOCK / 2; j++) {
			x[i + j] = d * (float)((codes[j] & 15) - 8);
			x[i + j + BLOCK / 2] = d * (float)((codes[j] >> 4) - 8);
		}
		blocks += block_bytes(kind);
	}
}

int qmac_ggml_dequantize(struct qmac_context *context, unsigned int kind, const void *blocks,
			 size_t count, float *x)
{
	int error = check_shape(context, kind, count);
	fenv_t saved;
	size_t i;

	if (error)
		return error;
	for (i = 0; i < count / BLOCK; i++) {
		float d = load_scale((const uint8_t *)blocks + i * block_bytes(kind));

		if (!isfinite(d))
			return qmac_fail(context, -EDOM,
					 "the scale of block %zu is %g: the blocks are damaged", i,
					 d);
	}
	exact_enter(&saved);
	dequantize(kind, blocks, count, x);
	exact_leave(&saved);
	return 0;
}
