// SPDX-License-Identifier: MIT
#include "option_value.h"

#include <stdio.h>
#include <stdlib.h>

#include "command.h"

int option_misused(const char *command, const char *what, const char *value, const char *remedy)
{
	fprintf(stderr, "qmac %s: %s %s: %s\n", command, what, value, remedy);
	return STATUS_USAGE;
}

/* Not a number is outside of every range. */
bool option_number(const char *text, double lo, double hi, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && !*end && *out >= lo && *out <= hi;
}
