// SPDX-License-Identifier: MIT
#include "method_options.h"

#include <errno.h>
#include <stdio.h>

#include "command.h"
#include "told.h"

static bool takes_percentile(uint8_t calibrator, uint8_t method)
{
	switch (calibrator) {
	case QMAC_CALIBRATOR_OWN:
		return method == QMAC_METHOD_PERCENTILE;
	case QMAC_CALIBRATOR_ORT_PERCENTILE:
	case QMAC_CALIBRATOR_ORT_PERCENTILE_ASYMMETRIC:
	case QMAC_CALIBRATOR_PPQ_PERCENTILE:
		return true;
	default:
		return false;
	}
}

static bool takes_coverage(uint8_t calibrator, uint8_t method)
{
	return calibrator == QMAC_CALIBRATOR_TWO_POINTER ||
	       (calibrator == QMAC_CALIBRATOR_OWN &&
		(method == QMAC_METHOD_TWO_POINTER ||
		 method == QMAC_METHOD_TWO_POINTER_AS_WRITTEN));
}

int method_options_unused(const char *command, const char *option, const char *methods)
{
	fprintf(stderr, "qmac %s: %s does nothing here: it goes with %s\n", command, option,
		methods);
	return STATUS_USAGE;
}

int method_options_check(const char *command, uint8_t calibrator,
			 const struct qmac_calibration_method *method)
{
	if (method->percentile > 0 && !takes_percentile(calibrator, method->method))
		return method_options_unused(
			command, "--percentile",
			"percentile, ort-percentile, ort-percentile-asymmetric and "
			"ppq-percentile");
	if (method->one_sided &&
	    (calibrator != QMAC_CALIBRATOR_OWN || method->method != QMAC_METHOD_PERCENTILE))
		return method_options_unused(command, "--one-sided", "percentile");
	if (method->coverage > 0 && !takes_coverage(calibrator, method->method))
		return method_options_unused(command, "--coverage",
					     "two-pointer and two-pointer-as-written");
	return -1;
}

int calibrator_options_check(const char *command, const struct qmac_calibration_spec *spec)
{
	struct qmac_calibration *calibration = NULL;
	struct qmac_context *context;
	int ret;

	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac %s: no memory\n", command);
		return STATUS_FAILED;
	}
	ret = qmac_calibration_create(context, spec, &calibration);
	if (ret)
		told(command, "", context, ret);
	qmac_calibration_destroy(calibration);
	qmac_context_destroy(context);
	return !ret ? -1 : ret == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
}
