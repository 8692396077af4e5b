// SPDX-License-Identifier: MIT
/* The JSON reader: what is well-formed, what members are found. */
#include <stdint.h>
#include <string.h>

#include "tap.h"
#include "vfu/json.h"

static const char *const good[] = {
	"{}",
	"[]",
	"0",
	"-1",
	"1.5e-3",
	"\"\"",
	"true",
	"false",
	"null",
	" { } ",
	"{\"a\":1}",
	"{ \"a\" : [ 1 , {\"b\":null} ] , \"c\":\"\\u00fC\\n\" }",
	"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
	"1E+5",
};

static const char *const bad[] = {
	"",
	" ",
	"{",
	"}",
	"[",
	"]",
	"{]",
	"[1,]",
	"{,}",
	"{\"a\"}",
	"{\"a\":}",
	"{a:1}",
	"{\"a\":1,}",
	"{\"a\" 1}",
	"01",
	"-",
	"1.",
	".5",
	"1e",
	"+1",
	"tru",
	"nulll",
	"\"",
	"\"\\\"",
	"\"\\x\"",
	"\"\\u12g4\"",
	"\"\x01\"",
	"{}{}",
	"[1 2]",
	"'a'",
	"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
};

static void test_members(void)
{
	const char *text = "{\"x\":{\"n\":3},\"n\" : 42 , \"s\":\"n\",\"o\":{\"a\":1}, \"n\":7}";
	const char *value;
	uint64_t number = 0;
	size_t size;

	tap_ok(json_member(text, strlen(text), "n", &value, &size) == JSON_NUMBER &&
		       json_u64(value, size, &number) && number == 42,
	       "the first of two members, not a nested one");
	tap_ok(json_member(text, strlen(text), "s", &value, &size) == JSON_OTHER, "a string");
	tap_ok(json_member(text, strlen(text), "o", &value, &size) == JSON_OBJECT && size == 7,
	       "an object");
	tap_ok(json_member(text, strlen(text), "a", &value, &size) == JSON_ABSENT, "absent");
	tap_ok(json_member("[1]", 3, "a", &value, &size) == JSON_ABSENT, "not an object");
	tap_ok(json_member("{}", 2, "a", &value, &size) == JSON_ABSENT, "empty object");
	tap_ok(!json_u64("18446744073709551616", 20, &number) && !json_u64("1.5", 3, &number) &&
		       !json_u64("", 0, &number) && json_u64("18446744073709551615", 20, &number),
	       "64-bit numbers");
}

/* No prefix of a text may be read past its end; the sanitizer watches. */
static void test_prefixes(void)
{
	const char *text = "{\"capabilities\":{\"max_msg_fds\":16,\"a\":[true,null,\"\\u0041\"]}}";
	unsigned int valid = 0;

	for (size_t i = 0; i <= strlen(text); i++) {
		char copy[128];

		memset(copy, '}', sizeof(copy));
		memcpy(copy, text, i);
		valid += json_valid(copy, i);
	}
	tap_is(valid, 1, "of all prefixes of a text only the whole is valid");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		tap_ok(json_valid(good[i], strlen(good[i])), "valid: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_ok(!json_valid(bad[i], strlen(bad[i])), "invalid, number %zu", i);
	test_members();
	test_prefixes();
	return tap_done();
}
