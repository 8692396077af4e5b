// SPDX-License-Identifier: MIT
/* Improving weights, one tensor at a time, when memory runs out: weights and bias stay. */
#include <string.h>

#include <qmac/qmac.h>

#include "nomem.h"
#include "tap.h"

#define ROWS 20
#define K    12
#define N    5

static struct qmac_context *context;
static float x[ROWS * K], w[N * K], v[N * K];
static struct qmac_moments moments;

static int run_moments(void)
{
	struct qmac_moments made;
	int error = qmac_moments_init(context, &made, K);

	if (error)
		return error;
	error = qmac_moments_update(context, &made, x, ROWS);
	qmac_moments_release(&made);
	return error;
}

static int run_round(void)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S4 };
	const struct qmac_granularity rows = { { 1, N, K }, 1, false };
	struct qmac_adaptive_report report;
	struct qmac_quant_params params;
	int8_t q[N * K];
	int error;

	nomem_pause(true);
	if (qmac_group_minmax(context, &spec, w, &rows, QMAC_NAN_ERROR, &params))
		return -1;
	nomem_pause(false);
	error = qmac_round_adaptive(context, &params, &rows, &moments, w, N, 3, q, &report);
	qmac_quant_params_release(&params);
	return error;
}

static int run_gptq(void)
{
	const struct qmac_gptq_options options = { .spec = { .type = QMAC_TYPE_S4 },
						   .group = 4,
						   .by_activity = true };
	struct qmac_quant_params params;
	int8_t q[N * K];
	int error = qmac_gptq(context, &options, &moments, w, N, &params, q);

	if (!error)
		qmac_quant_params_release(&params);
	return error;
}

static int run_bias(void)
{
	float bias[N] = { 1, 2, 3, 4, 5 };
	const float before[N] = { 1, 2, 3, 4, 5 };
	int error = qmac_correct_bias(context, &moments, w, v, N, bias);

	return error && memcmp(bias, before, sizeof(bias)) ? -1 : error;
}

static int run_mask(void)
{
	const struct qmac_prune_options options = { .sparsity = .5 };
	uint8_t mask[N * K];
	size_t pruned;

	return qmac_prune_mask(context, &options, w, N * K, mask, &pruned);
}

int main(void)
{
	size_t i;

	if (qmac_context_create(&context) || qmac_moments_init(context, &moments, K))
		return 1;
	for (i = 0; i < ROWS * K; i++)
		x[i] = (float)((int)(i * 67 % 311) - 155) / 100;
	for (i = 0; i < N * K; i++) {
		w[i] = (float)((int)(i * 29 % 101) - 50) / 60;
		v[i] = w[i] + (float)((int)(i % 3) - 1) / 50;
	}
	if (qmac_moments_update(context, &moments, x, ROWS))
		return 1;
	nomem_try(context, "moments", run_moments);
	nomem_try(context, "adaptive rounding", run_round);
	nomem_try(context, "GPTQ", run_gptq);
	nomem_try(context, "bias correction", run_bias);
	nomem_try(context, "pruning", run_mask);
	qmac_moments_release(&moments);
	qmac_context_destroy(context);
	return tap_done();
}
