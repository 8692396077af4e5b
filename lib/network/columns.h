/* SPDX-License-Identifier: MIT */
/* The inputs of a convolution, laid out window by window ("im2col"). */
#ifndef QMAC_NETWORK_COLUMNS_H
#define QMAC_NETWORK_COLUMNS_H

#include "network/graph.h"

/* Windows per block: the columns of one stay in the cache. */
#define NET_COLUMNS 128

/**
 * struct net_conv - one group of one sample; 1-D is 2-D with a height of 1
 * @window: Window.
 * @channels: Input channels of the group.
 * @outputs: Output channels of the group.
 * @in_h: Height of the input.
 * @in_w: Width of the input.
 * @out_h: Windows in a column.
 * @out_w: Windows in a row.
 * @k: Inputs of a window: channels times kernel.
 */
struct net_conv {
	const struct net_window *window;
	size_t channels, outputs;
	size_t in_h, in_w, out_h, out_w;
	size_t k;
};

/* Of a Conv, with the shapes that are planned. */
struct net_conv net_conv_of(const struct qmac_network *network, const struct net_node *node);

/*
 * Inputs of windows @first to @first + @count of the group at @x: row (c, kh, kw)
 * of @to, NET_COLUMNS floats long, has one for each window. Padding is 0.
 */
void net_columns(const struct net_conv *conv, const float *x, size_t first, size_t count,
		 float *to);

#endif /* QMAC_NETWORK_COLUMNS_H */
