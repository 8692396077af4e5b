// SPDX-License-Identifier: MIT
#include "server/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "model/model.h"
#include "qmac_regs.h"
#include "vfu/protocol.h"

#define MAX_LATENCY 1000000ul

enum {
	ARRAY = 256,
	TRACE,
	LATENCY,
	ONCE,
	RESET,
	LEVEL,
	VERSION
};

static const struct option long_options[] = {
	{ "socket", required_argument, NULL, 's' },
	{ "model", required_argument, NULL, 'm' },
	{ "array", required_argument, NULL, ARRAY },
	{ "trace", required_argument, NULL, TRACE },
	{ "mem-latency", required_argument, NULL, LATENCY },
	{ "once", no_argument, NULL, ONCE },
	{ "reset-on-disconnect", no_argument, NULL, RESET },
	{ "log-level", required_argument, NULL, LEVEL },
	{ "version", no_argument, NULL, VERSION },
	{ "help", no_argument, NULL, 'h' },
	{},
};

static const char help[] =
	"Usage: qmac-sim --socket PATH [OPTION]...\n"
	"Puts a simulated qmac device on the PCI bus of a virtual machine, over vfio-user.\n"
	"\n"
	"  -s, --socket PATH        listen here (required)\n"
	"  -m, --model NAME         rtl (default), functional, or rtl:<KC>x<NC>\n"
	"      --array KCxNC        shape of the array; default is the model's own\n"
	"      --trace FILE.fst     write a waveform (rtl only; slow)\n"
	"      --mem-latency N      cycles of memory latency, 1 to 1000000 (default 100)\n"
	"      --once               exit when the first client disconnects\n"
	"      --reset-on-disconnect\n"
	"                           power-on state for every client\n"
	"      --log-level LEVEL    none, error, warning, info (default) or debug\n"
	"      --version, --help\n"
	"\n"
	"A line that starts with \"ready\" on stdout tells when clients may connect. Then:\n"
	"  qemu-system-x86_64 -machine q35,memory-backend=mem -m 512M \\\n"
	"    -object memory-backend-memfd,id=mem,size=512M,share=on \\\n"
	"    -device "
	"'{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"PATH\"}}'\n"
	"SIGTERM ends it without harm to the VM. Exit status: 0, 1 on failure, 2 on wrong usage.\n";

static enum options_result wrong(const char *what, const char *value, const char *remedy)
{
	fprintf(stderr, "qmac-sim: %s \"%s\": %s\n", what, value, remedy);
	return OPTIONS_WRONG;
}

static bool parse_number(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoul(text, &end, 10);
	return !errno && !*end && *value >= 1 && *value <= max;
}

static bool parse_array(const char *text, struct options *options)
{
	char kc_text[8];
	const char *x = strchr(text, 'x');
	unsigned long kc, nc;

	if (!x || (size_t)(x - text) >= sizeof(kc_text))
		return false;
	memcpy(kc_text, text, x - text);
	kc_text[x - text] = '\0';
	if (!parse_number(kc_text, 1024, &kc) || !parse_number(x + 1, 1024, &nc))
		return false;
	options->kc = kc;
	options->nc = nc;
	return true;
}

static enum options_result parse_one(struct options *options, int option)
{
	unsigned long number;

	switch (option) {
	case 's':
		options->socket = optarg;
		return OPTIONS_RUN;
	case 'm':
		if (strlen(optarg) >= sizeof(options->model))
			return wrong("--model", optarg, "use rtl, functional or rtl:<KC>x<NC>");
		strcpy(options->model, optarg);
		return OPTIONS_RUN;
	case ARRAY:
		if (!parse_array(optarg, options))
			return wrong("--array", optarg, "use <KC>x<NC>, for example 16x16");
		return OPTIONS_RUN;
	case TRACE:
		options->trace = optarg;
		return OPTIONS_RUN;
	case LATENCY:
		if (!parse_number(optarg, MAX_LATENCY, &number))
			return wrong("--mem-latency", optarg, "use a number from 1 to 1000000");
		options->mem_latency = number;
		return OPTIONS_RUN;
	case ONCE:
		options->once = true;
		return OPTIONS_RUN;
	case RESET:
		options->reset_on_disconnect = true;
		return OPTIONS_RUN;
	case LEVEL:
		if (!log_level_parse(optarg, &options->log_level))
			return wrong("--log-level", optarg,
				     "use none, error, warning, info or debug");
		return OPTIONS_RUN;
	case VERSION:
		printf("qmac-sim: register map %u.%u, model interface %u, vfio-user %u.%u\n",
		       QMAC_HW_VERSION_MAJOR, QMAC_HW_VERSION_MINOR, QMAC_MODEL_ABI, VFU_MAJOR,
		       VFU_MINOR);
		return OPTIONS_DONE;
	case 'h':
		fputs(help, stdout);
		return OPTIONS_DONE;
	default:
		fputs("qmac-sim: see --help\n", stderr);
		return OPTIONS_WRONG;
	}
}

static enum options_result check(struct options *options)
{
	char *shape = options->model + 3;

	if (!options->socket || !*options->socket) {
		fputs("qmac-sim: --socket PATH is missing; see --help\n", stderr);
		return OPTIONS_WRONG;
	}
	if (strlen(options->socket) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return wrong("--socket", options->socket,
			     "too long for a socket, use a path of at most 107 bytes");
	if (!strncmp(options->model, "rtl:", 4) && options->kc)
		return wrong("--array", shape + 1, "the model has this shape, leave --array out");
	/* Every shape of the RTL is a model of its own. */
	if (!strcmp(options->model, "rtl") && options->kc)
		snprintf(shape, sizeof(options->model) - 3, ":%ux%u", options->kc, options->nc);
	return OPTIONS_RUN;
}

enum options_result options_parse(struct options *options, int argc, char **argv)
{
	enum options_result result = OPTIONS_RUN;
	int option;

	*options = (struct options){
		.model = "rtl",
		.mem_latency = QMAC_MEM_LATENCY_DEFAULT,
		.log_level = LOG_INFO,
	};
	while ((option = getopt_long(argc, argv, "s:m:h", long_options, NULL)) >= 0) {
		result = parse_one(options, option);
		if (result != OPTIONS_RUN)
			return result;
	}
	if (optind < argc)
		return wrong("argument", argv[optind], "not expected, see --help");
	return check(options);
}
