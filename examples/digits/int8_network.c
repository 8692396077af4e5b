// SPDX-License-Identifier: MIT
#include "network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN_UP(x) (((x) + 63) / 64 * 64)

struct int8_layer {
	struct qmac_quant_params weight; /* one scale per output */
	struct qmac_quant_params input;	 /* one scale */
	struct qmac_linear *linear;
	uint32_t inputs, outputs;
};

/*
 * One buffer holds everything that changes from run to run: the commands, the
 * quantized samples, the activations between the layers, the logits.
 */
struct int8_network {
	struct qmac_context *context;
	struct qmac_device *device;
	struct int8_layer layer[DIGITS_LAYERS];
	uint32_t batch;
	struct qmac_bo *bo;
	uint8_t *map;
	uint64_t offset[DIGITS_LAYERS + 1]; /* of the inputs of each layer, of the logits */
};

/* Activation parameters of every layer from the samples' ranges. */
static int calibrate(struct int8_network *network, const struct float_network *floats,
		     const float *calibration, size_t rows)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_U8,
					      .scheme = QMAC_SCHEME_ASYMMETRIC };
	float lo[DIGITS_LAYERS] = { 0 }, hi[DIGITS_LAYERS] = { 0 };
	float *out[DIGITS_LAYERS] = { NULL };
	int ret = -ENOMEM;

	for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
		out[i] = calloc(floats->layer[i].outputs, sizeof(float));
		if (!out[i])
			goto out;
	}
	for (size_t r = 0; r < rows; r++) {
		const float *x = calibration + r * floats->layer[0].inputs;

		float_network_run(floats, x, out);
		for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
			const float *in = i ? out[i - 1] : x;

			for (uint32_t k = 0; k < floats->layer[i].inputs; k++) {
				lo[i] = in[k] < lo[i] ? in[k] : lo[i];
				hi[i] = in[k] > hi[i] ? in[k] : hi[i];
			}
		}
	}
	for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
		ret = qmac_quant_params_init(network->context, &network->layer[i].input,
					     QMAC_TYPE_U8, 1);
		if (!ret)
			ret = qmac_quant_choose(network->context, &spec, &lo[i], &hi[i],
						&network->layer[i].input);
		if (ret)
			break;
	}
out:
	for (unsigned int i = 0; i < DIGITS_LAYERS; i++)
		free(out[i]);
	return ret;
}

/* Describe layer @i and put its weights on the device. */
static int place_layer(struct int8_network *network, unsigned int i, const void *weights,
		       const int32_t *bias, double *scale)
{
	struct int8_layer *layer = &network->layer[i];
	const bool last = i + 1 == DIGITS_LAYERS;
	const struct qmac_quant_params *output = last ? NULL : &layer[1].input;
	/* ReLU: nothing below the code of the real zero. */
	const int32_t relu[2] = { last ? 0 : output->zero_point[0], 255 };
	struct qmac_gemm_desc desc = {
		.m = network->batch,
		.n = layer->outputs,
		.k = layer->inputs,
		.a_type = QMAC_TYPE_U8,
		.b_type = QMAC_TYPE_S8,
		.b_transposed = true,
		.a_zero = layer->input.zero_point[0],
		.bias = bias,
		.preset = QMAC_PRESET_RAW,
		.c_type = QMAC_TYPE_S32,
	};

	if (!last) {
		for (uint32_t j = 0; j < layer->outputs; j++)
			scale[j] = qmac_real_scale(QMAC_PRESET_F32, layer->input.scale[0],
						   layer->weight.scale[j], output->scale[0]);
		desc.preset = QMAC_PRESET_F32;
		desc.c_type = QMAC_TYPE_U8;
		desc.c_zero = output->zero_point[0];
		desc.scale = scale;
		desc.scale_count = layer->outputs;
		desc.clamp = relu;
	}
	return qmac_linear_create(network->device, &desc, weights, &layer->linear);
}

static int quantize_layer(struct int8_network *network, const struct float_layer *floats,
			  unsigned int i)
{
	const struct qmac_quant_spec spec = { .type = QMAC_TYPE_S8,
					      .scheme = QMAC_SCHEME_SYMMETRIC };
	const struct qmac_extent rows = { 1, floats->outputs, floats->inputs };
	struct int8_layer *layer = &network->layer[i];
	void *weights = malloc((size_t)floats->outputs * floats->inputs);
	int32_t *bias = malloc(floats->outputs * sizeof(*bias));
	double *scale = malloc(floats->outputs * sizeof(*scale));
	int ret = weights && bias && scale ? 0 : -ENOMEM;

	layer->inputs = floats->inputs;
	layer->outputs = floats->outputs;
	if (!ret)
		ret = qmac_quant_minmax(network->context, &spec, floats->weight, &rows,
					QMAC_NAN_ERROR, &layer->weight);
	if (!ret)
		ret = qmac_quantize(network->context, &layer->weight, &rows, floats->weight,
				    weights, NULL);
	if (!ret)
		ret = qmac_quantize_bias(network->context, floats->bias, floats->outputs,
					 layer->input.scale[0], layer->weight.scale,
					 floats->outputs, bias);
	if (!ret)
		ret = place_layer(network, i, weights, bias, scale);
	free(weights);
	free(bias);
	free(scale);
	return ret;
}

static int place_activations(struct int8_network *network)
{
	uint64_t bytes = ALIGN_UP(DIGITS_LAYERS * sizeof(struct qmac_cmd));
	void *map;
	int ret;

	for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
		network->offset[i] = bytes;
		bytes += ALIGN_UP((uint64_t)network->batch * network->layer[i].inputs);
	}
	network->offset[DIGITS_LAYERS] = bytes;
	bytes += (uint64_t)network->batch * network->layer[DIGITS_LAYERS - 1].outputs *
		 sizeof(int32_t);
	ret = qmac_bo_create(network->device, bytes, &network->bo);
	if (!ret)
		ret = qmac_bo_map(network->bo, &map);
	if (!ret)
		network->map = map;
	return ret;
}

int int8_network_create(const struct float_network *network, struct qmac_device *device,
			const float *calibration, size_t rows, uint32_t batch,
			struct int8_network **out)
{
	struct int8_network *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return -ENOMEM;
	made->context = qmac_device_context(device);
	made->device = device;
	made->batch = batch;
	ret = calibrate(made, network, calibration, rows);
	for (unsigned int i = 0; !ret && i < DIGITS_LAYERS; i++)
		ret = quantize_layer(made, &network->layer[i], i);
	if (!ret)
		ret = place_activations(made);
	if (ret) {
		int8_network_destroy(made);
		return ret;
	}
	*out = made;
	return 0;
}

void int8_network_destroy(struct int8_network *network)
{
	if (!network)
		return;
	for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
		qmac_linear_destroy(network->layer[i].linear);
		qmac_quant_params_release(&network->layer[i].weight);
		qmac_quant_params_release(&network->layer[i].input);
	}
	qmac_bo_destroy(network->bo);
	free(network);
}

/* A layer reads what the layer before wrote; by default the device waits for it. */
static int write_commands(struct int8_network *network, uint32_t rows)
{
	const uint64_t address = qmac_bo_address(network->bo);
	struct qmac_cmd *cmds = (struct qmac_cmd *)network->map;

	for (unsigned int i = 0; i < DIGITS_LAYERS; i++) {
		int ret = qmac_linear_encode(network->layer[i].linear, rows,
					     address + network->offset[i],
					     address + network->offset[i + 1], &cmds[i]);

		if (ret)
			return ret;
	}
	return 0;
}

static int run_job(struct int8_network *network, struct qmac_job_result *result)
{
	struct qmac_bo_use uses[DIGITS_LAYERS + 1];
	struct qmac_job_desc desc = {
		.cmd_address = qmac_bo_address(network->bo),
		.cmd_count = DIGITS_LAYERS,
		.bos = uses,
		.bo_count = DIGITS_LAYERS + 1,
	};
	struct qmac_job *job;
	int ret;

	for (unsigned int i = 0; i < DIGITS_LAYERS; i++)
		uses[i] = (struct qmac_bo_use){ qmac_linear_weights(network->layer[i].linear),
						QMAC_BO_READ };
	uses[DIGITS_LAYERS] = (struct qmac_bo_use){ network->bo, QMAC_BO_READ | QMAC_BO_WRITE };
	ret = qmac_submit(network->device, NULL, &desc, 1, &job);
	if (ret)
		return ret;
	do {
		ret = qmac_job_wait(job, QMAC_FOREVER);
	} while (ret == -EINTR);
	if (!ret)
		ret = qmac_job_result(job, result);
	if (!ret)
		ret = result->error;
	qmac_job_release(job);
	return ret;
}

int int8_network_run(struct int8_network *network, const float *x, uint32_t rows, int32_t *logits,
		     struct qmac_job_result *result)
{
	const struct qmac_extent extent = { 1, 1, (size_t)rows * network->layer[0].inputs };
	int ret;

	if (!rows || rows > network->batch)
		return -EINVAL;
	ret = qmac_quantize(network->context, &network->layer[0].input, &extent, x,
			    network->map + network->offset[0], NULL);
	if (!ret)
		ret = write_commands(network, rows);
	if (!ret)
		ret = run_job(network, result);
	if (!ret)
		memcpy(logits, network->map + network->offset[DIGITS_LAYERS],
		       (size_t)rows * network->layer[DIGITS_LAYERS - 1].outputs * sizeof(*logits));
	return ret;
}

int int8_network_logits(struct int8_network *network, const int32_t *logits, uint32_t rows,
			float *out)
{
	const struct int8_layer *last = &network->layer[DIGITS_LAYERS - 1];

	return qmac_dequantize_acc(network->context, logits, rows, last->outputs,
				   last->input.scale[0], last->weight.scale, last->outputs, out);
}

uint64_t int8_network_macs(const struct int8_network *network)
{
	uint64_t macs = 0;

	for (unsigned int i = 0; i < DIGITS_LAYERS; i++)
		macs += (uint64_t)network->layer[i].inputs * network->layer[i].outputs;
	return macs;
}
