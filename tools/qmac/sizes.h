/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_SIZES_H
#define QMAC_TOOL_SIZES_H

/** sizes_megabytes() - weights of a network of qmac sizes at a width; 0 for another name. */
double sizes_megabytes(const char *network, unsigned int bits);

#endif /* QMAC_TOOL_SIZES_H */
