// SPDX-License-Identifier: MIT
/* Codes that are indices into a table, and codes of one bit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "quantize_tensor.h"

/* The best levels, where there are not too many distinct numbers to find them. */
static int kmeans(struct qmac_context *context, const struct quantize_tensor_options *options,
		  struct quantize_tensor *tensor)
{
	struct qmac_kmeans_options how = { .nan = options->nan };
	unsigned int levels = 1u << options->bits;
	int ret = qmac_codebooks_kmeans(context, tensor->x.data, &tensor->granularity, levels, &how,
					tensor->books);

	if (ret != -E2BIG)
		return ret;
	how.method = QMAC_KMEANS_LLOYD;
	return qmac_codebooks_kmeans(context, tensor->x.data, &tensor->granularity, levels, &how,
				     tensor->books);
}

int quantize_tensor_codebook(struct qmac_context *context,
			     const struct quantize_tensor_options *options,
			     struct quantize_tensor *tensor)
{
	int ret;

	tensor->book_count = tensor->scales;
	tensor->scales = 0;
	tensor->books = calloc(tensor->book_count, sizeof(*tensor->books));
	if (!tensor->books)
		return -ENOMEM;
	ret = options->scheme == QUANTIZE_KMEANS
		      ? kmeans(context, options, tensor)
		      : qmac_codebooks_log2(context, tensor->x.data, &tensor->granularity,
					    options->bits, options->nan, tensor->books);
	if (!ret)
		ret = qmac_codebooks_encode(context, tensor->books, &tensor->granularity,
					    tensor->x.data, options->nan, tensor->codes);
	if (!ret)
		ret = qmac_codebooks_decode(context, tensor->books, &tensor->granularity,
					    tensor->codes, tensor->back);
	return ret;
}

/* Rows of the library are numbers in sequence. */
static bool in_sequence(const struct qmac_granularity *granularity)
{
	const struct qmac_extent *extent = &granularity->extent;
	size_t lone = granularity->blocks ? extent->inner : extent->outer;

	return lone == 1 && (extent->channels % granularity->group == 0 ||
			     granularity->group >= extent->channels);
}

static int sign_rows(struct qmac_context *context, uint8_t nan, struct quantize_tensor *tensor,
		     uint64_t *words)
{
	size_t rows = tensor->scales, columns = tensor->x.count / rows;
	size_t stride = qmac_binary_words(columns);
	int ret = qmac_binary_quantize(context, tensor->x.data, rows, columns, nan, words,
				       tensor->params.scale);

	if (ret)
		return ret;
	for (size_t i = 0; i < rows; i++) {
		tensor->params.zero_point[i] = 0;
		ret = qmac_unpack(context, QMAC_TYPE_B1, words + i * stride, columns,
				  (int8_t *)tensor->codes + i * columns);
		if (ret)
			return ret;
	}
	qmac_binary_dequantize(words, rows, columns, tensor->params.scale, tensor->back);
	return 0;
}

int quantize_tensor_binary(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor)
{
	size_t rows = tensor->scales;
	uint64_t *words;
	int ret;

	if (!in_sequence(&tensor->granularity)) {
		fprintf(stderr,
			"qmac quantize: %s: a binary scale is of numbers in sequence: "
			"choose --axis 0, --per-row, or a --group that divides the last "
			"axis\n",
			options->input);
		return -EPROTO;
	}
	ret = qmac_quant_params_init(context, &tensor->params, QMAC_TYPE_S8, rows);
	if (ret)
		return ret;
	tensor->params.q_min = -1;
	tensor->params.q_max = 1;
	words = calloc(rows, qmac_binary_words(tensor->x.count / rows) * sizeof(*words));
	ret = words ? sign_rows(context, options->nan, tensor, words) : -ENOMEM;
	free(words);
	return ret;
}
