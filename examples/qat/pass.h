/* SPDX-License-Identifier: MIT */
/* A batch of images through the network and its gradients back. */
#ifndef QAT_PASS_H
#define QAT_PASS_H

#include <stdint.h>

#include "network.h"
#include "quantizer.h"

/**
 * struct pass - memory for a batch
 * @rows: Images.
 * @input: Inputs of the recurrent layer at each step, [STEPS, rows, STRIP + HIDDEN].
 * @state: Inputs of the output layer, [rows, HIDDEN].
 * @logits: [rows, CLASSES].
 * @rounded: Inputs of each layer as it computes with them.
 * @weight: Weights of each layer as it computes with them.
 * @sums: [rows, HIDDEN], results of a step.
 * @turned: Transposed weights.
 * @delta: Gradients on their way back, [rows, STRIP + HIDDEN] each.
 * @gradient: Gradients of the parameters, laid out as these.
 */
struct pass {
	size_t rows;
	float *input, *state, *logits;
	float *rounded[LAYERS], *weight[LAYERS];
	float *sums, *turned, *delta[2];
	struct network gradient;
};

/* 0 or -ENOMEM. */
int pass_create(struct pass *pass, const struct network *network, size_t rows);
void pass_free(struct pass *pass);

/* Where the pixels of image @row come from: call for each before a forward pass. */
void pass_set_image(struct pass *pass, size_t row, const float *pixels);

/**
 * pass_forward() - from the images to the logits
 * @pass: Holds images.
 * @network: Parameters.
 * @quantizers: NULL for a float network.
 * @training: Moving averages move.
 *
 * Return: 0 or -errno.
 */
int pass_forward(struct pass *pass, const struct network *network, struct quantizers *quantizers,
		 bool training);

/* From the logits and the labels of the images to the gradients. After a forward pass. */
int pass_backward(struct pass *pass, const struct network *network, struct quantizers *quantizers,
		  const uint8_t *labels);

#endif /* QAT_PASS_H */
