// SPDX-License-Identifier: MIT
/* float32 operands: A asymmetric with one scale, B symmetric with a scale per column. */
#include "gemm_operands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int quantize(struct qmac_context *context, enum qmac_scheme scheme,
		    const struct npy_array *file, const struct qmac_extent *extent,
		    struct qmac_quant_params *params, void **out)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8, .scheme = (uint8_t)scheme };
	int ret = qmac_quant_minmax(context, &spec, file->data, extent, QMAC_NAN_ERROR, params);

	if (ret)
		return ret;
	*out = malloc(file->count);
	if (!*out)
		return -ENOMEM;
	return qmac_quantize(context, params, extent, file->data, *out, NULL);
}

static int quantize_operands(struct qmac_context *context, const struct gemm_options *options,
			     struct gemm_operands *operands)
{
	const struct qmac_gemm_desc *desc = &operands->desc;
	const struct qmac_extent whole = { 1, 1, operands->file_a.count };
	const struct qmac_extent columns = { options->b_transposed ? 1 : desc->k, desc->n,
					     options->b_transposed ? desc->k : 1 };
	const char *at = options->a;
	int ret = quantize(context, QMAC_SCHEME_ASYMMETRIC, &operands->file_a, &whole,
			   &operands->a_params, &operands->a);

	if (!ret) {
		at = options->b;
		ret = quantize(context, QMAC_SCHEME_SYMMETRIC, &operands->file_b, &columns,
			       &operands->b_params, &operands->b);
	}
	if (!ret && options->bias) {
		at = options->bias;
		operands->bias = malloc(desc->n * sizeof(*operands->bias));
		ret = operands->bias ? qmac_quantize_bias(context, operands->file_bias.data,
							  desc->n, operands->a_params.scale[0],
							  operands->b_params.scale, desc->n,
							  operands->bias)
				     : -ENOMEM;
	}
	if (ret)
		fprintf(stderr, "qmac gemm: %s: %s\n", at,
			ret == -ENOMEM ? "no memory" : qmac_context_message(context));
	return ret;
}

/* The float product, sums in double: what the error is measured against. */
static int multiply_exactly(struct gemm_operands *operands)
{
	const struct qmac_gemm_desc *desc = &operands->desc;
	const float *a = operands->file_a.data, *b = operands->file_b.data;
	const float *bias = operands->file_bias.data;
	double *row = malloc(desc->n * sizeof(*row));

	operands->exact = malloc((size_t)desc->m * desc->n * sizeof(float));
	if (!operands->exact || !row) {
		free(row);
		return -ENOMEM;
	}
	for (size_t i = 0; i < desc->m; i++) {
		for (size_t j = 0; j < desc->n; j++)
			row[j] = bias ? bias[j] : 0;
		for (size_t k = 0; k < desc->k; k++) {
			double x = desc->a_transposed ? a[k * desc->m + i] : a[i * desc->k + k];

			for (size_t j = 0; j < desc->n; j++)
				row[j] += x * (desc->b_transposed ? b[j * desc->k + k]
								  : b[k * desc->n + j]);
		}
		for (size_t j = 0; j < desc->n; j++)
			operands->exact[i * desc->n + j] = (float)row[j];
	}
	free(row);
	return 0;
}

/* With --mode: the result's own quantization, from the range of the float product. */
static int choose_result(struct qmac_context *context, const struct gemm_options *options,
			 struct gemm_operands *operands)
{
	struct qmac_gemm_desc *desc = &operands->desc;
	const struct qmac_quant_spec spec = { .type = options->out_type,
					      .scheme = QMAC_SCHEME_ASYMMETRIC };
	const struct qmac_extent whole = { 1, 1, (size_t)desc->m * desc->n };
	int ret = qmac_quant_minmax(context, &spec, operands->exact, &whole, QMAC_NAN_ERROR,
				    &operands->c_params);

	if (ret) {
		fprintf(stderr, "qmac gemm: result: %s\n", qmac_context_message(context));
		return ret;
	}
	operands->scale = malloc(desc->n * sizeof(*operands->scale));
	if (!operands->scale)
		return -ENOMEM;
	for (size_t j = 0; j < desc->n; j++)
		operands->scale[j] =
			qmac_real_scale(options->preset, operands->a_params.scale[0],
					operands->b_params.scale[j], operands->c_params.scale[0]);
	desc->preset = (uint8_t)options->preset;
	desc->c_type = options->out_type;
	desc->c_zero = operands->c_params.zero_point[0];
	desc->scale = operands->scale;
	desc->scale_count = desc->n;
	return 0;
}

static int refuse_integer_options(const struct gemm_options *options)
{
	if (!options->has_scale && !options->scales && !options->raw && !options->has_clamp &&
	    !options->a_zero && !options->b_zero && !options->b_zeros && !options->out_zero)
		return 0;
	fprintf(stderr, "qmac gemm: --scale, --raw, --clamp and zero points are for integer "
			"operands; those of float32 files follow from the data\n");
	return -EINVAL;
}

int gemm_operands_from_floats(struct qmac_context *context, const struct gemm_options *options,
			      struct gemm_operands *operands)
{
	struct qmac_gemm_desc *desc = &operands->desc;
	int ret = refuse_integer_options(options);

	if (!ret && options->bias && operands->file_bias.type != NPY_F32) {
		fprintf(stderr, "qmac gemm: %s is %s; float32 operands take a float32 bias\n",
			options->bias, npy_type_name(operands->file_bias.type));
		ret = -EINVAL;
	}
	if (!ret)
		ret = quantize_operands(context, options, operands);
	if (!ret)
		ret = multiply_exactly(operands);
	if (ret)
		return ret;
	desc->a_type = QMAC_TYPE_S8;
	desc->b_type = QMAC_TYPE_S8;
	desc->a_zero = operands->a_params.zero_point[0];
	desc->bias = operands->bias;
	if (options->has_preset)
		return choose_result(context, options, operands);
	desc->preset = QMAC_PRESET_RAW;
	desc->c_type = QMAC_TYPE_S32;
	return 0;
}
