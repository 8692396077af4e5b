/* SPDX-License-Identifier: MIT */
/* Factors between two layers. */
#ifndef QMAC_NETWORK_IMPROVE_PAIR_H
#define QMAC_NETWORK_IMPROVE_PAIR_H

#include <qmac/network_improve.h>

#include "network/improve_trace.h"

static inline size_t improve_pair_channels(const struct improve_link *link)
{
	return link->first.groups * link->first.outputs;
}

/**
 * improve_pair_ranges() - greatest |w| of each channel between two layers
 * @first: Receives those of the rows of the first layer.
 * @second: Receives those of all weights of the second that read the channel.
 */
void improve_pair_ranges(const struct qmac_network *network, const struct improve_link *link,
			 float *first, float *second);

/**
 * improve_pair_apply() - divide the first layer by factors, multiply the second
 * @scale: Powers of two, one per channel. Those with which a weight or bias would
 *   not stay a number that can be scaled back become 1.
 */
void improve_pair_apply(struct qmac_network *network, const struct improve_link *link,
			float *scale);

/* An entry of a report, of factors that were applied in all. */
void improve_pair_report(const struct improve_link *link, const float *scale,
			 struct qmac_network_pair *out);

#endif /* QMAC_NETWORK_IMPROVE_PAIR_H */
