/* SPDX-License-Identifier: MIT */
/* getopt_long(3), with mistakes told as all others are. */
#ifndef QMAC_TOOL_OPTION_NEXT_H
#define QMAC_TOOL_OPTION_NEXT_H

#include <getopt.h>

/**
 * option_next() - the next option of a command line
 * @command: Subcommand, to begin messages with.
 * @argc: As of getopt_long(3); optarg and optind are set as it does.
 * @argv: Likewise.
 * @shorts: Short options, which begin with ":".
 * @longs: Long options.
 *
 * Return: what getopt_long(3) returns; '?' when there is a mistake, which is then on stderr.
 */
int option_next(const char *command, int argc, char **argv, const char *shorts,
		const struct option *longs);

/** option_unknown() - say that the option of the value @c is none here; STATUS_USAGE */
int option_unknown(const char *command, int c, const struct option *longs);

#endif /* QMAC_TOOL_OPTION_NEXT_H */
