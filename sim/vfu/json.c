// SPDX-License-Identifier: MIT
#include "vfu/json.h"

#include <string.h>

#define MAX_DEPTH 16u

struct cursor {
	const char *at, *end;
	unsigned int depth;
};

static bool skip_value(struct cursor *c);

static char peek(const struct cursor *c)
{
	return c->at < c->end ? *c->at : '\0';
}

static bool accept(struct cursor *c, char wanted)
{
	if (c->at >= c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

static void skip_space(struct cursor *c)
{
	while (c->at < c->end && memchr(" \t\n\r", *c->at, 4))
		c->at++;
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static bool skip_digits(struct cursor *c)
{
	if (!is_digit(peek(c)))
		return false;
	while (is_digit(peek(c)))
		c->at++;
	return true;
}

static bool skip_number(struct cursor *c)
{
	accept(c, '-');
	if (!accept(c, '0') && !skip_digits(c))
		return false;
	if (accept(c, '.') && !skip_digits(c))
		return false;
	if (accept(c, 'e') || accept(c, 'E')) {
		if (!accept(c, '+'))
			accept(c, '-');
		return skip_digits(c);
	}
	return true;
}

static bool skip_escape(struct cursor *c)
{
	if (accept(c, 'u')) {
		for (int i = 0; i < 4; i++) {
			if (c->at >= c->end || !memchr("0123456789abcdefABCDEF", *c->at, 22))
				return false;
			c->at++;
		}
		return true;
	}
	if (c->at >= c->end || !memchr("\"\\/bfnrt", *c->at, 8))
		return false;
	c->at++;
	return true;
}

static bool skip_string(struct cursor *c)
{
	if (!accept(c, '"'))
		return false;
	while (c->at < c->end) {
		unsigned char ch = *c->at++;

		if (ch == '"')
			return true;
		if (ch < 0x20 || (ch == '\\' && !skip_escape(c)))
			return false;
	}
	return false;
}

static bool skip_word(struct cursor *c, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(c->end - c->at) < size || memcmp(c->at, word, size))
		return false;
	c->at += size;
	return true;
}

static bool skip_key(struct cursor *c)
{
	if (!skip_string(c))
		return false;
	skip_space(c);
	return accept(c, ':');
}

/* What stands between @open and its partner; a member of an object has a key. */
static bool skip_list(struct cursor *c, char open, char close)
{
	if (!accept(c, open) || ++c->depth > MAX_DEPTH)
		return false;
	skip_space(c);
	if (!accept(c, close)) {
		do {
			skip_space(c);
			if (open == '{' && !skip_key(c))
				return false;
			skip_space(c);
			if (!skip_value(c))
				return false;
			skip_space(c);
		} while (accept(c, ','));
		if (!accept(c, close))
			return false;
	}
	c->depth--;
	return true;
}

static bool skip_value(struct cursor *c)
{
	switch (peek(c)) {
	case '{':
		return skip_list(c, '{', '}');
	case '[':
		return skip_list(c, '[', ']');
	case '"':
		return skip_string(c);
	case 't':
		return skip_word(c, "true");
	case 'f':
		return skip_word(c, "false");
	case 'n':
		return skip_word(c, "null");
	default:
		return skip_number(c);
	}
}

bool json_valid(const char *text, size_t size)
{
	struct cursor c = { .at = text, .end = text + size };

	skip_space(&c);
	if (!skip_value(&c))
		return false;
	skip_space(&c);
	return c.at == c.end;
}

static enum json_found kind_of(char first)
{
	if (first == '{')
		return JSON_OBJECT;
	return first == '-' || is_digit(first) ? JSON_NUMBER : JSON_OTHER;
}

enum json_found json_member(const char *text, size_t size, const char *key, const char **value,
			    size_t *value_size)
{
	struct cursor c = { .at = text, .end = text + size };
	size_t key_size = strlen(key);

	skip_space(&c);
	if (!accept(&c, '{'))
		return JSON_ABSENT;
	do {
		const char *name;
		bool match;

		skip_space(&c);
		name = c.at + 1;
		if (!skip_string(&c))
			return JSON_ABSENT;
		match = (size_t)(c.at - 1 - name) == key_size && !memcmp(name, key, key_size);
		skip_space(&c);
		accept(&c, ':');
		skip_space(&c);
		*value = c.at;
		if (!skip_value(&c))
			return JSON_ABSENT;
		*value_size = c.at - *value;
		if (match)
			return kind_of(**value);
		skip_space(&c);
	} while (accept(&c, ','));
	return JSON_ABSENT;
}

bool json_u64(const char *text, size_t size, uint64_t *value)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i++) {
		if (!is_digit(text[i]) || __builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(text[i] - '0'), &sum))
			return false;
	}
	*value = sum;
	return size > 0;
}
