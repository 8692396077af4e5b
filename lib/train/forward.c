// SPDX-License-Identifier: MIT
/* Fake quantization: through codes and back. */
#include <qmac/train.h>

#include "quant/exact.h"
#include "quant/walk.h"
#include "train/channel.h"

/* Clamped before it is rounded: n and p are integers, so the order does not matter. */
static void fake_run(const struct channel *channel, const float *x, float *y, size_t count)
{
	const struct channel in = *channel;
	size_t i;

	for (i = 0; i < count; i++) {
		float v = x[i] / in.scale;

		v = v < in.lo ? in.lo : v;
		v = v > in.hi ? in.hi : v;
		y[i] = in.scale * to_nearest(v);
	}
}

static EXACT void fake(const struct qmac_quant_params *params,
		       const struct qmac_granularity *granularity, const float *x, float *y)
{
	struct walk walk;
	struct run run;

	qmac_walk_start(&walk, granularity, params->channels == 1);
	while (qmac_walk_next(&walk, &run)) {
		const struct channel channel = channel_of(params, run.param);

		fake_run(&channel, x + run.first, y + run.first, run.length);
	}
}

int qmac_fake_quantize(struct qmac_context *context, const struct qmac_quant_params *params,
		       const struct qmac_granularity *granularity, const float *x, float *y)
{
	int error = train_check(context, params, granularity, x);
	fenv_t saved;

	if (error)
		return error;
	exact_enter(&saved);
	fake(params, granularity, x, y);
	exact_leave(&saved);
	return 0;
}
