/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_SVG_TEXT_H
#define QMAC_TOOL_SVG_TEXT_H

#include <stdio.h>

/** svg_text() - print a name as XML text; control characters, which XML lacks, as "?". */
void svg_text(const char *text, FILE *out);

#endif /* QMAC_TOOL_SVG_TEXT_H */
