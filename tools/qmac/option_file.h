/* SPDX-License-Identifier: MIT */
/* "-" as the name of a file: what is piped in or out. */
#ifndef QMAC_TOOL_OPTION_FILE_H
#define QMAC_TOOL_OPTION_FILE_H

/** option_input() - the file to read that @name means. */
const char *option_input(const char *name);

/** option_output() - the file to write that @name means. */
const char *option_output(const char *name);

#endif /* QMAC_TOOL_OPTION_FILE_H */
