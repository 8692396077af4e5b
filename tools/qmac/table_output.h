/* SPDX-License-Identifier: MIT */
/* Which format a table is written in. */
#ifndef QMAC_TOOL_TABLE_OUTPUT_H
#define QMAC_TOOL_TABLE_OUTPUT_H

#include <stdbool.h>

/**
 * struct table_output - format of what is written
 * @state: Not a table, but what a calibration has seen.
 * @format: enum qmac_table_format.
 */
struct table_output {
	bool state;
	unsigned int format;
};

/**
 * table_output_choose() - by the option, else by the end of the file's name
 * @command: Subcommand.
 * @option: Option that names a format.
 * @name: Its value, or NULL.
 * @path: File, or NULL if none is written.
 * @states: States can be written too.
 * @out: What was chosen; our JSON without @path, and where @path is a pipe or a device,
 *   whose name tells nothing.
 *
 * Return: -1, or STATUS_USAGE with the fault on stderr.
 */
int table_output_choose(const char *command, const char *option, const char *name, const char *path,
			bool states, struct table_output *out);

#endif /* QMAC_TOOL_TABLE_OUTPUT_H */
