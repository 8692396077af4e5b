/* SPDX-License-Identifier: MIT */
/* Execution of nodes. */
#ifndef QMAC_NETWORK_RUN_H
#define QMAC_NETWORK_RUN_H

#include "network/graph.h"

/* Runs one node, its result to @out, in the default floating-point environment. */
void net_execute(const struct qmac_network *network, const struct net_node *node, void *out);

#endif /* QMAC_NETWORK_RUN_H */
