// SPDX-License-Identifier: MIT
#include "option_next.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static bool is_long(const char *argument)
{
	return !strncmp(argument, "--", 2);
}

/* Does @argument, as far as its name goes, begin the name of @option? */
static bool begins(const char *argument, const struct option *option)
{
	return !strncmp(argument + 2, option->name, strcspn(argument + 2, "="));
}

static int tell_unknown(const char *command, const char *option)
{
	fprintf(stderr, "qmac %s: %s: no such option; qmac %s --help lists them\n", command, option,
		command);
	return '?';
}

/* A long name that is none, or is the beginning of several. */
static int tell_name(const char *command, const char *argument, const struct option *longs)
{
	const char *between = "could be";
	bool several = false;

	for (const struct option *option = longs; option->name; option++)
		several |= begins(argument, option);
	if (!several)
		return tell_unknown(command, argument);
	fprintf(stderr, "qmac %s: %s: ", command, argument);
	for (const struct option *option = longs; option->name; option++) {
		if (!begins(argument, option))
			continue;
		fprintf(stderr, "%s --%s", between, option->name);
		between = " or";
	}
	fprintf(stderr, ": write it out\n");
	return '?';
}

/* "--json=3": only there does getopt_long() name an option that takes no value. */
static bool has_unwanted_value(const char *argument, const struct option *longs)
{
	if (!is_long(argument) || !strchr(argument, '='))
		return false;
	for (const struct option *option = longs; option->name; option++)
		if (option->val == optopt && option->has_arg == no_argument &&
		    begins(argument, option))
			return true;
	return false;
}

/*
 * argv[optind - 1] is the argument at fault, but for a letter in the middle of several, which
 * is known by its code alone.
 */
static int tell(const char *command, int c, char **argv, const struct option *longs)
{
	const char *argument = argv[optind - 1];
	const char letter[] = { '-', (char)optopt, '\0' };

	if (c == ':') {
		fprintf(stderr, "qmac %s: %s: needs a value; qmac %s --help tells which\n", command,
			is_long(argument) ? argument : letter, command);
		return '?';
	}
	if (!optopt)
		return tell_name(command, argument, longs);
	if (!has_unwanted_value(argument, longs))
		return tell_unknown(command, letter);
	fprintf(stderr, "qmac %s: %s: takes no value: leave out %s\n", command, argument,
		strchr(argument, '='));
	return '?';
}

int option_unknown(const char *command, int c, const struct option *longs)
{
	char name[64] = "?";

	for (const struct option *option = longs; option->name; option++) {
		if (option->val == c) {
			snprintf(name, sizeof(name), "--%s", option->name);
			break;
		}
	}
	tell_unknown(command, name);
	return STATUS_USAGE;
}

int option_next(const char *command, int argc, char **argv, const char *shorts,
		const struct option *longs)
{
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, shorts, longs, NULL);
	return c == '?' || c == ':' ? tell(command, c, argv, longs) : c;
}
