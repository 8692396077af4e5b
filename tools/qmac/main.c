// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "command.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "info", command_info, "tell what a device is and can do" },
	{ "gemm", command_gemm, "multiply matrices on a device" },
	{ "calibrate", command_calibrate, "choose the range of a tensor's codes from data" },
	{ "table", command_table, "convert calibration files" },
	{ "prune", command_prune, "set the least weights of a tensor to 0" },
	{ "quantize", command_quantize, "make integers of a float tensor or ONNX network" },
	{ "dequantize", command_dequantize, "make float numbers of such integers" },
	{ "selftest", command_selftest, "compare with worked examples" },
	{ "sensitivity", command_sensitivity, "tell which layers of a network suffer most" },
	{ "sizes", command_sizes, "tell what widths make of the sizes of ten networks" },
	{ "sweep", command_sweep, "tell what widths make of a network's results" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
	fprintf(out, "usage: qmac COMMAND [OPTION]...\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-11s %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "\nqmac COMMAND --help tells the options. Exit status: 0 well, 1 failed, "
		     "2 misused.\n");
}

/* No command can begin with a QMAC_ISA that the library refuses: say so once, here. */
static bool isa_usable(void)
{
	struct qmac_context *context;
	int error = qmac_context_create(&context);

	if (!error)
		qmac_context_destroy(context);
	if (error == -EINVAL || error == -EOPNOTSUPP)
		fprintf(stderr, "qmac: QMAC_ISA=%s%s: use scalar, avx2 or avx512, or unset it\n",
			getenv("QMAC_ISA"),
			error == -EINVAL ? "" : ", which this processor does not have");
	return error != -EINVAL && error != -EOPNOTSUPP;
}

static int run_command(int argc, char **argv)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(argv[0], commands[i].name))
			return commands[i].run(argc, argv);
	fprintf(stderr, "qmac: unknown command %s; qmac --help lists them\n",
		*argv[0] ? argv[0] : "''");
	return STATUS_USAGE;
}

/* "qmac --help quantize" is "qmac quantize --help". */
static int help(int argc, char **argv)
{
	char option[] = "--help";
	char *arguments[] = { argv[0], option, NULL };

	if (argc)
		return run_command(2, arguments);
	usage(stdout);
	return STATUS_OK;
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		return help(argc - 2, argv + 2);
	if (!strcmp(argv[1], "--version")) {
		printf("qmac %s\n", qmac_version());
		return STATUS_OK;
	}
	return isa_usable() ? run_command(argc - 1, argv + 1) : STATUS_USAGE;
}

/* What was printed may only fail to arrive when it is flushed. */
int main(int argc, char **argv)
{
	int status = run(argc, argv);
	bool lost = ferror(stdout);

	errno = 0;
	if (fclose(stdout) || lost) {
		fprintf(stderr, "qmac: cannot write the output: %s\n",
			strerror(errno ? errno : EIO));
		return status == STATUS_OK ? STATUS_FAILED : status;
	}
	return status;
}
