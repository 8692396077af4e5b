// SPDX-License-Identifier: MIT
/* Blocks of ggml: the bytes, and what they say in terms of scale and zero point. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "quantize_tensor.h"

#define BLOCK QMAC_GGML_BLOCK

static int check_rows(const struct quantize_tensor_options *options, const struct npy_array *x)
{
	size_t row = x->ndim ? x->shape[x->ndim - 1] : 1;

	if (row % BLOCK == 0)
		return 0;
	fprintf(stderr,
		"qmac quantize: %s: rows of %zu: %s has blocks of %d: pad the last axis to %zu\n",
		options->input, row, quantize_ggml_name(options->ggml), BLOCK,
		(row + BLOCK - 1) / BLOCK * BLOCK);
	return -EPROTO;
}

/* Scale and codes of a block. */
static void take_block(const struct quantize_tensor_options *options,
		       struct quantize_tensor *tensor, size_t block, size_t bytes)
{
	const uint8_t *from = (const uint8_t *)tensor->blocks + block * bytes;
	uint8_t *codes = (uint8_t *)tensor->codes + block * BLOCK;
	uint16_t half = (uint16_t)(from[0] | from[1] << 8);

	qmac_f16_widen(&half, 1, &tensor->params.scale[block]);
	tensor->params.zero_point[block] = options->ggml == QMAC_GGML_Q4_0 ? 8 : 0;
	for (size_t j = 0; j < BLOCK; j++) {
		if (options->ggml == QMAC_GGML_Q8_0)
			codes[j] = from[2 + j];
		else
			codes[j] = j < BLOCK / 2 ? from[2 + j] & 15 : from[2 + j - BLOCK / 2] >> 4;
	}
}

int quantize_tensor_ggml(struct qmac_context *context,
			 const struct quantize_tensor_options *options,
			 struct quantize_tensor *tensor)
{
	size_t count = tensor->x.count;
	int ret = check_rows(options, &tensor->x);

	if (ret)
		return ret;
	tensor->block_bytes = qmac_ggml_bytes(options->ggml, count);
	tensor->blocks = malloc(tensor->block_bytes);
	if (!tensor->blocks)
		return -ENOMEM;
	ret = qmac_quant_params_init(context, &tensor->params, options->type, tensor->scales);
	if (!ret)
		ret = qmac_ggml_quantize(context, options->ggml, tensor->x.data, count,
					 tensor->blocks);
	if (!ret)
		ret = qmac_ggml_dequantize(context, options->ggml, tensor->blocks, count,
					   tensor->back);
	for (size_t i = 0; !ret && i < tensor->scales; i++)
		take_block(options, tensor, i, tensor->block_bytes / tensor->scales);
	return ret;
}
