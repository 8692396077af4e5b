/* SPDX-License-Identifier: MIT */
/* What came out: a table for people, JSON for programs. */
#ifndef QAT_REPORT_H
#define QAT_REPORT_H

#include "experiment.h"

/* Means in per cent, with the standard error over the runs. */
void report_print(const struct settings *settings, const struct scores *scores);

/* 0 or -errno, message printed. */
int report_save(const struct settings *settings, const struct scores *scores, const char *path);

#endif /* QAT_REPORT_H */
