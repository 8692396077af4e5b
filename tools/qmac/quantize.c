// SPDX-License-Identifier: MIT
/* qmac quantize: a network or a tensor, told by the name of the file. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static bool names_network(const char *argument)
{
	size_t length = strlen(argument);

	return length >= 5 && !strcmp(argument + length - 5, ".onnx");
}

static int print_help(char **argv)
{
	char help[] = "--help";
	char *arguments[] = { argv[0], help, NULL };

	command_quantize_tensor(2, arguments);
	fputs("\nor, for a whole network:\n\n", stdout);
	optind = 0; /* GNU: begin anew */
	return command_quantize_network(2, arguments);
}

int command_quantize(int argc, char **argv)
{
	bool network = false, help = false;

	for (int i = 1; i < argc; i++) {
		network |= names_network(argv[i]);
		help |= !strcmp(argv[i], "--help");
	}
	if (help)
		return print_help(argv);
	return network ? command_quantize_network(argc, argv) : command_quantize_tensor(argc, argv);
}
