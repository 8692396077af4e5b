// SPDX-License-Identifier: MIT
#include "told.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *constant, *option;
} words[] = {
	{ "QMAC_NAN_ZERO", "--nan-zero" },
	{ "QMAC_ZERO_WIDEN", "--zero widen" },
};

/* The word that stands at @text, or NULL. */
static const char *option_at(const char *text, size_t *length)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		*length = strlen(words[i].constant);
		if (!strncmp(text, words[i].constant, *length))
			return words[i].option;
	}
	return NULL;
}

int told(const char *command, const char *where, const struct qmac_context *context, int error)
{
	const char *text = qmac_context_message(context);

	if (error == -ENOMEM || !*text)
		text = error == -ENOMEM ? "no memory" : strerror(-error);
	fprintf(stderr, "qmac %s: %s%s", command, where, *where ? ": " : "");
	while (*text) {
		size_t length;
		const char *option = option_at(text, &length);

		if (option)
			fputs(option, stderr);
		else
			fputc(*text, stderr);
		text += option ? length : 1;
	}
	fputc('\n', stderr);
	return error;
}
