/* SPDX-License-Identifier: MIT */
/* Where a value comes from that is no number. */
#ifndef QMAC_NETWORK_BLAME_H
#define QMAC_NETWORK_BLAME_H

#include "network/graph.h"

/**
 * net_blame() - name the tensor at fault in the context's message
 * @network: Its context has a message on the values of @tensor.
 * @tensor: An activation.
 * @error: What was found; with -EDOM, a NaN or infinity, a constant that brought it in is
 *   named instead: it has one itself, and made the first of the activations that have.
 *
 * Return: @error.
 */
int net_blame(const struct qmac_network *network, size_t tensor, int error);

#endif /* QMAC_NETWORK_BLAME_H */
