/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_REPORT_ASIDE_H
#define QMAC_TOOL_REPORT_ASIDE_H

/**
 * report_aside() - keep a report out of what was written
 * @output: Where a file was written, or NULL.
 *
 * If that was stdout (/dev/stdout, say), what is printed from now on goes to stderr.
 */
void report_aside(const char *output);

#endif /* QMAC_TOOL_REPORT_ASIDE_H */
