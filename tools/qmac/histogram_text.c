// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdbool.h>

#include "histogram.h"

#define BAR 50

static double edge(const struct histogram_view *view, size_t column)
{
	return view->lo + (view->hi - view->lo) * (double)column / (double)view->columns;
}

/* Is @value in the column? Ends beyond the histogram belong to the outermost. */
static bool holds(const struct histogram_view *view, size_t column, double value)
{
	bool after = column == 0 || value >= edge(view, column);
	bool before = column + 1 == view->columns || value < edge(view, column + 1);

	return after && before;
}

static void print_column(const struct histogram_view *view, size_t column, FILE *out)
{
	double middle = (edge(view, column) + edge(view, column + 1)) / 2;
	bool inside = middle >= view->range.lo && middle <= view->range.hi;
	int length = (int)(histogram_bar(view, column) * BAR + 0.5);

	fprintf(out, "%12.5g %10" PRIu64 " |", edge(view, column), view->counts[column]);
	for (int i = 0; i < BAR; i++)
		fputc(i >= length ? ' ' : inside ? '#' : '.', out);
	if (holds(view, column, (double)view->range.lo))
		fprintf(out, " <- lo %.6g", (double)view->range.lo);
	if (holds(view, column, (double)view->range.hi))
		fprintf(out, " <- hi %.6g", (double)view->range.hi);
	fputc('\n', out);
}

void histogram_print_text(const struct histogram_view *view, FILE *out)
{
	fprintf(out, "%s: %.6g to %.6g\n", view->name, (double)view->range.lo,
		(double)view->range.hi);
	if (!view->columns) {
		fprintf(out, "  there is no histogram\n");
		return;
	}
	fprintf(out, "%12s %10s  logarithmic; # in the range, . clipped\n", "from", "elements");
	for (size_t i = 0; i < view->columns; i++)
		print_column(view, i, out);
}
