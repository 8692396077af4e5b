/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_SAME_FILE_H
#define QMAC_TOOL_SAME_FILE_H

#include <stdbool.h>

/** same_file() - do both paths lead to one regular file that exists? */
bool same_file(const char *a, const char *b);

#endif /* QMAC_TOOL_SAME_FILE_H */
