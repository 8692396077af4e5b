// SPDX-License-Identifier: MIT
#include "integers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "train.h"

#define WIDTH (STRIP + HIDDEN)

/**
 * struct integers - network and memory
 * @weight: Codes of the weights.
 * @bias: In units of the accumulators.
 * @pixels: [rows, PIXELS] codes.
 * @input: [rows, WIDTH] codes: pixels of a step, state.
 * @state: [rows, HIDDEN] codes after a step.
 * @logits: [rows, CLASSES] accumulators.
 * @real: The same, real.
 */
struct integers {
	struct qmac_device *device;
	const struct quantizers *quantizers;
	uint32_t rows;
	int8_t weight[LAYERS][WIDTH * HIDDEN];
	int32_t bias[LAYERS][HIDDEN];
	uint8_t *pixels, *input, *state;
	int32_t *logits;
	float *real;
};

static int quantize_network(struct integers *integers, const struct network *network)
{
	struct qmac_context *context = qmac_device_context(integers->device);
	int ret = 0;

	for (size_t l = 0; !ret && l < LAYERS; l++) {
		const struct quantizer *weight = &integers->quantizers->weight[l];
		const struct layer *layer = &network->layer[l];

		ret = qmac_quantize(context, &weight->params, &weight->extent, layer->weight,
				    integers->weight[l], NULL);
		if (!ret)
			ret = qmac_quantize_bias(context, layer->bias, layer->n,
						 integers->quantizers->input[l].params.scale[0],
						 weight->params.scale, weight->params.channels,
						 integers->bias[l]);
	}
	return ret;
}

static int quantize_pixels(struct integers *integers, const struct data *data, const uint32_t *rows)
{
	const struct qmac_quant_params *params = &integers->quantizers->input[RECURRENT].params;
	const struct qmac_extent extent = { 1, 1, PIXELS };
	int ret = 0;

	for (size_t i = 0; !ret && i < integers->rows; i++)
		ret = qmac_quantize(qmac_device_context(integers->device), params, &extent,
				    data->x + rows[i] * PIXELS, integers->pixels + i * PIXELS,
				    NULL);
	return ret;
}

/* After the last step the state is an input of the output layer, with that one's scale. */
static int step(struct integers *integers, size_t t)
{
	const struct quantizers *quantizers = integers->quantizers;
	const struct quantizer *weight = &quantizers->weight[RECURRENT];
	const struct qmac_quant_params *from = &quantizers->input[RECURRENT].params;
	const struct qmac_quant_params *to =
		t + 1 < STEPS ? from : &quantizers->input[OUTPUT].params;
	const int32_t clamp[2] = { to->q_min, to->q_max };
	double scale[HIDDEN];
	const struct qmac_gemm_desc desc = {
		.m = integers->rows,
		.n = HIDDEN,
		.k = WIDTH,
		.a_type = QMAC_TYPE_U8,
		.b_type = QMAC_TYPE_S8,
		.c_type = QMAC_TYPE_U8,
		.preset = QMAC_PRESET_F32,
		.bias = integers->bias[RECURRENT],
		.scale = scale,
		.scale_count = weight->params.channels,
		.clamp = clamp,
	};

	for (size_t c = 0; c < weight->params.channels; c++)
		scale[c] = qmac_real_scale(QMAC_PRESET_F32, from->scale[0], weight->params.scale[c],
					   to->scale[0]);
	for (size_t i = 0; i < integers->rows; i++) {
		uint8_t *input = integers->input + i * WIDTH;

		memcpy(input, integers->pixels + i * PIXELS + t * STRIP, STRIP);
		memcpy(input + STRIP, integers->state + i * HIDDEN, HIDDEN);
	}
	return qmac_gemm_run(integers->device, &desc, integers->input, integers->weight[RECURRENT],
			     integers->state, NULL);
}

static int output(struct integers *integers)
{
	const struct qmac_quant_params *weight = &integers->quantizers->weight[OUTPUT].params;
	const struct qmac_gemm_desc desc = {
		.m = integers->rows,
		.n = CLASSES,
		.k = HIDDEN,
		.a_type = QMAC_TYPE_U8,
		.b_type = QMAC_TYPE_S8,
		.c_type = QMAC_TYPE_S32,
		.preset = QMAC_PRESET_RAW,
		.bias = integers->bias[OUTPUT],
	};
	int ret = qmac_gemm_run(integers->device, &desc, integers->state, integers->weight[OUTPUT],
				integers->logits, NULL);

	if (!ret)
		ret = qmac_dequantize_acc(qmac_device_context(integers->device), integers->logits,
					  integers->rows, CLASSES,
					  integers->quantizers->input[OUTPUT].params.scale[0],
					  weight->scale, weight->channels, integers->real);
	return ret;
}

static int run(struct integers *integers, const struct network *network, const struct data *data,
	       const uint32_t *rows)
{
	int ret = quantize_network(integers, network);

	if (!ret)
		ret = quantize_pixels(integers, data, rows);
	for (size_t t = 0; !ret && t < STEPS; t++)
		ret = step(integers, t);
	if (!ret)
		ret = output(integers);
	return ret;
}

int integers_predict(struct qmac_device *device, const struct network *network,
		     const struct quantizers *quantizers, const struct data *data,
		     const uint32_t *rows, size_t count, uint8_t *classes)
{
	struct integers integers = {
		.device = device,
		.quantizers = quantizers,
		.rows = (uint32_t)count,
		.pixels = calloc(count, PIXELS),
		.input = calloc(count, WIDTH),
		.state = calloc(count, HIDDEN),
		.logits = calloc(count * CLASSES, sizeof(int32_t)),
		.real = calloc(count * CLASSES, sizeof(float)),
	};
	int ret = -ENOMEM;

	if (integers.pixels && integers.input && integers.state && integers.logits && integers.real)
		ret = run(&integers, network, data, rows);
	for (size_t i = 0; !ret && i < count; i++)
		classes[i] = greatest(integers.real + i * CLASSES);
	free(integers.pixels);
	free(integers.input);
	free(integers.state);
	free(integers.logits);
	free(integers.real);
	return ret;
}
