// SPDX-License-Identifier: MIT
/* qmac quantize: a network or a tensor, told by the name of the file. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "network_name.h"

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
	int ret;

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help"))
			return print_help(argv);
	if (network_named(argc, argv))
		return command_quantize_network(argc, argv);
	ret = network_option_misplaced(argc, argv);
	return ret >= 0 ? ret : command_quantize_tensor(argc, argv);
}
