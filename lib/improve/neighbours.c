// SPDX-License-Identifier: MIT
#include "improve/neighbours.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <qmac/type.h>

#include "context.h"
#include "quant/exact.h"
#include "quant/params.h"
#include "quant/walk.h"

static int32_t code_at(const uint8_t *q, uint8_t type, size_t i)
{
	const uint16_t *wide = (const void *)q;

	if (qmac_type_bytes(type) == 2)
		return type == QMAC_TYPE_S16 ? (int16_t)wide[i] : wide[i];
	return qmac_type_is_signed(type) ? (int8_t)q[i] : q[i];
}

/* The code on the other side of @w, if there is one. */
static float other(const struct qmac_quant_params *params, size_t param, int32_t code, float w,
		   float near)
{
	int32_t next = code + (w > near) - (w < near);

	if (next < params->q_min || next > params->q_max)
		return near;
	return params->scale[param] * (float)(next - params->zero_point[param]);
}

static EXACT void find(const struct qmac_quant_params *params,
		       const struct qmac_granularity *granularity, const float *w,
		       struct neighbours *out)
{
	struct walk walk;
	struct run run;
	size_t i;

	qmac_walk_start(&walk, granularity, params->channels == 1);
	while (qmac_walk_next(&walk, &run)) {
		for (i = run.first; i < run.first + run.length; i++)
			out->far[i] = other(params, run.param, code_at(out->q, params->type, i),
					    w[i], out->near[i]);
	}
}

static int check_near(struct qmac_context *context, const struct neighbours *found)
{
	size_t i;

	for (i = 0; i < found->count; i++) {
		if (!isfinite(found->near[i]))
			return qmac_fail(context, -EDOM,
					 "the code of weight %zu stands for a number beyond fp32: "
					 "choose a smaller scale",
					 i);
		if (!isfinite(found->far[i]))
			found->far[i] = found->near[i];
	}
	return 0;
}

static int fill(struct qmac_context *context, const struct qmac_quant_params *params,
		const struct qmac_granularity *granularity, const float *w, struct neighbours *out)
{
	int error = qmac_group_quantize(context, params, granularity, w, out->q, NULL);
	fenv_t saved;

	if (!error)
		error = qmac_group_dequantize(context, params, granularity, out->q, out->near);
	if (error)
		return error;
	exact_enter(&saved);
	find(params, granularity, w, out);
	exact_leave(&saved);
	return check_near(context, out);
}

int qmac_neighbours_make(struct qmac_context *context, const struct qmac_quant_params *params,
			 const struct qmac_granularity *granularity, const float *w, size_t count,
			 struct neighbours *out)
{
	*out = (struct neighbours){ .count = count };
	out->q = calloc(count, sizeof(uint16_t));
	out->near = calloc(count, sizeof(*out->near));
	out->far = calloc(count, sizeof(*out->far));
	if (!out->q || !out->near || !out->far)
		return qmac_fail_nomem(context, "the codes next to the weights");
	return fill(context, params, granularity, w, out);
}

/* Containers hold codes modulo their width, so that a step is the same for all types. */
void qmac_neighbours_swap(struct neighbours *neighbours, const struct qmac_quant_params *params,
			  size_t i)
{
	int step = neighbours->far[i] > neighbours->near[i] ? 1 : -1;
	uint16_t *wide = (void *)neighbours->q;

	if (qmac_type_bytes(params->type) == 2)
		wide[i] = (uint16_t)(wide[i] + step);
	else
		neighbours->q[i] = (uint8_t)(neighbours->q[i] + step);
}

void qmac_neighbours_free(struct neighbours *neighbours)
{
	free(neighbours->q);
	free(neighbours->near);
	free(neighbours->far);
}
