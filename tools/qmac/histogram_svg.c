// SPDX-License-Identifier: MIT
#include <math.h>

#include "histogram.h"
#include "svg_text.h"

#define WIDTH  800.0
#define HEIGHT 220.0
#define MARGIN 40.0

/* Where a real number is, kept within the panel. */
static double x_of(const struct histogram_view *view, double value)
{
	double part = (value - view->lo) / (view->hi - view->lo);

	return MARGIN + fmin(fmax(part, 0), 1) * (WIDTH - 2 * MARGIN);
}

static void print_bars(const struct histogram_view *view, double top, FILE *out)
{
	double step = (WIDTH - 2 * MARGIN) / (double)view->columns;

	for (size_t i = 0; i < view->columns; i++) {
		double height = histogram_bar(view, i) * (HEIGHT - 2 * MARGIN);
		double middle = view->lo +
				(view->hi - view->lo) * ((double)i + 0.5) / (double)view->columns;
		int inside = middle >= (double)view->range.lo && middle <= (double)view->range.hi;

		if (height > 0)
			fprintf(out,
				"<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
				"fill=\"%s\"/>\n",
				MARGIN + (double)i * step, top + HEIGHT - MARGIN - height, step,
				height, inside ? "#3465a4" : "#c0c0c0");
	}
}

static void print_mark(const struct histogram_view *view, double top, double value,
		       const char *anchor, FILE *out)
{
	double x = x_of(view, value);

	fprintf(out,
		"<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke=\"#cc0000\"/>\n"
		"<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" fill=\"#cc0000\">%.6g</text>\n",
		x, top + MARGIN - 8, x, top + HEIGHT - MARGIN, x, top + MARGIN - 12, anchor, value);
}

static void print_panel(const struct histogram_view *view, double top, FILE *out)
{
	fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" font-weight=\"bold\">", MARGIN, top + 16);
	svg_text(view->name, out);
	fprintf(out, "</text>\n");
	if (!view->columns) {
		fprintf(out,
			"<text x=\"%.0f\" y=\"%.0f\">no histogram; range %.6g to %.6g</text>\n",
			MARGIN, top + HEIGHT / 2, (double)view->range.lo, (double)view->range.hi);
		return;
	}
	print_bars(view, top, out);
	fprintf(out,
		"<line x1=\"%.0f\" y1=\"%.0f\" x2=\"%.0f\" y2=\"%.0f\" stroke=\"#000\"/>\n"
		"<text x=\"%.0f\" y=\"%.0f\">%.6g</text>\n"
		"<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%.6g</text>\n",
		MARGIN, top + HEIGHT - MARGIN, WIDTH - MARGIN, top + HEIGHT - MARGIN, MARGIN,
		top + HEIGHT - MARGIN + 16, view->lo, WIDTH - MARGIN, top + HEIGHT - MARGIN + 16,
		view->hi);
	print_mark(view, top, (double)view->range.lo, "start", out);
	print_mark(view, top, (double)view->range.hi, "end", out);
}

void histogram_print_svg(const struct histogram_view *views, size_t count, FILE *out)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT * (double)count);
	for (size_t i = 0; i < count; i++)
		print_panel(&views[i], HEIGHT * (double)i, out);
	fprintf(out, "</svg>\n");
}
