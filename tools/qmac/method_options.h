/* SPDX-License-Identifier: MIT */
/* Settings of calibration methods, shared by subcommands. */
#ifndef QMAC_TOOL_METHOD_OPTIONS_H
#define QMAC_TOOL_METHOD_OPTIONS_H

#include <qmac/qmac.h>

/**
 * method_options_check() - a setting of a method that was not chosen would do nothing
 * @command: Name of the subcommand.
 * @calibrator: enum qmac_calibrator.
 * @method: What was chosen; settings that were not given are 0.
 *
 * Return: -1, or an exit status with the fault on stderr.
 */
int method_options_check(const char *command, uint8_t calibrator,
			 const struct qmac_calibration_method *method);

/**
 * calibrator_options_check() - does the calibrator take --bins and --each as they were given?
 * @command: Name of the subcommand.
 * @spec: What is to be created.
 *
 * Return: -1, or an exit status with the fault on stderr.
 */
int calibrator_options_check(const char *command, const struct qmac_calibration_spec *spec);

/** method_options_unused() - say that @option does nothing but with @methods; STATUS_USAGE */
int method_options_unused(const char *command, const char *option, const char *methods);

#endif /* QMAC_TOOL_METHOD_OPTIONS_H */
