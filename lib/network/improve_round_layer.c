// SPDX-License-Identifier: MIT
#include "network/improve_round.h"

#include <math.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"

static size_t rows_of(const struct rounding *rounding)
{
	return rounding->layer->groups * rounding->layer->outputs;
}

static size_t count_of(const struct rounding *rounding)
{
	return rows_of(rounding) * rounding->layer->inputs;
}

/* [rows, inputs] with a scale for all, or one per row. */
static int granularity_of(const struct rounding *rounding, size_t rows,
			  struct qmac_granularity *out)
{
	const size_t dims[] = { rows, rounding->layer->inputs };

	return qmac_granularity_of(
		rounding->context, dims, 2,
		rounding->params.channels == 1 ? QMAC_GRAIN_TENSOR : QMAC_GRAIN_CHANNEL, 0, 1, out);
}

/* The type and codes that the layer's bits have in what-if runs. */
static struct qmac_quant_spec spec_of(const struct rounding *rounding)
{
	unsigned int bits = rounding->options->widths.weight_bits;

	return (struct qmac_quant_spec){
		.type = bits > 8 ? QMAC_TYPE_S16 : QMAC_TYPE_S8,
		.bits = (uint8_t)bits,
	};
}

static int choose(struct rounding *rounding)
{
	const struct qmac_quant_spec spec = spec_of(rounding);
	const size_t dims[] = { rows_of(rounding), rounding->layer->inputs };
	struct qmac_granularity whole;
	int error = qmac_granularity_of(rounding->context, dims, 2,
					rounding->options->widths.per_channel ? QMAC_GRAIN_CHANNEL
									      : QMAC_GRAIN_TENSOR,
					0, 1, &whole);

	return error ? error
		     : qmac_group_minmax(rounding->context, &spec, rounding->w, &whole,
					 QMAC_NAN_ERROR, &rounding->params);
}

static int nearest(struct rounding *rounding)
{
	struct qmac_granularity whole;
	int error = granularity_of(rounding, rows_of(rounding), &whole);

	if (!error)
		error = qmac_group_quantize(rounding->context, &rounding->params, &whole,
					    rounding->w, rounding->q, NULL);
	if (!error)
		error = qmac_group_dequantize(rounding->context, &rounding->params, &whole,
					      rounding->q, rounding->nearest);
	if (!error)
		memcpy(rounding->v, rounding->nearest, count_of(rounding) * sizeof(float));
	return error;
}

/* The parameters of the rows of a group. */
static struct qmac_quant_params params_of(const struct rounding *rounding, size_t group)
{
	struct qmac_quant_params params = rounding->params;
	size_t first = group * rounding->layer->outputs;

	if (params.channels > 1) {
		params.channels = rounding->layer->outputs;
		params.scale += first;
		params.zero_point += first;
	}
	return params;
}

static int adaptive(struct rounding *rounding, size_t group)
{
	const struct qmac_quant_params params = params_of(rounding, group);
	size_t outputs = rounding->layer->outputs;
	size_t first = group * outputs * rounding->layer->inputs;
	struct qmac_granularity granularity;
	int error = granularity_of(rounding, outputs, &granularity);

	if (!error)
		error = qmac_round_adaptive(rounding->context, &params, &granularity,
					    &rounding->moments[group], rounding->w + first, outputs,
					    rounding->options->passes, rounding->q, NULL);
	if (!error)
		error = qmac_group_dequantize(rounding->context, &params, &granularity, rounding->q,
					      rounding->v + first);
	return error;
}

/* All rows of a problem of one group. */
static int gptq_rows(struct rounding *rounding)
{
	const struct qmac_network_round_options *options = rounding->options;
	const size_t dims[] = { rounding->layer->outputs, rounding->layer->inputs };
	const struct qmac_gptq_options how = {
		.spec = spec_of(rounding),
		.group = options->group,
		.damping = options->damping,
		.by_activity = options->by_activity,
		.keep_zeros = true,
	};
	struct qmac_granularity blocks;
	struct qmac_quant_params params;
	int error = qmac_granularity_of(rounding->context, dims, 2, QMAC_GRAIN_BLOCK, 1,
					options->group ? options->group : dims[1], &blocks);

	if (!error)
		error = qmac_gptq(rounding->context, &how, rounding->moments, rounding->w, dims[0],
				  &params, rounding->q);
	if (error)
		return error;
	error = qmac_group_dequantize(rounding->context, &params, &blocks, rounding->q,
				      rounding->v);
	if (!error && options->group)
		improve_round_keep_blocks(rounding, &params);
	qmac_quant_params_release(&params);
	return error;
}

static int gptq(struct rounding *rounding, size_t group)
{
	size_t first = group * rounding->layer->outputs * rounding->layer->inputs;
	struct improve_layer layer = *rounding->layer;
	struct rounding part = *rounding;

	layer.groups = 1;
	part.layer = &layer;
	part.moments = &rounding->moments[group];
	part.w += first;
	part.v += first;
	if (part.options->group && layer.inputs != layer.channels)
		return improve_round_in_blocks(&part, gptq_rows);
	return gptq_rows(&part);
}

/* GPTQ does not look back: a row may end up worse than rounded to nearest. */
static void keep_better_rows(struct rounding *rounding)
{
	const size_t k = rounding->layer->inputs;
	size_t row;

	for (row = 0; row < rows_of(rounding); row++) {
		const struct qmac_moments *moments =
			&rounding->moments[row / rounding->layer->outputs];
		const float *w = rounding->w + row * k, *nearest = rounding->nearest + row * k;
		float *v = rounding->v + row * k;

		if (qmac_rounding_error(moments, w, nearest, 1) <
		    qmac_rounding_error(moments, w, v, 1))
			memcpy(v, nearest, k * sizeof(*v));
	}
}

int improve_round_layer(struct rounding *rounding)
{
	size_t group;
	int error = choose(rounding);

	if (!error)
		error = nearest(rounding);
	if (error || !rounding->moments || rounding->options->method == QMAC_NETWORK_NEAREST)
		return error;
	for (group = 0; !error && group < rounding->layer->groups; group++)
		error = rounding->options->method == QMAC_NETWORK_GPTQ ? gptq(rounding, group)
								       : adaptive(rounding, group);
	if (error)
		return error;
	if (rounding->options->group)
		return 0;
	keep_better_rows(rounding);
	improve_round_keep_scales(rounding);
	return 0;
}
