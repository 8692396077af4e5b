/* SPDX-License-Identifier: MIT */
/* Which layer reads the results of another, and how their channels go together. */
#ifndef QMAC_NETWORK_IMPROVE_TRACE_H
#define QMAC_NETWORK_IMPROVE_TRACE_H

#include "network/improve_layer.h"

/**
 * struct improve_link - a layer and the one behind it
 * @first: The layer.
 * @second: The layer that reads it; valid when @reason is NULL.
 * @channel: For each input channel of @second, over all groups, the output
 *   channel of @first that it is; owned.
 * @reason: Why there is no such layer, or NULL.
 * @where: Name of the node that stands in the way, or NULL.
 */
struct improve_link {
	struct improve_layer first, second;
	size_t *channel;
	const char *reason, *where;
};

/**
 * improve_trace_all() - follow the results of every layer
 * @links: Receives an array with an entry per layer; improve_trace_release().
 *
 * Return: 0 or -ENOMEM, or what planning a run gives.
 */
int improve_trace_all(struct qmac_network *network, struct improve_link **links);

void improve_trace_release(struct improve_link *links, size_t count);

#endif /* QMAC_NETWORK_IMPROVE_TRACE_H */
