// SPDX-License-Identifier: MIT
#include "json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd";

/* Bytes of the character at @text; 0 if it is none: cut off, longer than it need be, a surrogate.
 */
static size_t character(const unsigned char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = *text < 0x80   ? 1
			: *text < 0xc0 ? 0
			: *text < 0xe0 ? 2
			: *text < 0xf0 ? 3
			: *text < 0xf8 ? 4
				       : 0;
	uint32_t code;

	if (length < 2)
		return length;
	code = *text & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3fu);
	}
	return code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)
		       ? 0
		       : length;
}

struct json_object *json_text(const char *text)
{
	struct json_object *made;
	size_t used = 0;
	char *clean;

	if (!text)
		return NULL;
	clean = malloc(strlen(text) * strlen(replacement) + 1);
	if (!clean)
		return NULL;
	while (*text) {
		size_t length = character((const unsigned char *)text);
		const char *from = length ? text : replacement;

		memcpy(clean + used, from, length ? length : strlen(replacement));
		used += length ? length : strlen(replacement);
		text += length ? length : 1;
	}
	made = json_object_new_string_len(clean, (int)used);
	free(clean);
	return made;
}
