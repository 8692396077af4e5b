/* SPDX-License-Identifier: MIT */
/*
 * Messages of the simulator, on stderr, one write per line so that the lines of
 * several processes sharing a terminal do not mix.
 */
#ifndef QMAC_SIM_LOG_H
#define QMAC_SIM_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_NONE,
	LOG_ERROR,
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG,
};

/**
 * struct log - where and how much to log
 * @level: Messages above this level are dropped.
 * @prefix: First word of every line, tells apart several devices.
 */
struct log {
	enum log_level level;
	const char *prefix;
};

/* Returns false when @name is not the name of a level. */
bool log_level_parse(const char *name, enum log_level *level);

void log_message(const struct log *log, enum log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(log, ...)   log_message(log, LOG_ERROR, __VA_ARGS__)
#define log_warning(log, ...) log_message(log, LOG_WARNING, __VA_ARGS__)
#define log_info(log, ...)    log_message(log, LOG_INFO, __VA_ARGS__)
#define log_debug(log, ...)   log_message(log, LOG_DEBUG, __VA_ARGS__)

#endif /* QMAC_SIM_LOG_H */
