/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_CALIBRATE_OPTIONS_H
#define QMAC_TOOL_CALIBRATE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/qmac.h>

#include "table_output.h"

/**
 * struct calibrate_options - command line of qmac calibrate
 * @files: Arguments, [NAME=]FILE.npy.
 * @file_count: Number of @files.
 * @name: Name of files that have none.
 * @resume: State to go on from, or NULL.
 * @output: File to write, or NULL.
 * @table: Format of @output.
 * @svg: File for the picture, or NULL.
 * @calibration: What to create.
 * @method: How to choose.
 * @codes: What the codes are like.
 * @constant: Averaging constant; negative for none.
 * @histogram: Print the histogram as text.
 * @json: Print a JSON object.
 */
struct calibrate_options {
	char **files;
	size_t file_count;
	const char *name, *resume, *output, *svg;
	struct table_output table;
	struct qmac_calibration_spec calibration;
	struct qmac_calibration_method method;
	struct qmac_quant_spec codes;
	float constant;
	bool histogram, json;
};

/**
 * calibrate_options_parse() - read the command line
 *
 * Return: -1 to go on, or an exit status (help was printed, or the fault named).
 */
int calibrate_options_parse(int argc, char **argv, struct calibrate_options *options);

/** calibrate_file_of() - FILE of an argument "[NAME=]FILE". */
const char *calibrate_file_of(const char *argument);

#endif /* QMAC_TOOL_CALIBRATE_OPTIONS_H */
