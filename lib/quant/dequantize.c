// SPDX-License-Identifier: MIT
/* Integers back to float. */
#include <qmac/quant.h>

#include <errno.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"

static EXACT void dequantize(const struct qmac_quant_params *params,
			     const struct qmac_extent *extent, const uint8_t *q, float *x)
{
	size_t block, i, c;

	for (block = 0; block < extent->outer * extent->channels; block++) {
		const uint8_t *from = q + block * extent->inner;
		float *to = x + block * extent->inner;
		int32_t zero_point;
		float scale;

		c = params->channels == 1 ? 0 : block % extent->channels;
		scale = params->scale[c];
		zero_point = params->zero_point[c];
		if (params->type == QMAC_TYPE_S8) {
			for (i = 0; i < extent->inner; i++)
				to[i] = scale * (float)((int8_t)from[i] - zero_point);
		} else {
			for (i = 0; i < extent->inner; i++)
				to[i] = scale * (float)(from[i] - zero_point);
		}
	}
}

int qmac_dequantize(struct qmac_context *context, const struct qmac_quant_params *params,
		    const struct qmac_extent *extent, const void *q, float *x)
{
	int error = qmac_quant_params_check(context, params, extent);
	struct qmac_extent flat = *extent;
	fenv_t saved;

	if (error)
		return error;
	if (params->channels == 1) /* one long row for the inner loop */
		flat = (struct qmac_extent){ 1, 1,
					     extent->outer * extent->channels * extent->inner };
	exact_enter(&saved);
	dequantize(params, &flat, q, x);
	exact_leave(&saved);
	return 0;
}

static EXACT void dequantize_acc(const int32_t *acc, size_t rows, size_t n, float a_scale,
				 const float *b_scale, size_t b_scale_count, float *x)
{
	size_t i, j;

	for (i = 0; i < rows; i++) {
		for (j = 0; j < n; j++) {
			double scale = (double)a_scale * b_scale[b_scale_count == 1 ? 0 : j];

			x[i * n + j] = (float)(scale * acc[i * n + j]);
		}
	}
}

int qmac_dequantize_acc(struct qmac_context *context, const int32_t *acc, size_t rows, size_t n,
			float a_scale, const float *b_scale, size_t b_scale_count, float *x)
{
	fenv_t saved;

	if (b_scale_count != 1 && b_scale_count != n)
		return qmac_fail(context, -EINVAL,
				 "%zu weight scales for %zu output channels: use 1 or %zu",
				 b_scale_count, n, n);
	exact_enter(&saved);
	dequantize_acc(acc, rows, n, a_scale, b_scale, b_scale_count, x);
	exact_leave(&saved);
	return 0;
}
