// SPDX-License-Identifier: MIT
#include "network_name.h"

#include <stdio.h>
#include <string.h>

#include "command.h"

static bool ends_as_network(const char *argument)
{
	size_t length = strlen(argument);

	return length >= 5 && !strcmp(argument + length - 5, ".onnx");
}

bool network_named(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-o") || !strcmp(argv[i], "--output"))
			i++;
		else if (argv[i][0] != '-' && ends_as_network(argv[i]))
			return true;
	}
	return false;
}

int network_option_misplaced(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--calib") != 0 && strncmp(argv[i], "--calib=", 8) != 0)
			continue;
		fprintf(stderr,
			"qmac %s: --calib: only with a network, a file whose name ends in .onnx\n",
			argv[0]);
		return STATUS_USAGE;
	}
	return -1;
}
