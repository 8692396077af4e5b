/* SPDX-License-Identifier: MIT */
/* Values of options, and what is printed of those that cannot be. */
#ifndef QMAC_TOOL_OPTION_VALUE_H
#define QMAC_TOOL_OPTION_VALUE_H

#include <stdbool.h>

/**
 * option_misused() - print what is wrong with a command line
 * @command: Subcommand.
 * @what: Option, or "argument".
 * @value: What was given.
 * @remedy: What to give instead.
 *
 * Return: STATUS_USAGE.
 */
int option_misused(const char *command, const char *what, const char *value, const char *remedy);

/** option_number() - is all of @text a number from @lo to @hi? */
bool option_number(const char *text, double lo, double hi, double *out);

#endif /* QMAC_TOOL_OPTION_VALUE_H */
