/* SPDX-License-Identifier: MIT */
/* The calibrations of a network's activations. */
#ifndef QMAC_NETWORK_CALIBRATION_H
#define QMAC_NETWORK_CALIBRATION_H

#include <stdbool.h>
#include <stdint.h>

#include <qmac/network_calibrate.h>

/**
 * struct qmac_network_calibration - one calibration per activation
 * @network: Network that is watched.
 * @batch: Samples per run; 0 for all of an update at once.
 * @tensors: Number of @all.
 * @all: By tensor number; NULL for constants and integers.
 */
struct qmac_network_calibration {
	struct qmac_network *network;
	size_t batch;
	size_t tensors;
	struct qmac_calibration **all;
};

/* Without calibrations yet; NULL and a message when there is no memory. */
struct qmac_network_calibration *net_calibration_allocate(struct qmac_network *network);

/* Is a tensor one that is watched? */
bool net_calibration_watches(const struct qmac_network *network, size_t tensor);

/* Decides on the batch, once the calibrations are there. */
void net_calibration_settle(struct qmac_network_calibration *calibration);

#endif /* QMAC_NETWORK_CALIBRATION_H */
