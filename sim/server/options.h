/* SPDX-License-Identifier: MIT */
#ifndef QMAC_SIM_SERVER_OPTIONS_H
#define QMAC_SIM_SERVER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "log/log.h"

/**
 * struct options - the command line
 * @socket: Where to listen.
 * @model: Name for qmac_model_load().
 * @kc: Array shape asked for, 0 for the model's own; @nc likewise.
 * @trace: Waveform file, or NULL.
 * @mem_latency: Cycles, see struct qmac_model_config.
 * @once: Exit when the first client has gone.
 * @reset_on_disconnect: Power-on state for every client.
 * @log_level: Messages above it are dropped.
 */
struct options {
	const char *socket;
	char model[32];
	uint16_t kc, nc;
	const char *trace;
	uint32_t mem_latency;
	bool once;
	bool reset_on_disconnect;
	enum log_level log_level;
};

enum options_result {
	OPTIONS_RUN,
	OPTIONS_DONE,
	OPTIONS_WRONG
};

/* Parses the command line; answers --help and --version itself. */
enum options_result options_parse(struct options *options, int argc, char **argv);

#endif /* QMAC_SIM_SERVER_OPTIONS_H */
