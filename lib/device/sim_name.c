// SPDX-License-Identifier: MIT
/* Names of simulated devices: sim:MODEL[,OPTION=VALUE]... */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device/sim.h"

/* A decimal number up to @most that ends at a comma or the end. */
static bool parse_number(const char *text, uint64_t most, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return !errno && *out <= most && (*end == ',' || !*end);
}

static bool parse_option(const char *text, struct sim_options *options)
{
	uint64_t number;

	if (!strncmp(text, "latency=", 8) && parse_number(text + 8, 1000000, &number)) {
		options->config.mem_latency = number;
		return number > 0;
	}
	if (!strncmp(text, "stall=", 6) && parse_number(text + 6, 999, &number)) {
		options->config.stall_permille = number;
		return true;
	}
	if (!strncmp(text, "seed=", 5) && parse_number(text + 5, UINT64_MAX, &number)) {
		options->config.stall_seed = number;
		return true;
	}
	if (!strncmp(text, "pages=2m", 8) && (text[8] == ',' || !text[8])) {
		options->huge_pages = true;
		return true;
	}
	return !strncmp(text, "pages=4k", 8) && (text[8] == ',' || !text[8]);
}

int sim_parse(struct qmac_context *context, const char *name, struct sim_options *options)
{
	const char *model = name + strlen("sim:");
	const char *at = model + strcspn(model, ",");

	memset(options, 0, sizeof(*options));
	options->config.mem_latency = QMAC_MEM_LATENCY_DEFAULT;
	if ((size_t)(at - model) >= sizeof(options->model))
		return qmac_fail(context, -EINVAL,
				 "unknown model in \"%.64s\": use sim:rtl, sim:rtl:KCxNC or "
				 "sim:functional",
				 name);
	memcpy(options->model, model, at - model);
	while (*at) {
		at++;
		if (!parse_option(at, options))
			return qmac_fail(context, -EINVAL,
					 "bad option \"%.*s\" of a simulation: use latency=CYCLES, "
					 "stall=PERMILLE, seed=N, pages=4k or pages=2m",
					 (int)strcspn(at, ","), at);
		at += strcspn(at, ",");
	}
	return 0;
}
