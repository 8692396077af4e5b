// SPDX-License-Identifier: MIT
/* Integers back to float. */
#include <qmac/group.h>

#include <errno.h>

#include "context.h"
#include "quant/entries.h"
#include "quant/exact.h"
#include "quant/params.h"
#include "quant/tile.h"
#include "quant/walk.h"
#include "simd/choice.h"

/* One call. */
struct work {
	const struct qmac_quant_params *params;
	const struct simd_kernels *kernels;
	struct simd_codes codes;
	const uint8_t *q;
	float *x;
};

static void dequantize_tile(struct work *work, const struct tile *tile)
{
	struct simd_codes *codes = &work->codes;
	struct entries entries;
	size_t column = 0, row;
	struct strip strip;

	while (strip_next(tile, &column, &strip)) {
		codes_strip(codes, &entries, work->params, NULL, tile, &strip);
		for (row = 0; row < strip.rows; row++) {
			size_t first = strip.first + row * strip.pitch;

			work->kernels->dequantize(codes, work->q + first * codes->bytes,
						  work->x + first, strip.count);
		}
	}
}

static EXACT void dequantize(struct work *work, const struct qmac_granularity *granularity)
{
	struct tiles tiles;
	struct tile tile;

	tiles_start(&tiles, granularity, work->params->channels == 1);
	while (tiles_next(&tiles, &tile))
		dequantize_tile(work, &tile);
}

int qmac_group_dequantize(struct qmac_context *context, const struct qmac_quant_params *params,
			  const struct qmac_granularity *granularity, const void *q, float *x)
{
	int error = qmac_walk_check(context, granularity);
	struct work work = { .params = params, .q = q, .x = x };
	fenv_t saved;

	if (!error)
		error = qmac_quant_params_check(context, params,
						qmac_granularity_count(granularity));
	if (error)
		return error;
	work.kernels = qmac_context_simd(context)->kernels;
	codes_init(&work.codes, params, NULL);
	work.codes.stream = simd_streams(qmac_context_simd(context),
					 qmac_walk_elements(granularity), work.codes.bytes);
	exact_enter(&saved);
	dequantize(&work, granularity);
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
