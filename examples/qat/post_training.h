/* SPDX-License-Identifier: MIT */
/* Post-training quantization: ranges from what a float network computes. */
#ifndef QAT_POST_TRAINING_H
#define QAT_POST_TRAINING_H

#include "quantizer.h"

/**
 * struct observation - inputs of the layers, seen once for all methods and widths
 * @input: One calibration per layer.
 */
struct observation {
	struct qmac_calibration *input[LAYERS];
};

int observation_create(struct observation *observation, struct qmac_context *context);
int observation_add(struct observation *observation, size_t l, const float *x, size_t count);
void observation_destroy(struct observation *observation);

/**
 * struct methods - how ranges are chosen
 * @weights: enum qmac_method for the weights, each channel by itself.
 * @inputs: enum qmac_method for the inputs.
 */
struct methods {
	unsigned int weights, inputs;
};

/* Chooses all ranges. 0 or -errno with a message in the context of @quantizers. */
int post_training_choose(struct quantizers *quantizers, const struct network *network,
			 const struct observation *observation, const struct methods *methods);

#endif /* QAT_POST_TRAINING_H */
