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

/**
 * option_integer() - is all of @text an integer from @lo to @hi?
 *
 * Decimal digits, with a minus before them or not: a zero in front does not make it octal,
 * and there is no space.
 */
bool option_integer(const char *text, long long lo, long long hi, long long *out);

/**
 * option_integer_next() - the same for the next of a list, "1,2,3"
 * @text: Moved behind the integer and its comma; at the end of the list "" is left. A
 *   comma without an integer behind it is a fault.
 */
bool option_integer_next(const char **text, long long lo, long long hi, long long *out);

/**
 * option_take_integer() - option_integer(), or print what was expected
 *
 * Return: -1, or STATUS_USAGE.
 */
int option_take_integer(const char *command, const char *what, const char *text, long long lo,
			long long hi, long long *out);

#endif /* QMAC_TOOL_OPTION_VALUE_H */
