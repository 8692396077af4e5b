/* SPDX-License-Identifier: MIT */
/* Searches of the own calibrator. All want the exact environment and count > zeros. */
#ifndef QMAC_CALIBRATE_SEARCH_H
#define QMAC_CALIBRATE_SEARCH_H

#include "calibrate/calibration.h"

/* Each fills in lo, hi and score; 0 or -ENOMEM. Ranges may go beyond what was seen. */
int search_percentile(const struct qmac_calibration *c,
		      const struct qmac_calibration_method *method,
		      struct qmac_calibration_range *out);
int search_two_pointer(const struct qmac_calibration *c,
		       const struct qmac_calibration_method *method,
		       struct qmac_calibration_range *out);
int search_divergence(const struct qmac_calibration *c,
		      const struct qmac_calibration_method *method,
		      struct qmac_calibration_range *out);
int search_error(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		 struct qmac_calibration_range *out);
int search_aciq(const struct qmac_calibration *c, const struct qmac_calibration_method *method,
		struct qmac_calibration_range *out);

#endif /* QMAC_CALIBRATE_SEARCH_H */
