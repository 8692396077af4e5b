/* SPDX-License-Identifier: MIT */
/*
 * A recurrent network that reads an image of a digit, four pixels at a time:
 *
 *   h[t + 1] = ReLU([x[t], h[t]] W + b)         h[0] = 0, t = 0 to 15
 *   logits   = h[last] V + c
 *
 * with the identity in W to begin with, so that the state is remembered (Le et al.
 * 2015). The same weights are applied again and again, and so is their rounding
 * error: such networks suffer from quantization even with 8 bits.
 *
 * Weights are [inputs of a sum, outputs], so that a scale per channel is one per
 * column.
 */
#ifndef QAT_NETWORK_H
#define QAT_NETWORK_H

#include <stddef.h>

#include "random.h"

#define CLASSES 10
#define PIXELS	64
#define STRIP	4
#define HIDDEN	32
#define STEPS	(PIXELS / STRIP)

/* The two layers, by which everything else counts. */
enum {
	RECURRENT,
	OUTPUT,
	LAYERS,
};

/**
 * struct layer - y = x w + b
 * @k: Inputs.
 * @n: Outputs.
 * @weight: [k, n].
 * @bias: [n].
 */
struct layer {
	size_t k, n;
	float *weight, *bias;
};

/* All parameters lie in @values, in the order of struct layer. */
struct network {
	struct layer layer[LAYERS];
	size_t count;
	float *values;
};

/* With random weights. 0 or -ENOMEM. */
int network_create(struct network *network, struct random *random);
/* 0 or -ENOMEM. */
int network_copy(struct network *network, const struct network *from);
void network_free(struct network *network);

#endif /* QAT_NETWORK_H */
