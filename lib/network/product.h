/* SPDX-License-Identifier: MIT */
/* Matrix product of floats, the core of all layers. */
#ifndef QMAC_NETWORK_PRODUCT_H
#define QMAC_NETWORK_PRODUCT_H

#include <stddef.h>

#include "network/graph.h"
#include "simd/kernels.h"

/* With the instructions of the network's context, which makes no difference to the bits. */
void net_product(const struct qmac_network *network, const struct simd_product *product);

/* Transposes [rows, columns] into [columns, rows]. */
void net_transpose(size_t rows, size_t columns, const float *from, float *to);

#endif /* QMAC_NETWORK_PRODUCT_H */
