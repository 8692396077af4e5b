// SPDX-License-Identifier: MIT
#include "quantizer.h"

#include <errno.h>
#include <float.h>
#include <stdlib.h>

/* Weight of a new batch in the moving average. */
#define AVERAGING 0.05f

/* One part in this many of the training follows ranges in any case. */
#define WARM_UP 4

struct qmac_quant_spec codes_of(unsigned int bits, bool weights)
{
	if (weights)
		return (struct qmac_quant_spec){ .type = QMAC_TYPE_S8, .bits = (uint8_t)bits };
	return (struct qmac_quant_spec){ .type = QMAC_TYPE_U8,
					 .bits = (uint8_t)bits,
					 .scheme = QMAC_SCHEME_ASYMMETRIC };
}

static int quantizer_create(struct quantizer *quantizer, struct qmac_context *context,
			    struct qmac_extent extent, uint8_t type)
{
	/* Keeps no histogram: the range of each batch is all that is wanted. */
	const struct qmac_calibration_spec spec = { .calibrator = QMAC_CALIBRATOR_ORT_AVERAGE };
	int ret = qmac_calibration_create(context, &spec, &quantizer->average);

	if (ret)
		return ret;
	quantizer->extent = extent;
	quantizer->d_scale = calloc(extent.channels, sizeof(*quantizer->d_scale));
	quantizer->velocity = calloc(extent.channels, sizeof(*quantizer->velocity));
	if (!quantizer->d_scale || !quantizer->velocity)
		return -ENOMEM;
	return qmac_quant_params_init(context, &quantizer->params, type, extent.channels);
}

int quantizers_create(struct quantizers *quantizers, struct qmac_context *context,
		      const struct network *network, unsigned int bits, bool per_channel)
{
	int ret = 0;

	*quantizers = (struct quantizers){ .context = context, .bits = bits };
	for (size_t l = 0; !ret && l < LAYERS; l++) {
		const struct layer *layer = &network->layer[l];
		struct qmac_extent weights = { 1, 1, layer->k * layer->n };

		if (per_channel)
			weights = (struct qmac_extent){ layer->k, layer->n, 1 };
		ret = quantizer_create(&quantizers->weight[l], context, weights, QMAC_TYPE_S8);
		if (!ret)
			ret = quantizer_create(&quantizers->input[l], context,
					       (struct qmac_extent){ 1, 1, layer->k },
					       QMAC_TYPE_U8);
	}
	if (ret)
		quantizers_destroy(quantizers);
	return ret;
}

static void quantizer_destroy(struct quantizer *quantizer)
{
	qmac_quant_params_release(&quantizer->params);
	qmac_calibration_destroy(quantizer->average);
	free(quantizer->d_scale);
	free(quantizer->velocity);
}

void quantizers_destroy(struct quantizers *quantizers)
{
	for (size_t l = 0; l < LAYERS; l++) {
		quantizer_destroy(&quantizers->weight[l]);
		quantizer_destroy(&quantizers->input[l]);
	}
	*quantizers = (struct quantizers){ 0 };
}

static int follow_weights(struct quantizers *quantizers, struct quantizer *weight, const float *w)
{
	const struct qmac_quant_spec spec = codes_of(quantizers->bits, true);
	float lo[weight->extent.channels], hi[weight->extent.channels];
	int ret =
		qmac_range_minmax(quantizers->context, w, &weight->extent, QMAC_NAN_ERROR, lo, hi);

	return ret ? ret : qmac_quant_choose(quantizers->context, &spec, lo, hi, &weight->params);
}

static int follow_inputs(struct quantizers *quantizers, struct quantizer *input, const float *x,
			 size_t count)
{
	const struct qmac_quant_spec spec = codes_of(quantizers->bits, false);
	struct qmac_calibration_range range;
	int ret = qmac_calibration_update(input->average, x, count);

	if (!ret)
		ret = qmac_calibration_step(input->average, AVERAGING);
	if (!ret)
		ret = qmac_calibration_choose(input->average, NULL, &range);
	if (!ret)
		ret = qmac_quant_choose(quantizers->context, &spec, &range.lo, &range.hi,
					&input->params);
	return ret;
}

int quantizers_begin_step(struct quantizers *quantizers, const struct network *network, size_t step,
			  size_t steps)
{
	int ret = 0;

	quantizers->following = quantizers->ranges == AVERAGE || step * WARM_UP < steps;
	for (size_t l = 0; !ret && quantizers->following && l < LAYERS; l++)
		ret = follow_weights(quantizers, &quantizers->weight[l], network->layer[l].weight);
	return ret;
}

/* The tensor of @rows images, or of all weights. */
static struct qmac_granularity granularity_of(const struct quantizer *quantizer, size_t rows)
{
	struct qmac_granularity granularity = { .extent = quantizer->extent, .group = 1 };

	granularity.extent.outer *= rows;
	return granularity;
}

int quantize_inputs(struct quantizers *quantizers, size_t l, size_t rows, bool training,
		    const float *x, float *y)
{
	struct quantizer *input = &quantizers->input[l];
	const struct qmac_granularity granularity = granularity_of(input, rows);
	int ret = 0;

	if (training && quantizers->following)
		ret = follow_inputs(quantizers, input, x, rows * input->extent.inner);
	if (!ret)
		ret = qmac_fake_quantize(quantizers->context, &input->params, &granularity, x, y);
	return ret;
}

int quantize_weights(struct quantizers *quantizers, size_t l, const float *w, float *v)
{
	const struct quantizer *weight = &quantizers->weight[l];
	const struct qmac_granularity granularity = granularity_of(weight, 1);

	return qmac_fake_quantize(quantizers->context, &weight->params, &granularity, w, v);
}

int quantize_bias(struct quantizers *quantizers, size_t l, const float *bias, size_t n, float *to)
{
	const struct qmac_quant_params *weight = &quantizers->weight[l].params;
	const float scale = quantizers->input[l].params.scale[0];
	int32_t codes[n];
	int ret = qmac_quantize_bias(quantizers->context, bias, n, scale, weight->scale,
				     weight->channels, codes);

	return ret ? ret
		   : qmac_dequantize_acc(quantizers->context, codes, 1, n, scale, weight->scale,
					 weight->channels, to);
}

static bool learning(const struct quantizers *quantizers)
{
	return quantizers->ranges == LEARNED && !quantizers->following;
}

static int unquantize(struct quantizers *quantizers, struct quantizer *quantizer, size_t rows,
		      const float *x, float *d)
{
	const struct qmac_granularity granularity = granularity_of(quantizer, rows);
	const struct qmac_fake_gradients gradients = {
		.x = d,
		.scale = learning(quantizers) ? quantizer->d_scale : NULL,
	};

	return qmac_fake_quantize_backward(quantizers->context, &quantizer->params, &granularity, x,
					   d, &gradients);
}

int unquantize_inputs(struct quantizers *quantizers, size_t l, size_t rows, const float *x,
		      float *d)
{
	return unquantize(quantizers, &quantizers->input[l], rows, x, d);
}

int unquantize_weights(struct quantizers *quantizers, size_t l, const float *w, float *d)
{
	return unquantize(quantizers, &quantizers->weight[l], 1, w, d);
}

/* A scale keeps at least half of what it was: no step may make it negative. */
static void learn(struct quantizer *quantizer, size_t count, float rate, float momentum,
		  float factor)
{
	const double pace = qmac_lsq_gradient_scale(count, quantizer->params.q_max);

	for (size_t c = 0; c < quantizer->params.channels; c++) {
		float gradient = factor * (float)(pace * quantizer->d_scale[c]);
		float least = quantizer->params.scale[c] / 2, next;

		quantizer->velocity[c] = momentum * quantizer->velocity[c] + gradient;
		next = quantizer->params.scale[c] - rate * quantizer->velocity[c];
		least = least > FLT_MIN ? least : FLT_MIN;
		quantizer->params.scale[c] = next > least ? next : least;
		quantizer->d_scale[c] = 0;
	}
}

/* LSQ's count of activations is that of one image: all steps of it share a scale. */
void quantizers_end_step(struct quantizers *quantizers, float rate, float momentum, float factor)
{
	for (size_t l = 0; learning(quantizers) && l < LAYERS; l++) {
		struct quantizer *weight = &quantizers->weight[l], *input = &quantizers->input[l];

		learn(weight, weight->extent.outer * weight->extent.inner, rate, momentum, factor);
		learn(input, input->extent.inner * (l == RECURRENT ? STEPS : 1), rate, momentum,
		      factor);
	}
}
