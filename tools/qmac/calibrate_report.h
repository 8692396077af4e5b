/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_CALIBRATE_REPORT_H
#define QMAC_TOOL_CALIBRATE_REPORT_H

#include "calibrate_tensor.h"

/** calibrate_report_print() - what was seen and chosen, for people. */
void calibrate_report_print(const struct calibrate_options *options,
			    const struct calibrate_tensors *tensors,
			    const struct qmac_table *table);

/** calibrate_report_print_json() - the same as a JSON object. */
void calibrate_report_print_json(const struct calibrate_options *options,
				 const struct calibrate_tensors *tensors,
				 const struct qmac_table *table);

#endif /* QMAC_TOOL_CALIBRATE_REPORT_H */
