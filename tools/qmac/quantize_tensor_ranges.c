// SPDX-License-Identifier: MIT
/* The range of numbers that each scale should cover. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "quantize_tensor.h"

/* Weight of the new in a moving average; a tensor is one step, where it has no effect. */
#define AVERAGE_CONSTANT 0.01f

/* The numbers, ordered by the scale they have. */
struct sorted {
	float *x;
	size_t *end; /* of each scale's numbers, one past the last */
};

static int sort(const struct quantize_tensor *tensor, struct sorted *sorted)
{
	const float *x = tensor->x.data;
	size_t sum = 0;

	sorted->x = calloc(tensor->x.count, sizeof(*sorted->x));
	sorted->end = calloc(tensor->scales, sizeof(*sorted->end));
	if (!sorted->x || !sorted->end)
		return -ENOMEM;
	for (size_t i = 0; i < tensor->x.count; i++)
		sorted->end[qmac_granularity_part(&tensor->granularity, i)]++;
	/* From counts to beginnings, which move to the ends. */
	for (size_t i = 0; i < tensor->scales; i++) {
		size_t count = sorted->end[i];

		sorted->end[i] = sum;
		sum += count;
	}
	for (size_t i = 0; i < tensor->x.count; i++)
		sorted->x[sorted->end[qmac_granularity_part(&tensor->granularity, i)]++] = x[i];
	return 0;
}

static int see(struct qmac_calibration *calibration, const struct quantize_tensor_options *options,
	       const float *x, size_t count)
{
	int ret = qmac_calibration_update(calibration, x, count);

	if (!ret && options->calibrator == QMAC_CALIBRATOR_OWN &&
	    options->method.method == QMAC_METHOD_AVERAGE)
		ret = qmac_calibration_step(calibration, AVERAGE_CONSTANT);
	if (!ret && qmac_calibration_passes(calibration) > 1) {
		ret = qmac_calibration_next_pass(calibration);
		if (!ret)
			ret = qmac_calibration_update(calibration, x, count);
	}
	return ret;
}

static int calibrate(struct qmac_context *context, const struct quantize_tensor_options *options,
		     const float *x, size_t count, struct qmac_calibration_range *range)
{
	const struct qmac_calibration_spec spec = {
		.calibrator = options->calibrator,
		.nan = options->nan,
	};
	struct qmac_calibration *calibration = NULL;
	int ret = qmac_calibration_create(context, &spec, &calibration);

	if (!ret)
		ret = see(calibration, options, x, count);
	if (!ret)
		ret = qmac_calibration_choose(calibration, &options->method, range);
	qmac_calibration_destroy(calibration);
	return ret;
}

static int calibrate_all(struct qmac_context *context,
			 const struct quantize_tensor_options *options,
			 struct quantize_tensor *tensor)
{
	struct sorted sorted = { 0 };
	int ret = sort(tensor, &sorted);

	for (size_t i = 0; !ret && i < tensor->scales; i++) {
		size_t begin = i ? sorted.end[i - 1] : 0;
		struct qmac_calibration_range range;

		ret = calibrate(context, options, sorted.x + begin, sorted.end[i] - begin, &range);
		if (ret)
			break;
		tensor->lo[i] = range.lo;
		tensor->hi[i] = range.hi;
		tensor->tool_scale[i] = (float)range.scale;
	}
	free(sorted.x);
	free(sorted.end);
	return ret;
}

int quantize_tensor_ranges(struct qmac_context *context,
			   const struct quantize_tensor_options *options,
			   struct quantize_tensor *tensor)
{
	size_t scales = tensor->scales;
	int ret;

	tensor->lo = calloc(scales, sizeof(float));
	tensor->hi = calloc(scales, sizeof(float));
	tensor->tool_scale = calloc(scales, sizeof(float));
	if (!tensor->lo || !tensor->hi || !tensor->tool_scale)
		return -ENOMEM;
	ret = qmac_group_range(context, tensor->x.data, &tensor->granularity, options->nan,
			       tensor->lo, tensor->hi);
	if (ret)
		return ret;
	tensor->min = tensor->lo[0];
	tensor->max = tensor->hi[0];
	for (size_t i = 1; i < scales; i++) {
		tensor->min = tensor->lo[i] < tensor->min ? tensor->lo[i] : tensor->min;
		tensor->max = tensor->hi[i] > tensor->max ? tensor->hi[i] : tensor->max;
	}
	if (options->scheme > QUANTIZE_ASYMMETRIC || (options->calibrator == QMAC_CALIBRATOR_OWN &&
						      options->method.method == QMAC_METHOD_MINMAX))
		return 0;
	return calibrate_all(context, options, tensor);
}
