/* SPDX-License-Identifier: MIT */
/* Helpers of shape inference, and the pass over a whole network. */
#ifndef QMAC_NETWORK_INFER_H
#define QMAC_NETWORK_INFER_H

#include "network/graph.h"

/* Sets the result; -EFBIG with a message when it is too large or empty. */
int net_set_output(struct qmac_network *network, const struct net_node *node, enum net_type type,
		   const struct net_shape *shape);

/* 0, or -ENOTSUP with a message when an input that is there is not fp32. */
int net_need_floats(const struct qmac_network *network, const struct net_node *node);

/* The axis of @rank dimensions that @axis means (negative: from the end); -EINVAL. */
int net_axis(const struct qmac_network *network, const struct net_node *node, int64_t axis,
	     unsigned int rank, unsigned int *out);

/* Shape of an elementwise operation with NumPy's broadcasting; -EINVAL. */
int net_broadcast(const struct qmac_network *network, const struct net_node *node,
		  const struct net_shape *a, const struct net_shape *b, struct net_shape *out);

/* All shapes for @batch samples. Old shapes and plan are gone also on failure. */
int net_infer(struct qmac_network *network, size_t batch);

#endif /* QMAC_NETWORK_INFER_H */
