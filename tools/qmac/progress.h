/* SPDX-License-Identifier: MIT */
/*
 * How far long work is: a line on stderr, if that is a terminal, which appears after a second
 * and is gone at the end. Scripts and logs see nothing of it.
 */
#ifndef QMAC_TOOL_PROGRESS_H
#define QMAC_TOOL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/qmac.h>

/**
 * struct progress - work that goes on
 * @command: Subcommand.
 * @what: What is being done.
 * @done: Parts that are done.
 * @total: Parts that there are.
 * @terminal: There is somebody to tell.
 * @shown: The line is there.
 * @next: When it is due again, in seconds of a clock that only runs forward.
 * @network: Network that is watched, or NULL.
 * @output: Tensor of its output.
 * @row: Numbers of a sample of it.
 */
struct progress {
	const char *command, *what;
	size_t done, total;
	bool terminal, shown;
	double next;
	struct qmac_network *network;
	size_t output, row;
};

/** progress_begin() - begin; progress_end() in any case */
void progress_begin(struct progress *progress, const char *command, const char *what, size_t total);

/** progress_add() - some more parts are done */
void progress_add(struct progress *progress, size_t parts);

/** progress_say() - what is being done now; it may take long, so the line is there at once */
void progress_say(struct progress *progress, const char *what);

/** progress_watch() - the parts are samples that @network has results of, as its observer sees */
void progress_watch(struct progress *progress, struct qmac_network *network);

/** progress_end() - erase the line, and watch no more */
void progress_end(struct progress *progress);

#endif /* QMAC_TOOL_PROGRESS_H */
