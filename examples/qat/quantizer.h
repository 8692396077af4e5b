/* SPDX-License-Identifier: MIT */
/*
 * The quantizers of a network: one for the weights and one for the inputs of
 * each layer. Here is what a trainer has to do with libqmac.
 */
#ifndef QAT_QUANTIZER_H
#define QAT_QUANTIZER_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/qmac.h>

#include "network.h"

/**
 * enum ranges - where ranges come from in training
 * @FIXED: Found at first, then constant.
 * @AVERAGE: Followed to the end (Jacob et al. 2018): weights by the min-max of
 *   every step, inputs by the moving average of the min-max of the batches.
 * @LEARNED: Found at first, then the scales are trained with the weights (LSQ;
 *   Esser et al. 2020).
 *
 * "At first": the first quarter of training, in which all do as AVERAGE does.
 */
enum ranges {
	FIXED,
	AVERAGE,
	LEARNED,
	RANGES,
};

/**
 * struct quantizer - codes of one tensor
 * @params: One channel, or one per output of the layer.
 * @extent: The tensor; of one image for inputs.
 * @d_scale: dL/dscale.
 * @velocity: Of the scales, in the optimizer.
 * @average: Moving average of inputs.
 */
struct quantizer {
	struct qmac_quant_params params;
	struct qmac_extent extent;
	double *d_scale;
	float *velocity;
	struct qmac_calibration *average;
};

/**
 * struct quantizers - quantizers of a network
 * @context: Receives libqmac's messages.
 * @bits: Of all codes.
 * @ranges: In training.
 * @following: Ranges are followed in this step; else they are constant or trained.
 * @weight: Of the weights: signed, symmetric.
 * @input: Of the inputs, which are never negative: unsigned, zero point 0.
 */
struct quantizers {
	struct qmac_context *context;
	unsigned int bits;
	enum ranges ranges;
	bool following;
	struct quantizer weight[LAYERS], input[LAYERS];
};

/* Specification of the codes of weights, or of inputs. */
struct qmac_quant_spec codes_of(unsigned int bits, bool weights);

/* Without ranges yet: for post_training_choose() or for training. 0 or -errno. */
int quantizers_create(struct quantizers *quantizers, struct qmac_context *context,
		      const struct network *network, unsigned int bits, bool per_channel);
void quantizers_destroy(struct quantizers *quantizers);

/* Before step @step of @steps: what happens to ranges in it. Weights' ranges are followed. */
int quantizers_begin_step(struct quantizers *quantizers, const struct network *network, size_t step,
			  size_t steps);

/* In the forward pass: follows the range, then rounds [@rows] inputs of layer @l. */
int quantize_inputs(struct quantizers *quantizers, size_t l, size_t rows, bool training,
		    const float *x, float *y);
int quantize_weights(struct quantizers *quantizers, size_t l, const float *w, float *v);
/* The bias of layer @l to whole accumulators: with few bits these are coarse. */
int quantize_bias(struct quantizers *quantizers, size_t l, const float *bias, size_t n, float *to);

/*
 * In the backward pass: @d becomes the gradient of what was rounded, scales get theirs. That of
 * a bias passes straight through.
 */
int unquantize_inputs(struct quantizers *quantizers, size_t l, size_t rows, const float *x,
		      float *d);
int unquantize_weights(struct quantizers *quantizers, size_t l, const float *w, float *d);

/* After the backward pass: scales take their step. @factor: on all gradients. */
void quantizers_end_step(struct quantizers *quantizers, float rate, float momentum, float factor);

#endif /* QAT_QUANTIZER_H */
