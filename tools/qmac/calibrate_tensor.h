/* SPDX-License-Identifier: MIT */
/* Tensors of qmac calibrate: names, files, calibrations. */
#ifndef QMAC_TOOL_CALIBRATE_TENSOR_H
#define QMAC_TOOL_CALIBRATE_TENSOR_H

#include "calibrate_options.h"

/**
 * struct calibrate_tensor - one tensor
 * @name: Its name.
 * @calibration: What was seen.
 * @picture: The same by our own calibrator, for a tool's that keeps no histogram;
 *   NULL when nothing is to be drawn.
 * @range: What was chosen.
 */
struct calibrate_tensor {
	char *name;
	struct qmac_calibration *calibration, *picture;
	struct qmac_calibration_range range;
};

/**
 * struct calibrate_tensors - all tensors of a command line, in its order
 * @count: Number of @all.
 * @all: The tensors.
 */
struct calibrate_tensors {
	size_t count;
	struct calibrate_tensor *all;
};

/**
 * calibrate_tensors_read() - see all files
 *
 * Return: 0, or -errno with the fault on stderr. Free in both cases.
 */
int calibrate_tensors_read(struct qmac_context *context, const struct calibrate_options *options,
			   struct calibrate_tensors *tensors);

/** calibrate_tensors_choose() - choose all ranges; as calibrate_tensors_read(). */
int calibrate_tensors_choose(struct qmac_context *context, const struct calibrate_options *options,
			     struct calibrate_tensors *tensors);

void calibrate_tensors_free(struct calibrate_tensors *tensors);

#endif /* QMAC_TOOL_CALIBRATE_TENSOR_H */
