// SPDX-License-Identifier: MIT
#include "description_numbers.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More digits than any number needs. */
#define TOKEN_MAX 64

struct reader {
	FILE *file;
	size_t *offset;
	struct description_numbers *numbers;
	const char **what;
};

static int next(const struct reader *reader)
{
	int c = getc_unlocked(reader->file);

	*reader->offset += c != EOF;
	return c;
}

static void back(const struct reader *reader, int c)
{
	*reader->offset -= ungetc(c, reader->file) != EOF;
}

static int next_visible(const struct reader *reader)
{
	int c;

	do
		c = next(reader);
	while (c == ' ' || c == '\t' || c == '\r' || c == '\n');
	return c;
}

static int fault(const struct reader *reader, const char *what)
{
	*reader->what = what;
	return -EINVAL;
}

/* Room for one more of @size bytes in @data; false without memory. */
static bool grow(void *data, size_t size, size_t count, size_t *room)
{
	void **array = data, *more;
	size_t wanted = *room ? 2 * *room : 256;

	if (count < *room)
		return true;
	more = reallocarray(*array, wanted, size);
	if (!more)
		return false;
	*array = more;
	*room = wanted;
	return true;
}

static int no_memory(const struct reader *reader)
{
	*reader->what = "is more than there is memory for";
	return -ENOMEM;
}

static int add_real(const struct reader *reader, double value)
{
	struct description_numbers *numbers = reader->numbers;

	if (!isfinite((float)value))
		return fault(reader, numbers->elements == DESCRIPTION_LISTS
					     ? "has a level that is no finite fp32"
					     : "is missing or no finite fp32");
	if (!grow(&numbers->real, sizeof(float), numbers->count, &numbers->room))
		return no_memory(reader);
	numbers->real[numbers->count++] = (float)value;
	return 0;
}

static int add_integer(const struct reader *reader, double value)
{
	struct description_numbers *numbers = reader->numbers;

	if (!(fabs(value) <= INT32_MAX) || value != floor(value))
		return fault(reader, "is missing or no integer of 32 bits");
	if (!grow(&numbers->integer, sizeof(int32_t), numbers->count, &numbers->room))
		return no_memory(reader);
	numbers->integer[numbers->count++] = (int32_t)value;
	return 0;
}

static int add(const struct reader *reader, const char *token)
{
	const bool integer = reader->numbers->elements == DESCRIPTION_INTEGERS;
	const bool null = !strcmp(token, "null");
	char *end;
	double value = strtod(token, &end);

	if (reader->numbers->count == DESCRIPTION_NUMBERS_MAX)
		return fault(reader, "has more than 4194304 numbers");
	if (!null && (!strchr("-0123456789", *token) || end == token || *end ||
		      strspn(token, "+-.0123456789eE") != strlen(token)))
		return fault(reader, NULL);
	if (reader->numbers->elements == DESCRIPTION_PASSED)
		return 0;
	if (null || (integer && strspn(token, "-0123456789") != strlen(token)))
		value = NAN;
	return integer ? add_integer(reader, value) : add_real(reader, value);
}

/* A number or null that begins with @c. */
static int read_token(const struct reader *reader, int c)
{
	char token[TOKEN_MAX];
	size_t used = 0;

	while (c != EOF && c && !strchr(",] \t\r\n", c)) {
		if (used + 1 == sizeof(token))
			return fault(reader, NULL);
		token[used++] = (char)c;
		c = next(reader);
	}
	if (c != EOF)
		back(reader, c);
	token[used] = '\0';
	return used ? add(reader, token) : fault(reader, NULL);
}

static int read_array(const struct reader *reader, bool inner);

static int read_list(const struct reader *reader)
{
	struct description_numbers *numbers = reader->numbers;
	const size_t before = numbers->count;
	int ret = read_array(reader, true);

	if (ret)
		return ret;
	if (numbers->list_count == DESCRIPTION_NUMBERS_MAX)
		return fault(reader, "has more than 4194304 tables");
	if (!grow(&numbers->list, sizeof(uint32_t), numbers->list_count, &numbers->list_room))
		return no_memory(reader);
	numbers->list[numbers->list_count++] = (uint32_t)(numbers->count - before);
	return 0;
}

/* Numbers and lists are not mixed: each number of an outer array would be a table. */
static int read_element(const struct reader *reader, int c, bool inner)
{
	const struct description_numbers *numbers = reader->numbers;
	const bool lists = numbers->elements == DESCRIPTION_LISTS && !inner;

	if (c == '[')
		return lists && numbers->list_count == 0 && numbers->count
			       ? fault(reader, "is no array of one table per part")
		       : lists ? read_list(reader)
			       : fault(reader, NULL);
	if (lists && numbers->list_count)
		return fault(reader, "is no array of one table per part");
	return read_token(reader, c);
}

static int read_array(const struct reader *reader, bool inner)
{
	int c = next_visible(reader), ret;

	if (c == ']')
		return 0;
	for (;;) {
		ret = read_element(reader, c, inner);
		if (ret)
			return ret;
		c = next_visible(reader);
		if (c == ']')
			return 0;
		if (c != ',')
			return fault(reader, NULL);
		c = next_visible(reader);
	}
}

int description_numbers_read(FILE *file, size_t *offset, struct description_numbers *numbers,
			     const char **what)
{
	const struct reader reader = { file, offset, numbers, what };

	*what = NULL;
	if (numbers->given)
		return fault(&reader, "is given twice");
	numbers->given = true;
	return read_array(&reader, false);
}

void description_numbers_free(struct description_numbers *numbers)
{
	free(numbers->real);
	free(numbers->integer);
	free(numbers->list);
}
