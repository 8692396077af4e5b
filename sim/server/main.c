// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "model/model.h"
#include "pci/function.h"
#include "server/options.h"
#include "server/server.h"

static int create_function(struct pci_function *function, const struct options *options,
			   const struct log *log)
{
	const struct qmac_model_config config = {
		.kc = options->kc,
		.nc = options->nc,
		.mem_latency = options->mem_latency,
	};
	const struct qmac_model_ops *ops;
	char message[512];
	int ret = qmac_model_load(&ops, options->model, message, sizeof(message));

	if (ret) {
		log_error(log, "%s", message);
		return ret;
	}
	ret = pci_function_init(function, ops, &config, log);
	if (ret)
		log_error(log, "cannot create device model \"%s\" with array %ux%u: %s",
			  options->model, options->kc, options->nc,
			  ret == -EINVAL ? "it was not built for that shape" : strerror(-ret));
	return ret;
}

static int start_trace(struct pci_function *function, const struct options *options,
		       const struct log *log)
{
	int ret;

	if (!options->trace)
		return 0;
	ret = function->ops->trace(function->model, options->trace);
	if (ret == -EOPNOTSUPP)
		log_error(log,
			  "model \"%s\" writes no waveforms; use --model rtl or leave --trace out",
			  options->model);
	else if (ret)
		log_error(log, "cannot write the waveform %s: %s", options->trace, strerror(-ret));
	return ret;
}

static void announce(const struct options *options, const struct pci_function *function)
{
	uint32_t array = function->ops->read_reg(function->model, QMAC_REG_ARRAY);

	printf("ready socket=%s model=%s array=%ux%u\n", options->socket, function->ops->name,
	       (array & QMAC_ARRAY_KC_MASK) >> QMAC_ARRAY_KC_SHIFT,
	       (array & QMAC_ARRAY_NC_MASK) >> QMAC_ARRAY_NC_SHIFT);
	fflush(stdout);
}

static void log_speed(const struct burst *burst, const struct log *log)
{
	double seconds = burst->ns * 1e-9;

	log_info(log, "cycles=%" PRIu64 " busy_seconds=%.6f hz=%.0f longest_burst_ms=%.3f",
		 burst->cycles, seconds, seconds > 0 ? burst->cycles / seconds : 0.0,
		 burst->longest_ns * 1e-6);
}

static int serve(struct pci_function *function, const struct options *options,
		 const struct log *log)
{
	struct server server;
	int ret = server_open(&server, options->socket, function, log);

	if (ret)
		return ret;
	server.once = options->once;
	server.reset_on_disconnect = options->reset_on_disconnect;
	announce(options, function);
	ret = server_run(&server);
	log_speed(&server.burst, log);
	server_close(&server);
	return ret;
}

int main(int argc, char **argv)
{
	static struct pci_function function;
	struct options options;
	struct log log = { .prefix = "qmac-sim" };
	int ret;

	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_DONE:
		return EXIT_SUCCESS;
	case OPTIONS_WRONG:
		return 2;
	case OPTIONS_RUN:
		break;
	}
	log.level = options.log_level;
	signal(SIGPIPE, SIG_IGN);
	ret = create_function(&function, &options, &log);
	if (ret)
		return EXIT_FAILURE;
	ret = start_trace(&function, &options, &log);
	if (!ret)
		ret = serve(&function, &options, &log);
	if (options.trace)
		function.ops->trace(function.model, NULL);
	pci_function_fini(&function);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
