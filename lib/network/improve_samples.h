/* SPDX-License-Identifier: MIT */
/* Samples run through a network for what its activations tell. */
#ifndef QMAC_NETWORK_IMPROVE_SAMPLES_H
#define QMAC_NETWORK_IMPROVE_SAMPLES_H

#include "network/graph.h"

struct qmac_moments;
struct improve_layer;

/**
 * typedef improve_see - sees an activation of a batch
 * @user: As given.
 * @tensor: Tensor number.
 * @values: Its values, samples outermost.
 * @count: Their number, without those of samples that only fill a batch.
 *
 * Return: 0, or -errno, which ends the run.
 */
typedef int (*improve_see)(void *user, size_t tensor, const float *values, size_t count);

/**
 * improve_run() - run samples, batch by batch, in order
 * @network: One input, one output.
 * @rows: Samples, not 0.
 * @x: Inputs.
 * @last: Each batch ends when this tensor was seen; NET_NONE for the whole network.
 * @see: Sees all activations up to then.
 * @user: Passed on.
 *
 * Return: 0 or -errno with a message.
 */
int improve_run(struct qmac_network *network, size_t rows, const float *x, size_t last,
		improve_see see, void *user);

/**
 * improve_moments() - moments of a layer's inputs
 * @moments: One per group, not initialized; release them.
 *
 * Return: 0 or -errno with a message; @moments need no release on failure.
 */
int improve_moments(struct qmac_network *network, const struct improve_layer *layer, size_t rows,
		    const float *x, struct qmac_moments *moments);

/**
 * improve_channels() - where channels lie in a tensor of layer inputs or results
 * @convolution: Axis 1, else the last.
 * @channels: Receives the number of channels.
 * @inner: Receives how far apart they are.
 */
void improve_channels(const struct net_tensor *tensor, bool convolution, size_t *channels,
		      size_t *inner);

/* Ranges to quantize activations by: @given or, when NULL, measured into @made; free it. */
int improve_ranges(struct qmac_network *network, size_t rows, const float *x,
		   const struct qmac_network_range *given, struct qmac_network_range **made);

#endif /* QMAC_NETWORK_IMPROVE_SAMPLES_H */
