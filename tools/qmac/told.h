/* SPDX-License-Identifier: MIT */
/* What the library says is wrong, in terms of the command. */
#ifndef QMAC_TOOL_TOLD_H
#define QMAC_TOOL_TOLD_H

#include <qmac/qmac.h>

/**
 * told() - print the context's message
 * @command: Subcommand.
 * @where: File or tensor, or "" if the message says so itself.
 * @context: Holds the message. Constants of the library for which there is an option
 *   are printed as that.
 * @error: -ENOMEM has no message.
 *
 * Return: @error.
 */
int told(const char *command, const char *where, const struct qmac_context *context, int error);

/** told_of_network() - the same, with the options that networks have */
int told_of_network(const char *command, const struct qmac_context *context, int error);

#endif /* QMAC_TOOL_TOLD_H */
