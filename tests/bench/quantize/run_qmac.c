// SPDX-License-Identifier: MIT
/* The operations with libqmac's public functions. */
#include <stdint.h>
#include <stdlib.h>

#include <qmac/qmac.h>

#include "rows.h"

static struct qmac_context *context;

void runner_qmac_use(struct qmac_context *use)
{
	context = use;
}

struct state {
	const struct work *work;
	struct qmac_quant_params params;
	struct qmac_granularity granularity; /* its extent is that of the others */
	struct qmac_calibration *calibration;
	float *bounds; /* least and greatest of the channels */
};

static bool in_blocks(const struct work *work)
{
	return work->operation == QUANTIZE_BLOCKS || work->operation == MINMAX_BLOCKS;
}

void work_shape(const struct work *work, size_t shape[2], int *axis)
{
	bool blocks = in_blocks(work);
	bool last = work->operation == QUANTIZE_LAST_AXIS || blocks;
	size_t channels = blocks ? LAST_AXIS_CHANNELS : work->channels;

	shape[last] = channels;
	shape[!last] = work->count / channels;
	*axis = last;
}

static void release(void *state)
{
	struct state *s = state;

	qmac_calibration_destroy(s->calibration);
	free(s->params.zero_point);
	free(s->bounds);
	free(s);
}

static void *prepare(const struct work *work)
{
	const bool wide = work->operation == QUANTIZE_16_BIT;
	struct state *s = calloc(1, sizeof(*s));
	size_t shape[2];
	int axis;

	if (!s)
		return NULL;
	work_shape(work, shape, &axis);
	s->work = work;
	s->params = (struct qmac_quant_params){
		.type = wide ? QMAC_TYPE_S16 : QMAC_TYPE_S8,
		.q_min = wide ? INT16_MIN : INT8_MIN,
		.q_max = wide ? INT16_MAX : INT8_MAX,
		.channels = work->channels,
		.scale = work->scales,
		.zero_point = calloc(work->channels, sizeof(int32_t)),
	};
	s->granularity.group = in_blocks(work) ? BLOCK : 1;
	s->granularity.blocks = in_blocks(work);
	s->bounds = calloc(work->channels, 2 * sizeof(*s->bounds));
	if (s->params.zero_point && s->bounds &&
	    !qmac_extent_of(context, shape, 2, work->channels == 1 ? QMAC_PER_TENSOR : axis,
			    &s->granularity.extent) &&
	    (work->operation != HISTOGRAM ||
	     !qmac_calibration_create(context, NULL, &s->calibration)))
		return s;
	release(s);
	return NULL;
}

static bool run(void *state)
{
	struct state *s = state;
	const struct work *work = s->work;

	switch (work->operation) {
	case DEQUANTIZE:
		return !qmac_dequantize(context, &s->params, &s->granularity.extent, work->q,
					work->x);
	case MINMAX:
	case MINMAX_BLOCKS:
		return !qmac_group_range(context, work->x, &s->granularity, QMAC_NAN_ERROR,
					 s->bounds, s->bounds + work->channels);
	case HISTOGRAM:
		return !qmac_calibration_update(s->calibration, work->x, work->count);
	case QUANTIZE_BLOCKS:
		return !qmac_group_quantize(context, &s->params, &s->granularity, work->x, work->q,
					    NULL);
	default:
		return !qmac_quantize(context, &s->params, &s->granularity.extent, work->x, work->q,
				      NULL);
	}
}

const struct runner runner_qmac = { "libqmac", prepare, run, release };
