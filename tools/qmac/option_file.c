// SPDX-License-Identifier: MIT
#include "option_file.h"

#include <string.h>

const char *option_input(const char *name)
{
	return strcmp(name, "-") ? name : "/dev/stdin";
}

const char *option_output(const char *name)
{
	return strcmp(name, "-") ? name : "/dev/stdout";
}
