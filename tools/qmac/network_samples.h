/* SPDX-License-Identifier: MIT */
/* A network and the samples that a subcommand works with. */
#ifndef QMAC_TOOL_NETWORK_SAMPLES_H
#define QMAC_TOOL_NETWORK_SAMPLES_H

#include <qmac/qmac.h>

#include "network_options.h"
#include "npy/npy.h"

/**
 * struct network_samples - what was loaded
 * @network: The network.
 * @info: Its size.
 * @samples: Samples to judge by, with labels and ranges; arrays of this struct.
 * @outputs: Results per sample.
 */
struct network_samples {
	struct qmac_network *network;
	struct qmac_network_info info;
	struct qmac_network_samples samples;
	size_t outputs;
	struct npy_array data, calibration;
	uint32_t *labels;
	struct qmac_network_range *ranges;
};

/**
 * network_samples_load() - load network and files, take ranges
 * @context: Context.
 * @options: Names of files.
 * @loaded: Receives all; network_samples_release() also after a failure.
 *
 * Return: 0 or -errno, the message printed.
 */
int network_samples_load(struct qmac_context *context, const struct network_options *options,
			 struct network_samples *loaded);

void network_samples_release(struct network_samples *loaded);

#endif /* QMAC_TOOL_NETWORK_SAMPLES_H */
