/* SPDX-License-Identifier: MIT */
/* Ranges of a network's activations: calibrated, and taken from a table. */
#ifndef QMAC_TOOL_NETWORK_RANGES_H
#define QMAC_TOOL_NETWORK_RANGES_H

#include <qmac/qmac.h>

#include "network_options.h"

/**
 * struct network_ranges - where ranges come from
 * @network: Borrowed.
 * @options: Borrowed.
 * @calibration: What was seen; NULL for plain min-max, or without samples.
 * @minmax: Then these; NaN without samples.
 * @table: Ranges of a file; empty without one.
 */
struct network_ranges {
	struct qmac_network *network;
	const struct network_options *options;
	struct qmac_network_calibration *calibration;
	struct qmac_network_range *minmax;
	struct qmac_table table;
};

/**
 * network_ranges_see() - look at the samples, read the table
 * @context: Context.
 * @options: Command line.
 * @network: Network.
 * @rows: Samples; 0 for none.
 * @x: Their values.
 * @detailed: Keep histograms even where min-max needs none.
 * @ranges: Release it also after a failure.
 *
 * Entries of the table that name nothing are told on stderr.
 *
 * Return: 0 or -errno, the message printed.
 */
int network_ranges_see(struct qmac_context *context, const struct network_options *options,
		       struct qmac_network *network, size_t rows, const float *x, bool detailed,
		       struct network_ranges *ranges);

/**
 * network_ranges_choose() - choose all ranges
 * @context: Context.
 * @ranges: From network_ranges_see().
 * @bits: Bits of the activations' codes.
 * @scheme: enum qmac_scheme of them.
 * @out: Receives one entry per tensor; NaN to NaN for those that nothing is known of.
 *
 * Return: 0 or -errno, the message printed.
 */
int network_ranges_choose(struct qmac_context *context, const struct network_ranges *ranges,
			  unsigned int bits, uint8_t scheme, struct qmac_network_range *out);

/** network_ranges_way() - name of the method, or of the tool that has its own. */
const char *network_ranges_way(const struct network_ranges *ranges);

void network_ranges_release(struct network_ranges *ranges);

#endif /* QMAC_TOOL_NETWORK_RANGES_H */
