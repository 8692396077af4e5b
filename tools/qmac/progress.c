// SPDX-License-Identifier: MIT
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Seconds before the line first appears, and between two of them. */
#define FIRST 1.0
#define AGAIN 0.2

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_begin(struct progress *progress, const char *command, const char *what, size_t total)
{
	*progress = (struct progress){
		.command = command,
		.what = what,
		.total = total,
		.terminal = isatty(STDERR_FILENO),
	};
	progress->next = now() + FIRST;
}

void progress_add(struct progress *progress, size_t parts)
{
	double at;

	progress->done += parts;
	if (!progress->terminal || progress->done > progress->total)
		return;
	at = now();
	if (at < progress->next)
		return;
	progress->next = at + AGAIN;
	progress->shown = true;
	fprintf(stderr, "\rqmac %s: %s: %.0f %%\033[K", progress->command, progress->what,
		100 * (double)progress->done / (double)progress->total);
}

void progress_say(struct progress *progress, const char *what)
{
	progress->what = what;
	if (!progress->terminal)
		return;
	progress->shown = true;
	fprintf(stderr, "\rqmac %s: %s ...\033[K", progress->command, what);
}

static int see(void *user, size_t tensor, const float *values, size_t count)
{
	struct progress *progress = user;

	(void)values;
	if (tensor == progress->output)
		progress_add(progress, count / progress->row);
	return 0;
}

void progress_watch(struct progress *progress, struct qmac_network *network)
{
	struct qmac_network_tensor output;

	if (!progress->terminal)
		return;
	progress->network = network;
	progress->output = qmac_network_output(network, 0);
	qmac_network_tensor(network, progress->output, &output);
	progress->row = output.rank && output.dims[0] ? output.count / output.dims[0] : 1;
	qmac_network_observe(network, see, progress);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
	if (progress->network)
		qmac_network_observe(progress->network, NULL, NULL);
}
