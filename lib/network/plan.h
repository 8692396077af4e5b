/* SPDX-License-Identifier: MIT */
/* Memory of a run. */
#ifndef QMAC_NETWORK_PLAN_H
#define QMAC_NETWORK_PLAN_H

#include "network/graph.h"

/**
 * net_plan() - shapes, arena and scratch for a batch size
 * @network: Network.
 * @batch: Samples.
 *
 * Does nothing when the plan is already for @batch.
 *
 * Return: 0 or -errno with a message; the network then has no plan.
 */
int net_plan(struct qmac_network *network, size_t batch);

/*
 * Samples to run at once, when there are many: what the file fixes, or up to 32 that
 * leave the largest activation in the caches.
 */
size_t net_rows_at_a_time(const struct qmac_network *network);

#endif /* QMAC_NETWORK_PLAN_H */
