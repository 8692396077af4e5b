/* SPDX-License-Identifier: MIT */
/* Steps that improve a network, and what they did. */
#ifndef QMAC_TOOL_NETWORK_IMPROVE_H
#define QMAC_TOOL_NETWORK_IMPROVE_H

#include <json-c/json.h>
#include <qmac/qmac.h>

#include "network_improve_options.h"

/* A step; those that were taken are in this order. */
enum network_step {
	NETWORK_STEP_PRUNE,
	NETWORK_STEP_EQUALIZE,
	NETWORK_STEP_SMOOTH,
	NETWORK_STEP_ROUND,
	NETWORK_STEP_BIAS,
	NETWORK_STEPS,
};

/**
 * struct network_improve_job - what to improve, and by what
 * @options: Steps.
 * @network: Network; changes.
 * @rows: Samples to calibrate by.
 * @x: Their values.
 * @judge: Samples to judge by; no rows for none.
 * @outputs: Results per sample.
 * @widths: Bits of weights and activations.
 * @block: Inputs per scale, or 0.
 * @keep_float: Entry per layer: those that stay float.
 * @choose: Chooses ranges of activations, an entry per tensor that is freed, once the
 *   network does not change any more but for its codes and biases.
 * @user: Passed to @choose.
 */
struct network_improve_job {
	const struct network_improve_options *options;
	struct qmac_network *network;
	size_t rows;
	const float *x;
	const struct qmac_network_samples *judge;
	size_t outputs;
	struct qmac_network_widths widths;
	size_t block;
	const bool *keep_float;
	int (*choose)(void *user, struct qmac_network_range **ranges);
	void *user;
};

/**
 * struct network_improved - what the steps did
 * @layers: Entries of the reports.
 * @taken: Which steps.
 * @loss: Of the network after each step, run in float.
 * @original: The network as it was; NULL when there were no steps.
 * @pruned: Reports, as in qmac/network_improve.h; NULL for steps not taken.
 * @equalized: Likewise.
 * @smoothed: Likewise.
 * @rounded: Likewise.
 * @corrected: Likewise.
 */
struct network_improved {
	size_t layers;
	bool taken[NETWORK_STEPS];
	struct qmac_network_loss loss[NETWORK_STEPS];
	struct qmac_network *original;
	struct qmac_network_pruned *pruned;
	struct qmac_network_pair *equalized, *smoothed;
	struct qmac_network_rounded *rounded;
	struct qmac_network_corrected *corrected;
};

/**
 * network_improve() - take all steps that were asked for
 * @job: What to do.
 * @improved: Receives what was done; network_improved_release() also after a failure.
 *
 * Return: 0 or -errno, the message in the network's context.
 */
int network_improve(const struct network_improve_job *job, struct network_improved *improved);

void network_improved_release(struct network_improved *improved);

/**
 * network_improve_print() - the report as text
 * @improved: What was done.
 * @network: Names of layers.
 * @judged: There are losses.
 */
void network_improve_print(const struct network_improved *improved,
			   const struct qmac_network *network, bool judged);

/** network_improve_json() - the same as an array, one object per step. */
struct json_object *network_improve_json(const struct network_improved *improved,
					 const struct qmac_network *network, bool judged);

#endif /* QMAC_TOOL_NETWORK_IMPROVE_H */
