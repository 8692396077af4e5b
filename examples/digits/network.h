/* SPDX-License-Identifier: MIT */
/*
 * The digits network: three fully connected layers, ReLU between them.
 *
 * It exists twice: in float, to choose activation ranges and to compare with,
 * and quantized, as commands for a device.
 */
#ifndef DIGITS_NETWORK_H
#define DIGITS_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include <qmac/qmac.h>

#define DIGITS_LAYERS 3

/**
 * struct float_layer - y = x * weight^T + bias, then ReLU except in the last
 * @inputs: Columns of @weight.
 * @outputs: Rows of @weight.
 * @weight: [outputs, inputs].
 * @bias: [outputs].
 */
struct float_layer {
	uint32_t inputs, outputs;
	float *weight;
	float *bias;
};

struct float_network {
	struct float_layer layer[DIGITS_LAYERS];
};

/* Read fcN.weight.npy and fcN.bias.npy from a directory. 0 or -errno, message printed. */
int float_network_load(struct float_network *network, const char *directory);
void float_network_free(struct float_network *network);

/**
 * float_network_run() - the network on one sample
 * @network: The network.
 * @x: Inputs of the first layer.
 * @out: Outputs of every layer; out[i] has room for the outputs of layer i.
 */
void float_network_run(const struct float_network *network, const float *x,
		       float *out[DIGITS_LAYERS]);

struct int8_network;

/**
 * int8_network_create() - quantize the network and put it on a device
 * @network: Float network.
 * @device: Device; errors are in its context's message.
 * @calibration: [rows, inputs] samples that choose the activation ranges.
 * @rows: Rows of @calibration.
 * @batch: Largest number of samples of a run.
 * @out: Receives the network.
 *
 * Activations become u8 over the range seen in calibration, weights s8 with a
 * scale per output, biases s32. The last layer gives 32-bit logits.
 *
 * Return: 0 or -errno.
 */
int int8_network_create(const struct float_network *network, struct qmac_device *device,
			const float *calibration, size_t rows, uint32_t batch,
			struct int8_network **out);
void int8_network_destroy(struct int8_network *network);

/**
 * int8_network_run() - the network on a batch: one job, a command per layer
 * @network: The network.
 * @x: [rows, inputs] samples, quantized here.
 * @rows: 1 to the batch of int8_network_create().
 * @logits: Receives [rows, outputs] integers.
 * @result: Receives the job's counters.
 *
 * Return: 0 or -errno.
 */
int int8_network_run(struct int8_network *network, const float *x, uint32_t rows, int32_t *logits,
		     struct qmac_job_result *result);

/* Real logits for the integers of int8_network_run(). */
int int8_network_logits(struct int8_network *network, const int32_t *logits, uint32_t rows,
			float *out);

/* Multiplications of one sample. */
uint64_t int8_network_macs(const struct int8_network *network);

#endif /* DIGITS_NETWORK_H */
