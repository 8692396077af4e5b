/* SPDX-License-Identifier: MIT */
/* What is written must not end what is read, nor what else is written. */
#ifndef QMAC_TOOL_OUTPUTS_H
#define QMAC_TOOL_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct output - a file to be written
 * @option: Option that names it.
 * @path: File, or NULL if it was not given.
 */
struct output {
	const char *option, *path;
};

/** same_file() - do both lead to one regular file? */
bool same_file(const char *a, const char *b);

/**
 * outputs_check() - is no output an input, and no two are one file?
 * @command: Subcommand.
 * @inputs: Files that are read; NULL ones were not given.
 * @input_count: Number of @inputs.
 * @outputs: Files that are written.
 * @output_count: Number of @outputs.
 *
 * Return: -1, or STATUS_USAGE with the fault on stderr.
 */
int outputs_check(const char *command, const char *const *inputs, size_t input_count,
		  const struct output *outputs, size_t output_count);

#endif /* QMAC_TOOL_OUTPUTS_H */
