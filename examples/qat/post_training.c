// SPDX-License-Identifier: MIT
#include "post_training.h"

int observation_create(struct observation *observation, struct qmac_context *context)
{
	int ret = 0;

	*observation = (struct observation){ 0 };
	for (size_t l = 0; !ret && l < LAYERS; l++)
		ret = qmac_calibration_create(context, NULL, &observation->input[l]);
	return ret;
}

int observation_add(struct observation *observation, size_t l, const float *x, size_t count)
{
	return qmac_calibration_update(observation->input[l], x, count);
}

void observation_destroy(struct observation *observation)
{
	for (size_t l = 0; l < LAYERS; l++)
		qmac_calibration_destroy(observation->input[l]);
	*observation = (struct observation){ 0 };
}

static int choose(const struct qmac_calibration *calibration, const struct qmac_quant_spec *spec,
		  unsigned int method, float *lo, float *hi)
{
	const struct qmac_calibration_method how = {
		.method = (uint8_t)method,
		.scheme = spec->scheme,
		.bits = spec->bits,
	};
	struct qmac_calibration_range range;
	int ret = qmac_calibration_choose(calibration, &how, &range);

	if (!ret) {
		*lo = range.lo;
		*hi = range.hi;
	}
	return ret;
}

/* The weights of one channel are seen as any tensor is. */
static int choose_channel(const struct quantizers *quantizers, const struct qmac_extent *extent,
			  const float *w, unsigned int method, size_t channel, float *lo, float *hi)
{
	const struct qmac_quant_spec spec = codes_of(quantizers->bits, true);
	struct qmac_calibration *calibration;
	int ret = qmac_calibration_create(quantizers->context, NULL, &calibration);

	if (ret)
		return ret;
	for (size_t o = 0; !ret && o < extent->outer; o++)
		ret = qmac_calibration_update(calibration,
					      w + (o * extent->channels + channel) * extent->inner,
					      extent->inner);
	if (!ret)
		ret = choose(calibration, &spec, method, lo, hi);
	qmac_calibration_destroy(calibration);
	return ret;
}

static int choose_weights(struct quantizers *quantizers, size_t l, const float *w,
			  unsigned int method)
{
	const struct qmac_quant_spec spec = codes_of(quantizers->bits, true);
	struct quantizer *weight = &quantizers->weight[l];
	float lo[weight->extent.channels], hi[weight->extent.channels];
	int ret = 0;

	for (size_t c = 0; !ret && c < weight->extent.channels; c++)
		ret = choose_channel(quantizers, &weight->extent, w, method, c, &lo[c], &hi[c]);
	if (!ret)
		ret = qmac_quant_choose(quantizers->context, &spec, lo, hi, &weight->params);
	return ret;
}

int post_training_choose(struct quantizers *quantizers, const struct network *network,
			 const struct observation *observation, const struct methods *methods)
{
	const struct qmac_quant_spec spec = codes_of(quantizers->bits, false);
	float lo, hi;
	int ret = 0;

	for (size_t l = 0; !ret && l < LAYERS; l++) {
		ret = choose_weights(quantizers, l, network->layer[l].weight, methods->weights);
		if (!ret)
			ret = choose(observation->input[l], &spec, methods->inputs, &lo, &hi);
		if (!ret)
			ret = qmac_quant_choose(quantizers->context, &spec, &lo, &hi,
						&quantizers->input[l].params);
	}
	return ret;
}
