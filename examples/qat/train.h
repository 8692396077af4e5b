/* SPDX-License-Identifier: MIT */
/* Stochastic gradient descent with momentum, and predictions. */
#ifndef QAT_TRAIN_H
#define QAT_TRAIN_H

#include "data.h"
#include "network.h"
#include "post_training.h"
#include "quantizer.h"

/**
 * struct schedule - how to train
 * @epochs: Times that every image is seen.
 * @rate: Learning rate at the start; it falls to 0 in a straight line.
 */
struct schedule {
	unsigned int epochs;
	float rate;
};

/* @quantizers: NULL for a float network. 0 or -errno. */
int train(struct network *network, struct quantizers *quantizers, const struct data *data,
	  const struct fold *fold, const struct schedule *schedule, struct random *random);

/* The most likely class of @count images. @observation: NULL, or sees all inputs of layers. */
int predict(const struct network *network, struct quantizers *quantizers, const struct data *data,
	    const uint32_t *rows, size_t count, struct observation *observation, uint8_t *classes);

/* Number of the greatest logit; of equal ones the first. */
uint8_t greatest(const float *logits);

#endif /* QAT_TRAIN_H */
