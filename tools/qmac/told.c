// SPDX-License-Identifier: MIT
#include "told.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct word {
	const char *library, *command;
};

static const struct word words[] = {
	{ "QMAC_NAN_ZERO", "--nan-zero" },
	{ "QMAC_ZERO_WIDEN", "--zero widen" },
	{ ", or choose the parameters from a finite range", "" },
	{ "ask for the asymmetric one", "give --scheme asymmetric" },
	{ "ask for the symmetric one", "give --scheme symmetric" },
	{ "use s8 or another signed type", "leave out --unsigned" },
	{ "use u8 or another unsigned type", "leave out --signed" },
	{ "leave 'each' off", "leave out --each" },
};

/* A network has no numbers of its own for a NaN. */
static const struct word network_words[] = {
	{ ", or ask for QMAC_NAN_ZERO", "" },
	{ ", or choose the parameters from a finite range", "" },
	{ "leave 'each' off", "leave out --each" },
	{ "use a larger scale for the weights of this channel", "--widen raises such scales" },
};

/* The word that stands at @text, or NULL. */
static const struct word *word_at(const char *text, const struct word *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strncmp(text, from[i].library, strlen(from[i].library)))
			return &from[i];
	return NULL;
}

static int print(const char *command, const char *where, const struct qmac_context *context,
		 int error, const struct word *from, size_t count)
{
	const char *text = qmac_context_message(context);

	if (error == -ENOMEM || !*text)
		text = error == -ENOMEM ? "no memory" : strerror(-error);
	fprintf(stderr, "qmac %s: %s%s", command, where, *where ? ": " : "");
	while (*text) {
		const struct word *word = word_at(text, from, count);

		if (word)
			fputs(word->command, stderr);
		else
			fputc(*text, stderr);
		text += word ? strlen(word->library) : 1;
	}
	fputc('\n', stderr);
	return error;
}

int told(const char *command, const char *where, const struct qmac_context *context, int error)
{
	return print(command, where, context, error, words, sizeof(words) / sizeof(words[0]));
}

int told_of_network(const char *command, const struct qmac_context *context, int error)
{
	return print(command, "", context, error, network_words,
		     sizeof(network_words) / sizeof(network_words[0]));
}
