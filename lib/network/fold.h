/* SPDX-License-Identifier: MIT */
/* Simplifications that change no result but for rounding. */
#ifndef QMAC_NETWORK_FOLD_H
#define QMAC_NETWORK_FOLD_H

#include "network/graph.h"

/* Results of nodes that only read constants; the nodes stay, for writing. */
int net_fold_constants(struct qmac_network *network);

/*
 * The same for a node of a network that is still being read: bounds, shapes and
 * statistics that later nodes need as constants may come through an Identity or Concat.
 */
int net_fold_node(struct qmac_network *network, struct net_node *node);

/* alpha and beta of a Gemm into constant operands; MatMul and Add into a Gemm. */
int net_fold_gemm(struct qmac_network *network);

/*
 * MatMul of more dimensions and Add into a Gemm between two Reshape. Wants indexes and
 * shapes for one sample; leaves them.
 */
int net_fold_rows(struct qmac_network *network);

/* BatchNormalization into the weights before it. */
int net_fold_norm(struct qmac_network *network);

/*
 * A constant of a layer that may be changed: itself when only @node reads it, or
 * a copy that takes its place there.
 */
int net_own_constant(struct qmac_network *network, struct net_node *node, size_t input);

/* Gives a Conv or Gemm that has no bias one of zeros. */
int net_add_bias(struct qmac_network *network, struct net_node *layer, size_t channels);

/* A name that is not in use, made of @base and @suffix; free it. NULL: no memory. */
char *net_fresh_name(const struct qmac_network *network, const char *base, const char *suffix);

#endif /* QMAC_NETWORK_FOLD_H */
