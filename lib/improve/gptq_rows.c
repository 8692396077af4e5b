// SPDX-License-Identifier: MIT
#include "improve/gptq.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"
#include "quant/exact.h"

/* Which element of the weights is number @i of the order in a row. */
static size_t element(const struct gptq *gptq, size_t row, size_t i)
{
	return row * gptq->k + (gptq->order ? gptq->order[i] : i);
}

static size_t param_of(const struct gptq *gptq, size_t row, size_t i)
{
	size_t groups = gptq->k / gptq->group + (gptq->k % gptq->group != 0);

	return row * groups + (gptq->order ? gptq->order[i] : i) / gptq->group;
}

static bool is_kept(const struct gptq *gptq, size_t at)
{
	return gptq->keep_zeros && gptq->w[at] == 0;
}

/* As qmac_quantize() does. */
static int32_t code_of(const struct gptq *gptq, size_t param, float x)
{
	const struct qmac_quant_params *params = &gptq->params;
	float lo = params->q_min - params->zero_point[param];
	float hi = params->q_max - params->zero_point[param];
	float y = x / params->scale[param];

	y = y < lo ? lo : y;
	y = y > hi ? hi : y;
	return (int32_t)lrintf(y) + params->zero_point[param];
}

static void store(struct gptq *gptq, size_t at, int32_t code)
{
	uint16_t *wide = (void *)gptq->q;

	if (qmac_type_bytes(gptq->params.type) == 2)
		wide[at] = (uint16_t)code;
	else
		gptq->q[at] = (uint8_t)code;
}

/* What number @i of the order adds to its rows, with the differences of its stretch so far. */
static void sum_at(struct gptq *gptq, size_t first, size_t i, double sum[LANES])
{
	memcpy(sum, gptq->sum + (i - first) * LANES, LANES * sizeof(*sum));
	qmac_lanes_sum(gptq->factor + i * gptq->k, gptq->d, first, i, sum);
}

static int choose(struct gptq *gptq, size_t row, size_t param, float lo, float hi)
{
	struct qmac_quant_params one = {
		.channels = 1,
		.scale = gptq->params.scale + param,
		.zero_point = gptq->params.zero_point + param,
	};
	int error = qmac_quant_choose(gptq->context, &gptq->spec, &lo, &hi, &one);

	if (error)
		return qmac_fail_more(gptq->context, error,
				      "group %zu (output channel %zu): ", param, row);
	gptq->params.q_min = one.q_min;
	gptq->params.q_max = one.q_max;
	gptq->params.zero_free = one.zero_free;
	return 0;
}

/*
 * The scales of a group. Its weights as updated by the columns before it are those
 * with which nothing more is lost: each difference undoes the sum that it meets.
 */
static int choose_scales(struct gptq *gptq, size_t row, size_t rows, size_t first, size_t last)
{
	float lo[LANES], hi[LANES];
	double sum[LANES];
	size_t i, r;
	int error = 0;

	for (i = first; i < last; i++) {
		sum_at(gptq, first, i, sum);
		for (r = 0; r < rows; r++) {
			size_t at = element(gptq, row + r, i);
			float x = is_kept(gptq, at) ? 0 : (float)((double)gptq->w[at] + sum[r]);

			gptq->d[i * LANES + r] = -sum[r];
			lo[r] = i == first || x < lo[r] ? x : lo[r];
			hi[r] = i == first || x > hi[r] ? x : hi[r];
		}
	}
	for (r = 0; r < rows && !error; r++)
		error = choose(gptq, row + r, param_of(gptq, row + r, first), lo[r], hi[r]);
	return error;
}

static int settle(struct gptq *gptq, size_t row, size_t r, size_t i, double sum)
{
	size_t at = element(gptq, row + r, i), param = param_of(gptq, row + r, i);
	const struct qmac_quant_params *params = &gptq->params;
	double w = (double)gptq->w[at];
	float goal = is_kept(gptq, at) ? 0 : (float)(w + sum), value;
	int32_t code;

	if (!isfinite(goal))
		return qmac_fail(gptq->context, -EDOM,
				 "weight %zu is updated to %g, beyond fp32: raise the damping", at,
				 w + sum);
	code = code_of(gptq, param, goal);
	value = params->scale[param] * (float)(code - params->zero_point[param]);
	if (!isfinite(value))
		return qmac_fail(gptq->context, -EDOM,
				 "the code of weight %zu stands for a number beyond fp32", at);
	store(gptq, at, code);
	gptq->d[i * LANES + r] = w - (double)value;
	return 0;
}

static int settle_stretch(struct gptq *gptq, size_t row, size_t rows, size_t first, size_t last)
{
	double sum[LANES];
	size_t i, r;
	int error = 0;

	memset(gptq->sum, 0, gptq->stretch * LANES * sizeof(*gptq->sum));
	for (i = first; i < last; i++)
		qmac_lanes_sum(gptq->factor + i * gptq->k, gptq->d, 0, first,
			       gptq->sum + (i - first) * LANES);
	if (!gptq->order)
		error = choose_scales(gptq, row, rows, first, last);
	for (i = first; i < last && !error; i++) {
		sum_at(gptq, first, i, sum);
		for (r = 0; r < rows && !error; r++)
			error = settle(gptq, row, r, i, sum[r]);
	}
	return error;
}

EXACT int qmac_gptq_rows(struct gptq *gptq, size_t row, size_t rows)
{
	size_t first, last;
	int error = 0;

	memset(gptq->d, 0, gptq->k * LANES * sizeof(*gptq->d));
	for (first = 0; first < gptq->k && !error; first = last) {
		last = gptq->k - first < gptq->stretch ? gptq->k : first + gptq->stretch;
		error = settle_stretch(gptq, row, rows, first, last);
	}
	return error;
}
