/* SPDX-License-Identifier: MIT */
/*
 * Networks and calibration files: the encodings of a network written to the
 * formats of table.h, and ranges taken from them, edited or another tool's.
 *
 * An entry belongs to the activation or to the weights of its name. ncnn's tables
 * go by layers: LAYER_param_0 is of the layer's weights, and LAYER, where there
 * is a LAYER_param_0, of what the layer reads, also through MaxPool, Flatten,
 * Reshape and Transpose, whose results have the parameters of their input
 * (entries of such results are not read). A layer is called as struct
 * qmac_network_layer says.
 */
#ifndef QMAC_NETWORK_TABLE_H
#define QMAC_NETWORK_TABLE_H

#include <stdbool.h>

#include <qmac/export.h>
#include <qmac/network.h>
#include <qmac/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * qmac_network_table_ranges() - take ranges of activations from a table
 * @network: Float network.
 * @table: Table of any format.
 * @ranges: One entry per tensor of the network; those of activations that have an
 *   entry are replaced by its lo and hi, the others stay.
 * @matched: NULL, or one entry per entry of @table: receives whether it names
 *   anything in the network. Ranges of weights count as matched: they matter when
 *   @table is given to qmac_network_quantize() (@encodings of its options).
 *
 * Return: 0, or -EINVAL: an activation with several scales; @ranges may have
 * changed.
 */
QMAC_EXPORT int qmac_network_table_ranges(const struct qmac_network *network,
					  const struct qmac_table *table,
					  struct qmac_network_range *ranges, bool *matched);

/**
 * qmac_network_table() - the encodings that qmac_network_quantize() would use
 * @network: Float network.
 * @ranges: One entry per tensor of it.
 * @options: As for qmac_network_quantize(); NULL for the default.
 * @format: enum qmac_table_format that it is meant for, not QMAC_TABLE_DETECT.
 * @table: Receives the table: qmac_table_release(), then qmac_table_save().
 *
 * What is in it: QMAC and both AIMET: activations and weights (not those in
 * blocks); ORT: ranges of activations; TENSORRT: scales of activations, s8 and
 * symmetric whatever the options say; NCNN: per layer, its weights per channel and
 * its input, s8 and symmetric likewise. QMAC and ORT leave out results of MaxPool
 * and the like that have the parameters of their input.
 *
 * Return: 0, -EINVAL (format), -EEXIST (a name occurs twice), or as
 * qmac_network_quantize(); @table is untouched on failure.
 */
QMAC_EXPORT int qmac_network_table(const struct qmac_network *network,
				   const struct qmac_network_range *ranges,
				   const struct qmac_network_quantize_options *options,
				   unsigned int format, struct qmac_table *table);

#ifdef __cplusplus
}
#endif

#endif /* QMAC_NETWORK_TABLE_H */
