/* SPDX-License-Identifier: MIT */
/* A network and the samples that a subcommand works with. */
#ifndef QMAC_TOOL_NETWORK_SAMPLES_H
#define QMAC_TOOL_NETWORK_SAMPLES_H

#include <qmac/qmac.h>

#include "network_improve.h"
#include "network_options.h"
#include "network_ranges.h"
#include "npy/npy.h"

/**
 * struct network_samples - what was loaded
 * @network: The network, after the steps that improve it.
 * @info: Its size.
 * @samples: Samples to judge by, with labels and ranges; arrays of this struct. No
 *   rows when there are none.
 * @outputs: Results per sample.
 * @improved: What these steps did.
 * @source: Where ranges come from.
 * @ranges: Room for them, of @samples.
 */
struct network_samples {
	struct qmac_network *network;
	struct qmac_network_info info;
	struct qmac_network_samples samples;
	size_t outputs;
	struct npy_array data, calibration;
	uint32_t *labels;
	struct network_improved improved;
	struct network_ranges source;
	struct qmac_network_range *ranges;
};

/**
 * network_samples_load() - load network and files, see what ranges there are
 * @context: Context.
 * @options: Names of files.
 * @detailed: As for network_ranges_see().
 * @loaded: Receives all; network_samples_release() also after a failure.
 *
 * Return: 0 or -errno, the message printed.
 */
int network_samples_load(struct qmac_context *context, const struct network_options *options,
			 bool detailed, struct network_samples *loaded);

/**
 * network_samples_choose() - choose the ranges of @samples
 * @context: Context.
 * @loaded: Loaded.
 * @bits: Bits of the activations' codes.
 * @scheme: enum qmac_scheme of them.
 *
 * Return: 0 or -errno, the message printed.
 */
int network_samples_choose(struct qmac_context *context, struct network_samples *loaded,
			   unsigned int bits, uint8_t scheme);

void network_samples_release(struct network_samples *loaded);

#endif /* QMAC_TOOL_NETWORK_SAMPLES_H */
