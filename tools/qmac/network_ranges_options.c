// SPDX-License-Identifier: MIT
#include "network_ranges_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "option_file.h"
#include "option_value.h"

void network_ranges_options_init(struct network_ranges_options *options)
{
	*options = (struct network_ranges_options){ .constant = 0.01f, .batch = 32 };
}

/* A method of ours, or another tool's calibrator. */
static int take_calibration(const char *command, const char *name,
			    struct network_ranges_options *options)
{
	options->spec.calibrator = QMAC_CALIBRATOR_OWN;
	for (unsigned int i = 0; qmac_method_name(i); i++) {
		if (!strcmp(name, qmac_method_name(i))) {
			options->method.method = (uint8_t)i;
			return -1;
		}
	}
	options->method.method = QMAC_METHOD_MINMAX;
	for (unsigned int i = 0; qmac_calibrator_name(i); i++) {
		if (!strcmp(name, qmac_calibrator_name(i))) {
			options->spec.calibrator = (uint8_t)i;
			return -1;
		}
	}
	fprintf(stderr, "qmac %s: --calibration %s: no such method; qmac %s --help lists them\n",
		command, name, command);
	return STATUS_USAGE;
}

static int take_number(const char *command, int c, const char *value,
		       struct network_ranges_options *options)
{
	long long count = 0;
	double number = 0;

	switch (c) {
	case NETWORK_RANGES_BINS:
		if (!option_integer(value, 1, 65536, &count))
			return option_misused(command, "--bins", value, "expected 1 to 65536");
		options->spec.bins = (uint32_t)count;
		return -1;
	case NETWORK_RANGES_BATCH:
		if (!option_integer(value, 1, 1000000000, &count))
			return option_misused(command, "--batch", value,
					      "expected samples, at least 1");
		options->batch = (size_t)count;
		return -1;
	case NETWORK_RANGES_PERCENTILE:
		if (!option_number(value, 1e-300, 100, &options->method.percentile))
			return option_misused(command, "--percentile", value,
					      "expected a number above 0, up to 100");
		return -1;
	case NETWORK_RANGES_COVERAGE:
		if (!option_number(value, 1e-300, 1 - 1e-16, &options->method.coverage))
			return option_misused(command, "--coverage", value,
					      "expected a number between 0 and 1");
		return -1;
	default:
		if (!option_number(value, 0, 1, &number))
			return option_misused(command, "--average", value, "expected 0 to 1");
		options->constant = (float)number;
		options->averaged = true;
		return -1;
	}
}

int network_ranges_option(const char *command, int c, const char *value,
			  struct network_ranges_options *options)
{
	switch (c) {
	case NETWORK_RANGES_CALIBRATION:
		return take_calibration(command, value, options);
	case NETWORK_RANGES_ONE_SIDED:
		options->method.one_sided = true;
		return -1;
	case NETWORK_RANGES_EACH:
		options->spec.each = true;
		return -1;
	case NETWORK_RANGES_TABLE:
		options->table = option_input(value);
		return -1;
	default:
		return take_number(command, c, value, options);
	}
}

bool network_ranges_averages(const struct network_ranges_options *options)
{
	return options->spec.calibrator == QMAC_CALIBRATOR_OWN &&
	       options->method.method == QMAC_METHOD_AVERAGE;
}
