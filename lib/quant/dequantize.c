// SPDX-License-Identifier: MIT
/* Integers back to float. */
#include <qmac/group.h>

#include <errno.h>

#include <qmac/type.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"
#include "quant/walk.h"

static void dequantize_run(uint8_t type, float scale, int32_t zero_point, const void *q, float *x,
			   size_t count)
{
	const uint16_t *wide = q;
	const uint8_t *narrow = q;
	size_t i;

	if (type == QMAC_TYPE_S16) {
		for (i = 0; i < count; i++)
			x[i] = scale * (float)((int16_t)wide[i] - zero_point);
	} else if (type == QMAC_TYPE_U16) {
		for (i = 0; i < count; i++)
			x[i] = scale * (float)(wide[i] - zero_point);
	} else if (qmac_type_is_signed(type)) {
		for (i = 0; i < count; i++)
			x[i] = scale * (float)((int8_t)narrow[i] - zero_point);
	} else {
		for (i = 0; i < count; i++)
			x[i] = scale * (float)(narrow[i] - zero_point);
	}
}

static EXACT void dequantize(const struct qmac_quant_params *params,
			     const struct qmac_granularity *granularity, const uint8_t *q, float *x)
{
	unsigned int bytes = qmac_type_bytes(params->type);
	struct walk walk;
	struct run run;

	qmac_walk_start(&walk, granularity, params->channels == 1);
	while (qmac_walk_next(&walk, &run))
		dequantize_run(params->type, params->scale[run.param],
			       params->zero_point[run.param], q + run.first * bytes, x + run.first,
			       run.length);
}

int qmac_group_dequantize(struct qmac_context *context, const struct qmac_quant_params *params,
			  const struct qmac_granularity *granularity, const void *q, float *x)
{
	int error = qmac_walk_check(context, granularity);
	fenv_t saved;

	if (!error)
		error = qmac_quant_params_check(context, params,
						qmac_granularity_count(granularity));
	if (error)
		return error;
	exact_enter(&saved);
	dequantize(params, granularity, q, x);
	exact_leave(&saved);
	return 0;
}

int qmac_dequantize(struct qmac_context *context, const struct qmac_quant_params *params,
		    const struct qmac_extent *extent, const void *q, float *x)
{
	const struct qmac_granularity channels = qmac_walk_channels(extent);

	return qmac_group_dequantize(context, params, &channels, q, x);
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
