/* SPDX-License-Identifier: MIT */
/* Tensor numbers by name. */
#ifndef QMAC_NETWORK_NAMES_H
#define QMAC_NETWORK_NAMES_H

#include "network/graph.h"

/* 0 or -ENOMEM. The name must not be there. */
int net_names_add(struct qmac_network *network, size_t tensor);

#endif /* QMAC_NETWORK_NAMES_H */
