/* SPDX-License-Identifier: MIT */
/*
 * The comparison: networks trained in float and quantized afterwards, and
 * networks trained with quantization, on the same images, by cross-validation.
 *
 * All begin with the same float network. What trains with quantization does so
 * for as many more epochs as the float network does in the control, with the
 * same rates and the same order of images.
 */
#ifndef QAT_EXPERIMENT_H
#define QAT_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/qmac.h>

#include "data.h"
#include "quantizer.h"
#include "train.h"

#define FOLDS	 5
#define MAX_RUNS 100
#define WIDTHS	 2
#define METHODS	 16 /* room for enum qmac_method */

/* Where a network stands when it is quantized. */
enum start {
	TRAINED,
	TRAINED_ON, /* as much longer as the others are trained with quantization */
	STARTS,
};

/* How the ranges of weights are chosen after training. */
enum {
	WEIGHTS_MINMAX,
	WEIGHTS_MSE,
	WEIGHTS,
};

/**
 * struct settings - what to compare
 * @seeds: Times that everything is repeated.
 * @folds: Of FOLDS shares of the images, how many are tested on for each seed.
 * @bits: The widths of codes.
 * @first: Float training.
 * @more: What follows.
 * @per_channel: A scale per output for the weights.
 */
struct settings {
	unsigned int seeds, folds;
	unsigned int bits[WIDTHS];
	struct schedule first, more;
	bool per_channel;
};

/**
 * struct scores - share of right predictions in each run
 * @runs: Runs: a seed and a share of the images each.
 * @tested: Predictions of all runs.
 * @real: Float networks.
 * @after: Post-training quantization.
 * @aware: Quantization-aware training.
 * @integers: The same networks with integers.
 * @differing: Predictions, over all runs, in which these differ from @aware.
 */
struct scores {
	size_t runs, tested;
	double real[STARTS][MAX_RUNS];
	double after[WIDTHS][STARTS][WEIGHTS][METHODS][MAX_RUNS];
	double aware[WIDTHS][RANGES][MAX_RUNS];
	double integers[WIDTHS][RANGES][MAX_RUNS];
	size_t differing[WIDTHS][RANGES];
};

/* False for the numbers that are no method of post-training quantization. */
bool is_method(unsigned int method);

/* 0 or -errno, message printed. */
int experiment(const struct settings *settings, const struct data *data, struct qmac_device *device,
	       struct scores *scores);

#endif /* QAT_EXPERIMENT_H */
