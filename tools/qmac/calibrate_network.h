/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_CALIBRATE_NETWORK_H
#define QMAC_TOOL_CALIBRATE_NETWORK_H

/** calibrate_network() - qmac calibrate MODEL.onnx; returns an exit status. */
int calibrate_network(int argc, char **argv);

/** calibrate_network_help() - what it takes, to stdout. */
void calibrate_network_help(void);

#endif /* QMAC_TOOL_CALIBRATE_NETWORK_H */
