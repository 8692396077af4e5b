// SPDX-License-Identifier: MIT
/* Integer operands, from files or random, and how their product is requantized. */
#include "gemm_operands.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int take_type(const char *path, const struct npy_array *array, uint8_t *type)
{
	if (array->type != NPY_S8 && array->type != NPY_U8) {
		fprintf(stderr, "qmac gemm: %s is %s; expected int8, uint8 or float32\n", path,
			npy_type_name(array->type));
		return -EINVAL;
	}
	*type = array->type == NPY_S8 ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
	return 0;
}

/* @count int32 values of an array that has them. */
static int copy_integers(const char *path, const struct npy_array *array, int32_t **out)
{
	if (array->type != NPY_S32) {
		fprintf(stderr, "qmac gemm: %s is %s; expected int32\n", path,
			npy_type_name(array->type));
		return -EINVAL;
	}
	*out = malloc(array->count * sizeof(**out));
	if (!*out)
		return -ENOMEM;
	memcpy(*out, array->data, array->count * sizeof(**out));
	return 0;
}

int gemm_operands_from_integers(const struct gemm_options *options, struct gemm_operands *operands)
{
	int ret = take_type(options->a, &operands->file_a, &operands->desc.a_type);

	if (!ret)
		ret = take_type(options->b, &operands->file_b, &operands->desc.b_type);
	if (!ret && options->bias)
		ret = copy_integers(options->bias, &operands->file_bias, &operands->bias);
	if (ret)
		return ret;
	if (!options->raw && !options->has_scale && !options->scales) {
		fprintf(stderr, "qmac gemm: integer operands need --raw (int32 result) or --scale "
				"(requantized result)\n");
		return -EINVAL;
	}
	operands->a = operands->file_a.data;
	operands->b = operands->file_b.data;
	return 0;
}

/* SplitMix64 (Steele, Lea, Flood 2014): the same bytes from a seed everywhere. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void *random_bytes(uint64_t count, uint64_t *state)
{
	uint8_t *bytes = malloc(count);

	for (uint64_t i = 0; bytes && i < count; i++)
		bytes[i] = (uint8_t)(next_random(state) >> 56);
	return bytes;
}

int gemm_operands_random(const struct gemm_options *options, struct gemm_operands *operands)
{
	uint64_t state = options->seed;

	operands->desc.a_type = QMAC_TYPE_S8;
	operands->desc.b_type = QMAC_TYPE_S8;
	operands->a = random_bytes((uint64_t)options->m * options->k, &state);
	operands->b = random_bytes((uint64_t)options->k * options->n, &state);
	if (operands->a && operands->b)
		return 0;
	fprintf(stderr, "qmac gemm: no memory for %ux%ux%u\n", options->m, options->n, options->k);
	return -ENOMEM;
}

static int load_b_zeros(const struct gemm_options *options, struct gemm_operands *operands)
{
	struct npy_array array;
	char message[4608];
	int ret = npy_load(options->b_zeros, &array, message, sizeof(message));

	if (ret) {
		fprintf(stderr, "qmac gemm: %s\n", message);
		return ret;
	}
	if (array.count == operands->desc.n) {
		ret = copy_integers(options->b_zeros, &array, &operands->b_zeros);
	} else {
		fprintf(stderr, "qmac gemm: %s: %zu zero points; expected N = %u\n",
			options->b_zeros, array.count, operands->desc.n);
		ret = -EINVAL;
	}
	npy_free(&array);
	return ret;
}

static int load_scales(const struct gemm_options *options, struct gemm_operands *operands)
{
	struct npy_array array;
	char message[4608];
	int ret = npy_load(options->scales, &array, message, sizeof(message));

	if (ret) {
		fprintf(stderr, "qmac gemm: %s\n", message);
		return ret;
	}
	if (array.type != NPY_F32 || (array.count != 1 && array.count != operands->desc.n)) {
		fprintf(stderr,
			"qmac gemm: %s: %zu values of type %s; expected float32, 1 or N = %u\n",
			options->scales, array.count, npy_type_name(array.type), operands->desc.n);
		ret = -EINVAL;
	} else {
		operands->scale = malloc(array.count * sizeof(double));
		ret = operands->scale ? 0 : -ENOMEM;
		for (size_t i = 0; !ret && i < array.count; i++)
			operands->scale[i] = ((const float *)array.data)[i];
		operands->desc.scale_count = array.count;
	}
	npy_free(&array);
	return ret;
}

/* Random operands without --scale: results that fill most of 8 bits. */
static double default_scale(uint32_t k)
{
	/* Uniform s8 has a standard deviation of 74; aim at 40 codes. */
	return 40.0 / (74.0 * 74.0 * sqrt(k));
}

static int choose_scale(const struct gemm_options *options, struct gemm_operands *operands)
{
	if (options->scales)
		return load_scales(options, operands);
	operands->scale = malloc(sizeof(double));
	if (!operands->scale)
		return -ENOMEM;
	operands->desc.scale_count = 1;
	*operands->scale = options->has_scale ? options->scale : default_scale(operands->desc.k);
	return 0;
}

int gemm_operands_requantize(const struct gemm_options *options, struct gemm_operands *operands)
{
	struct qmac_gemm_desc *desc = &operands->desc;
	int ret = 0;

	desc->a_zero = options->a_zero;
	desc->b_zero = options->b_zero;
	desc->bias = operands->bias;
	if (options->b_zeros)
		ret = load_b_zeros(options, operands);
	desc->b_zeros = operands->b_zeros;
	if (ret)
		return ret;
	if (options->raw) {
		desc->preset = QMAC_PRESET_RAW;
		desc->c_type = QMAC_TYPE_S32;
		return 0;
	}
	desc->preset = (uint8_t)options->preset;
	desc->c_type = options->out_type;
	desc->c_zero = options->out_zero;
	if (options->has_clamp) {
		memcpy(operands->clamp, options->clamp, sizeof(operands->clamp));
		desc->clamp = operands->clamp;
	}
	ret = choose_scale(options, operands);
	desc->scale = operands->scale;
	return ret;
}
