/* SPDX-License-Identifier: MIT */
/* Histograms of tensors with the chosen range, for people. */
#ifndef QMAC_TOOL_HISTOGRAM_H
#define QMAC_TOOL_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

#include <qmac/qmac.h>

/**
 * struct histogram_view - a histogram made coarse enough to look at
 * @name: Of the tensor.
 * @lo: Left end; @hi: right end.
 * @columns: Number of @counts.
 * @counts: Elements of each column.
 * @range: The chosen range.
 */
struct histogram_view {
	const char *name;
	double lo, hi;
	size_t columns;
	uint64_t *counts;
	struct qmac_calibration_range range;
};

/**
 * histogram_view_make() - look at a calibration
 *
 * Return: 0, or -ENOMEM. A calibrator without bins gives no columns.
 */
int histogram_view_make(struct histogram_view *view, const char *name,
			const struct qmac_calibration *calibration,
			const struct qmac_calibration_range *range, size_t columns);

void histogram_view_free(struct histogram_view *view);

/** histogram_bar() - length of a bar, 0 to 1: logarithmic, so that tails are seen. */
double histogram_bar(const struct histogram_view *view, size_t column);

/** histogram_print_text() - one line per column, for a terminal. */
void histogram_print_text(const struct histogram_view *view, FILE *out);

/** histogram_print_svg() - panels one below the other, one file. */
void histogram_print_svg(const struct histogram_view *views, size_t count, FILE *out);

#endif /* QMAC_TOOL_HISTOGRAM_H */
