/* SPDX-License-Identifier: MIT */
/* Subcommands that work on tensors and on networks tell them apart by the name. */
#ifndef QMAC_TOOL_NETWORK_NAME_H
#define QMAC_TOOL_NETWORK_NAME_H

#include <stdbool.h>

/** network_named() - is a network among the arguments, other than as the output? */
bool network_named(int argc, char **argv);

/**
 * network_option_misplaced() - is there an option that makes sense with a network alone?
 * @argc: Arguments of a command line without a network.
 * @argv: Likewise.
 *
 * It would be taken for the beginning of another one.
 *
 * Return: -1, or STATUS_USAGE with the fault on stderr.
 */
int network_option_misplaced(int argc, char **argv);

#endif /* QMAC_TOOL_NETWORK_NAME_H */
