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

#endif /* QMAC_NETWORK_PLAN_H */
