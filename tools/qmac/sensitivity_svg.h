/* SPDX-License-Identifier: MIT */
/* Sensitivity of layers as a picture. */
#ifndef QMAC_TOOL_SENSITIVITY_SVG_H
#define QMAC_TOOL_SENSITIVITY_SVG_H

#include <stdio.h>

#include <qmac/qmac.h>

/**
 * sensitivity_print_svg() - a bar per layer: the SQNR of the results
 * @title: What was done to each layer.
 * @network: Names the layers.
 * @layers: Its layers, in the order of the bars.
 * @count: How many.
 * @out: File.
 *
 * Bars reach from 0 dB to the right, of an SQNR below 0 to the left. Without noise a bar
 * is as long as the longest and grey; with a NaN in the results there is none.
 */
void sensitivity_print_svg(const char *title, const struct qmac_network *network,
			   const struct qmac_network_sensitivity *layers, size_t count, FILE *out);

#endif /* QMAC_TOOL_SENSITIVITY_SVG_H */
