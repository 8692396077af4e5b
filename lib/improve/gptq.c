// SPDX-License-Identifier: MIT
/* GPTQ: what it is told, and the order of its columns. */
#include "improve/gptq.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/type.h>

#include "context.h"
#include "improve/finite.h"
#include "improve/ldl.h"
#include "improve/order.h"
#include "quant/exact.h"
#include "quant/params.h"

/* Where scales do not ask for more. */
#define STRETCH 32

static int allocate(struct gptq *gptq, size_t n)
{
	size_t bytes = qmac_type_bytes(gptq->spec.type);

	gptq->q = calloc(n * gptq->k, bytes);
	gptq->d = calloc(gptq->k * LANES, sizeof(*gptq->d));
	gptq->sum = calloc(gptq->stretch * LANES, sizeof(*gptq->sum));
	if (gptq->q && gptq->d && gptq->sum)
		return 0;
	return qmac_fail_nomem(gptq->context, "the weights at work");
}

static int prepare(struct gptq *gptq, const struct qmac_gptq_options *options,
		   const struct qmac_moments *moments, size_t n)
{
	const struct qmac_granularity blocks = {
		.extent = { n, gptq->k, 1 },
		.group = gptq->group,
		.blocks = true,
	};
	int error = qmac_group_minmax(gptq->context, &gptq->spec, gptq->w, &blocks, QMAC_NAN_ERROR,
				      &gptq->params);

	if (!error)
		error = allocate(gptq, n);
	if (!error && options->by_activity) {
		gptq->order = qmac_order_by_activity(gptq->context, moments);
		error = gptq->order ? 0 : -ENOMEM;
	}
	if (!error)
		error = qmac_ldl_make(gptq->context, moments, options->damping, gptq->order,
				      &gptq->factor);
	return error;
}

static EXACT int run(struct gptq *gptq, size_t n)
{
	size_t row;
	int error = 0;

	for (row = 0; row < n && !error; row += LANES)
		error = qmac_gptq_rows(gptq, row, n - row < LANES ? n - row : LANES);
	return error;
}

static void release(struct gptq *gptq)
{
	qmac_quant_params_release(&gptq->params);
	free(gptq->order);
	free(gptq->factor);
	free(gptq->q);
	free(gptq->d);
	free(gptq->sum);
}

static int check(struct qmac_context *context, const struct qmac_gptq_options *options,
		 const struct qmac_moments *moments, const float *w, size_t n)
{
	if (!n || n > SIZE_MAX / sizeof(double) / moments->k)
		return qmac_fail(context, -EINVAL,
				 "weights of %zu output channels of %zu inputs: use 1 or more, and "
				 "what fits into memory",
				 n, moments->k);
	if (!isfinite(options->damping) || signbit(options->damping))
		return qmac_fail(context, -EINVAL,
				 "damping %g: use 0.01, another positive share, or 0 for it",
				 options->damping);
	return qmac_finite_check(context, "weight", w, n * moments->k);
}

int qmac_gptq(struct qmac_context *context, const struct qmac_gptq_options *options,
	      const struct qmac_moments *moments, const float *w, size_t n,
	      struct qmac_quant_params *params, void *q)
{
	static const struct qmac_gptq_options defaults;
	struct gptq gptq = { .context = context, .k = moments->k, .w = w };
	fenv_t saved;
	int error;

	if (!options)
		options = &defaults;
	error = check(context, options, moments, w, n);
	if (error)
		return error;
	gptq.spec = options->spec;
	gptq.spec.type = options->spec.type ? options->spec.type : QMAC_TYPE_S4;
	gptq.group = options->group && options->group < gptq.k ? options->group : gptq.k;
	gptq.stretch = options->by_activity ? STRETCH : gptq.group;
	gptq.keep_zeros = options->keep_zeros;
	error = prepare(&gptq, options, moments, n);
	if (!error) {
		exact_enter(&saved);
		error = run(&gptq, n);
		exact_leave(&saved);
	}
	if (!error) {
		memcpy(q, gptq.q, n * gptq.k * qmac_type_bytes(gptq.spec.type));
		*params = gptq.params;
		gptq.params = (struct qmac_quant_params){ 0 };
	}
	release(&gptq);
	return error;
}
