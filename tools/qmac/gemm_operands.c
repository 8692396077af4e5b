// SPDX-License-Identifier: MIT
#include "gemm_operands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int load(const char *path, struct npy_array *array)
{
	char message[4608];
	int ret = npy_load(path, array, message, sizeof(message));

	if (ret)
		fprintf(stderr, "qmac gemm: %s\n", message);
	return ret;
}

static int refuse_shape(const char *path, const struct npy_array *array, const char *expected)
{
	fprintf(stderr, "qmac gemm: %s: %u dimensions, shape (", path, array->ndim);
	for (unsigned int i = 0; i < array->ndim; i++)
		fprintf(stderr, i ? ", %zu" : "%zu", array->shape[i]);
	fprintf(stderr, "); expected %s\n", expected);
	return -EINVAL;
}

/* Dimensions from the files; those of the command line must agree. */
static int take_shapes(const struct gemm_options *options, struct gemm_operands *operands)
{
	const struct npy_array *a = &operands->file_a, *b = &operands->file_b;
	size_t m, n, k, b_k;

	if (a->ndim != 2 || !a->count)
		return refuse_shape(options->a, a, options->a_transposed ? "[K,M]" : "[M,K]");
	if (b->ndim != 2 || !b->count)
		return refuse_shape(options->b, b, options->b_transposed ? "[N,K]" : "[K,N]");
	m = a->shape[options->a_transposed];
	k = a->shape[!options->a_transposed];
	n = b->shape[!options->b_transposed];
	b_k = b->shape[options->b_transposed];
	if (b_k != k) {
		fprintf(stderr,
			"qmac gemm: A has K = %zu, B has K = %zu; they must agree (see "
			"--a-transposed, --b-transposed)\n",
			k, b_k);
		return -EINVAL;
	}
	if ((options->m && options->m != m) || (options->n && options->n != n) ||
	    (options->k && options->k != k)) {
		fprintf(stderr, "qmac gemm: the files are %zux%zux%zu (M, N, K), not %ux%ux%u\n", m,
			n, k, options->m, options->n, options->k);
		return -EINVAL;
	}
	if (m > UINT32_MAX || n > UINT32_MAX || k > UINT32_MAX) {
		fprintf(stderr, "qmac gemm: %zux%zux%zu is beyond every device\n", m, n, k);
		return -EINVAL;
	}
	operands->desc.m = (uint32_t)m;
	operands->desc.n = (uint32_t)n;
	operands->desc.k = (uint32_t)k;
	return 0;
}

static int load_files(const struct gemm_options *options, struct gemm_operands *operands)
{
	int ret = load(options->a, &operands->file_a);

	if (!ret)
		ret = load(options->b, &operands->file_b);
	if (!ret)
		ret = take_shapes(options, operands);
	if (!ret && options->bias)
		ret = load(options->bias, &operands->file_bias);
	if (!ret && options->bias && operands->file_bias.count != operands->desc.n) {
		fprintf(stderr, "qmac gemm: %s: %zu values; expected N = %u\n", options->bias,
			operands->file_bias.count, operands->desc.n);
		ret = -EINVAL;
	}
	if (!ret && (operands->file_a.type == NPY_F32) != (operands->file_b.type == NPY_F32)) {
		fprintf(stderr,
			"qmac gemm: A is %s, B is %s; both must be float32, or both 8 bit\n",
			npy_type_name(operands->file_a.type), npy_type_name(operands->file_b.type));
		ret = -EINVAL;
	}
	return ret;
}

int gemm_operands_prepare(struct qmac_context *context, const struct gemm_options *options,
			  struct gemm_operands *operands)
{
	int ret = 0;

	*operands = (struct gemm_operands){
		.desc = {
			.m = options->m,
			.n = options->n,
			.k = options->k,
			.a_transposed = options->a_transposed,
			.b_transposed = options->b_transposed,
		},
	};
	if (options->a)
		ret = load_files(options, operands);
	if (ret)
		return ret;
	operands->is_float = options->a && operands->file_a.type == NPY_F32;
	if (operands->is_float)
		return gemm_operands_from_floats(context, options, operands);
	ret = options->a ? gemm_operands_from_integers(options, operands)
			 : gemm_operands_random(options, operands);
	return ret ? ret : gemm_operands_requantize(options, operands);
}

void gemm_operands_release(struct gemm_operands *operands)
{
	/* Integer operands are the files' own data. */
	if (operands->a != operands->file_a.data)
		free(operands->a);
	if (operands->b != operands->file_b.data)
		free(operands->b);
	free(operands->bias);
	free(operands->b_zeros);
	free(operands->scale);
	free(operands->exact);
	npy_free(&operands->file_a);
	npy_free(&operands->file_b);
	npy_free(&operands->file_bias);
	qmac_quant_params_release(&operands->a_params);
	qmac_quant_params_release(&operands->b_params);
	qmac_quant_params_release(&operands->c_params);
}
