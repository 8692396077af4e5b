// SPDX-License-Identifier: MIT
#include "outputs.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "option_value.h"

bool same_file(const char *a, const char *b)
{
	struct stat first, second;

	return !stat(a, &first) && !stat(b, &second) && S_ISREG(first.st_mode) &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Of two names that are none yet, only equal ones are known to be one file. */
static bool one_output(const struct output *a, const struct output *b)
{
	struct stat found;

	if (same_file(a->path, b->path))
		return true;
	return !strcmp(a->path, b->path) && (stat(a->path, &found) || !S_ISCHR(found.st_mode));
}

int outputs_check(const char *command, const char *const *inputs, size_t input_count,
		  const struct output *outputs, size_t output_count)
{
	for (size_t i = 0; i < output_count; i++) {
		if (!outputs[i].path)
			continue;
		for (size_t j = 0; j < input_count; j++)
			if (inputs[j] && same_file(inputs[j], outputs[i].path))
				return option_misused(command, outputs[i].option, outputs[i].path,
						      "is an input, which would be lost: choose "
						      "another name");
		for (size_t j = 0; j < i; j++) {
			char remedy[80];

			if (!outputs[j].path || !one_output(&outputs[j], &outputs[i]))
				continue;
			snprintf(remedy, sizeof(remedy), "is the %s too: choose another name",
				 outputs[j].option);
			return option_misused(command, outputs[i].option, outputs[i].path, remedy);
		}
	}
	return -1;
}
