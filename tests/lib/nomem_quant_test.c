// SPDX-License-Identifier: MIT
/* Quantization when memory runs out. */
#include <string.h>

#include <qmac/qmac.h>

#include "nomem.h"
#include "tap.h"

#define COUNT 60

static struct qmac_context *context;
static float x[COUNT];

static const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8 };
static const struct qmac_granularity blocks = { { 3, 20, 1 }, 7, true };

static int run_params(void)
{
	struct qmac_quant_params params;
	int error = qmac_quant_params_init(context, &params, QMAC_TYPE_S8, 5);

	if (!error)
		qmac_quant_params_release(&params);
	return error;
}

static int run_minmax(void)
{
	const struct qmac_extent extent = { 3, 5, 4 };
	struct qmac_quant_params params;
	int error = qmac_quant_minmax(context, &spec, x, &extent, QMAC_NAN_ERROR, &params);

	if (!error)
		qmac_quant_params_release(&params);
	return error;
}

static int run_group(void)
{
	struct qmac_quant_params params;
	int8_t q[COUNT];
	int error = qmac_group_minmax(context, &spec, x, &blocks, QMAC_NAN_ERROR, &params);

	if (error)
		return error;
	error = qmac_group_quantize(context, &params, &blocks, x, q, NULL);
	qmac_quant_params_release(&params);
	return error;
}

static int run_kmeans(void)
{
	static const uint8_t methods[] = { QMAC_KMEANS_OPTIMAL, QMAC_KMEANS_LLOYD };
	struct qmac_codebook book;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		const struct qmac_kmeans_options options = { .method = methods[i],
							     .keep_zero = true };
		int error = qmac_codebook_kmeans(context, x, COUNT, 5, &options, &book);

		if (error)
			return error;
	}
	return 0;
}

static int run_codebooks(void)
{
	static struct qmac_codebook books[9];
	static uint8_t codes[COUNT];
	static float back[COUNT];
	int error = qmac_codebooks_kmeans(context, x, &blocks, 4, NULL, books);

	if (!error)
		error = qmac_codebooks_encode(context, books, &blocks, x, QMAC_NAN_ERROR, codes);
	if (!error)
		error = qmac_codebooks_decode(context, books, &blocks, codes, back);
	if (!error)
		error = qmac_codebooks_log2(context, x, &blocks, 4, QMAC_NAN_ERROR, books);
	return error;
}

int main(void)
{
	size_t i;

	if (qmac_context_create(&context))
		return 1;
	for (i = 0; i < COUNT; i++)
		x[i] = (float)((int)(i * 7 % 31) - 15);
	nomem_try(context, "parameters", run_params);
	nomem_try(context, "parameters from elements", run_minmax);
	nomem_try(context, "blocks", run_group);
	nomem_try(context, "codebooks", run_kmeans);
	nomem_try(context, "codebooks of blocks", run_codebooks);
	qmac_context_destroy(context);
	return tap_done();
}
