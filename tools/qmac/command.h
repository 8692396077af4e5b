/* SPDX-License-Identifier: MIT */
/* The subcommands of qmac. */
#ifndef QMAC_TOOL_COMMAND_H
#define QMAC_TOOL_COMMAND_H

/* Exit statuses: all went well; something failed or differed; misused. */
enum {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2
};

/* Each takes its name as argv[0] and returns an exit status. */
int command_info(int argc, char **argv);
int command_gemm(int argc, char **argv);
int command_calibrate(int argc, char **argv);
int command_table(int argc, char **argv);
int command_dequantize(int argc, char **argv);
int command_prune(int argc, char **argv);
int command_quantize(int argc, char **argv);
int command_quantize_network(int argc, char **argv);
int command_quantize_tensor(int argc, char **argv);
int command_selftest(int argc, char **argv);
int command_sensitivity(int argc, char **argv);
int command_sizes(int argc, char **argv);
int command_sweep(int argc, char **argv);

#endif /* QMAC_TOOL_COMMAND_H */
