/* SPDX-License-Identifier: MIT */
/* Rounding of the weights of one layer. */
#ifndef QMAC_NETWORK_IMPROVE_ROUND_H
#define QMAC_NETWORK_IMPROVE_ROUND_H

#include <qmac/network_improve.h>

#include "network/improve_layer.h"

/**
 * struct rounding - a layer on its way to the grid
 * @options: As given.
 * @layer: The layer.
 * @moments: One per group; NULL when the layer has too many inputs.
 * @w: [rows, inputs] weights, the rows of all groups.
 * @v: Likewise, what becomes of them.
 * @nearest: Likewise, when each is rounded to nearest with @params.
 * @params: Of the whole layer, one channel or one per row.
 * @q: Room for the codes of @w.
 */
struct rounding {
	struct qmac_context *context;
	const struct qmac_network_round_options *options;
	const struct improve_layer *layer;
	const struct qmac_moments *moments;
	const float *w;
	float *v, *nearest;
	struct qmac_quant_params params;
	void *q;
};

/* Fills in @params, @nearest and @v. Return: 0 or -errno with a message. */
int improve_round_layer(struct rounding *rounding);

/* Sees to it that a weight of each scale has the greatest code, at the least expense. */
void improve_round_keep_scales(struct rounding *rounding);

/* The same for the blocks that @params are for; the layer has one group. */
void improve_round_keep_blocks(struct rounding *rounding, const struct qmac_quant_params *params);

/**
 * improve_round_in_blocks() - have a convolution's weights rounded in blocks
 * @rounding: Of one group; @v receives the result.
 * @solve: Rounds weights whose consecutive inputs are the blocks.
 *
 * Return: 0 or -errno with a message.
 */
int improve_round_in_blocks(struct rounding *rounding, int (*solve)(struct rounding *rounding));

#endif /* QMAC_NETWORK_IMPROVE_ROUND_H */
