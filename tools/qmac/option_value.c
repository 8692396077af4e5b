// SPDX-License-Identifier: MIT
#include "option_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"

int option_misused(const char *command, const char *what, const char *value, const char *remedy)
{
	fprintf(stderr, "qmac %s: %s %s: %s\n", command, what, *value ? value : "''", remedy);
	return STATUS_USAGE;
}

/* strtod(3) and strtoll(3) skip spaces, which are no part of a number. */
static bool begins_number(const char *text)
{
	return *text > ' ';
}

/* Not a number is outside of every range. */
bool option_number(const char *text, double lo, double hi, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return begins_number(text) && end != text && !*end && *out >= lo && *out <= hi;
}

bool option_integer_next(const char **text, long long lo, long long hi, long long *out)
{
	const char *digits = **text == '-' ? *text + 1 : *text;
	char *end;

	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	*out = strtoll(*text, &end, 10);
	if (errno || *out < lo || *out > hi || (*end && (*end != ',' || !end[1])))
		return false;
	*text = *end ? end + 1 : end;
	return true;
}

bool option_integer(const char *text, long long lo, long long hi, long long *out)
{
	/* What is left behind a comma is not an integer alone. */
	return option_integer_next(&text, lo, hi, out) && !*text;
}

int option_take_integer(const char *command, const char *what, const char *text, long long lo,
			long long hi, long long *out)
{
	char remedy[80];

	if (option_integer(text, lo, hi, out))
		return -1;
	snprintf(remedy, sizeof(remedy), "expected an integer from %lld to %lld", lo, hi);
	return option_misused(command, what, text, remedy);
}
