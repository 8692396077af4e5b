// SPDX-License-Identifier: MIT
#include "sensitivity_svg.h"

#include <math.h>

#include "svg_text.h"

#define WIDTH  800.0
#define MARGIN 40.0
#define ROW    40.0
#define BAR    14.0

/* Room to the right of the longest bar, for its number. */
#define NUMBER 80.0

/* What the bars span, with 0 in it. */
struct span {
	double lo, hi;
};

static struct span span_of(const struct qmac_network_sensitivity *layers, size_t count)
{
	struct span span = { 0, 0 };

	for (size_t i = 0; i < count; i++) {
		double value = layers[i].loss.sqnr_db;

		if (!isfinite(value))
			continue;
		span.lo = fmin(span.lo, value);
		span.hi = fmax(span.hi, value);
	}
	if (span.hi - span.lo <= 0)
		span.hi = 1;
	return span;
}

static double x_of(const struct span *span, double value)
{
	double part = (value - span->lo) / (span->hi - span->lo);

	return MARGIN + part * (WIDTH - 2 * MARGIN - NUMBER);
}

static void print_bar(const struct span *span, double value, double top, FILE *out)
{
	double shown = isfinite(value) ? value : value > 0 ? span->hi : 0;
	double left = x_of(span, fmin(shown, 0)), right = x_of(span, fmax(shown, 0));

	fprintf(out,
		"<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"/>\n"
		"<text x=\"%.2f\" y=\"%.2f\">",
		left, top, right - left, BAR, isfinite(value) ? "#3465a4" : "#c0c0c0", right + 6,
		top + BAR - 3);
	if (isfinite(value))
		fprintf(out, "%.2f dB</text>\n", value);
	else
		fprintf(out, "%s</text>\n", value > 0 ? "no noise" : "NaN");
}

void sensitivity_print_svg(const char *title, const struct qmac_network *network,
			   const struct qmac_network_sensitivity *layers, size_t count, FILE *out)
{
	const struct span span = span_of(layers, count);
	double height = 2 * MARGIN + ROW * (double)count;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
		"<text x=\"%.0f\" y=\"20\" font-weight=\"bold\">",
		WIDTH, height, MARGIN);
	svg_text(title, out);
	fprintf(out, "</text>\n");
	for (size_t i = 0; i < count; i++) {
		double top = MARGIN + ROW * (double)i;
		struct qmac_network_layer layer;

		qmac_network_layer(network, layers[i].layer, &layer);
		fprintf(out, "<text x=\"%.0f\" y=\"%.2f\">", MARGIN, top + 12);
		svg_text(layer.name, out);
		fprintf(out, "</text>\n");
		print_bar(&span, layers[i].loss.sqnr_db, top + 16, out);
	}
	fprintf(out,
		"<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke=\"#000\"/>\n"
		"<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"middle\">0 dB</text>\n</svg>\n",
		x_of(&span, 0), MARGIN, x_of(&span, 0), height - MARGIN, x_of(&span, 0),
		height - MARGIN + 16);
}
