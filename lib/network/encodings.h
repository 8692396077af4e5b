/* SPDX-License-Identifier: MIT */
/* Entries of tables that belong to tensors of a network. */
#ifndef QMAC_NETWORK_ENCODINGS_H
#define QMAC_NETWORK_ENCODINGS_H

#include <qmac/table.h>

#include "network/graph.h"

/*
 * Entry of an activation: that of its name or, as ncnn has it, that of the first
 * layer that reads it. NULL: none.
 */
const struct qmac_table_entry *net_encoding_of_activation(const struct qmac_network *network,
							  const struct qmac_table *table,
							  size_t tensor);

/* Entry of a layer's weights: that of their name, or LAYER_param_0. NULL: none. */
const struct qmac_table_entry *net_encoding_of_weight(const struct qmac_network *network,
						      const struct qmac_table *table,
						      const struct net_node *layer);

/* The ranges of an entry as fp32. */
void net_encoding_range(const struct qmac_table_entry *entry, float *lo, float *hi);

/*
 * Takes the scales of @entry where they are those of its ranges but for rounding,
 * so that a tool's scale survives to the last bit. @params were chosen from the
 * ranges. Does nothing for NULL, and where somebody has edited a range.
 */
void net_encoding_adopt(const struct qmac_table_entry *entry, struct qmac_quant_params *params);

#endif /* QMAC_NETWORK_ENCODINGS_H */
