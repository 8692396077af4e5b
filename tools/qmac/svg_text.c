// SPDX-License-Identifier: MIT
#include "svg_text.h"

void svg_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ')
			fputc('?', out);
		else if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
			fprintf(out, "&#%d;", *text);
		else
			fputc(*text, out);
	}
}
