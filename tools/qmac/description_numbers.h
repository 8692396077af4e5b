/* SPDX-License-Identifier: MIT */
/* Arrays of a description that have a number per part, which may be millions. */
#ifndef QMAC_TOOL_DESCRIPTION_NUMBERS_H
#define QMAC_TOOL_DESCRIPTION_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What quantize_tensor.c writes at most, and levels of all codebooks together. */
#define DESCRIPTION_NUMBERS_MAX ((size_t)1 << 22)

/* What is done with the elements of an array. */
enum description_elements {
	DESCRIPTION_FLOATS,   /* kept as fp32 */
	DESCRIPTION_INTEGERS, /* kept as int32 */
	DESCRIPTION_LISTS,    /* fp32, or lists of them */
	DESCRIPTION_PASSED    /* numbers and nulls that nobody needs */
};

/**
 * struct description_numbers - an array while it is read, and after that
 * @key: Its name.
 * @elements: enum description_elements.
 * @given: It was there, as an array.
 * @count: Numbers.
 * @real: Them, or NULL. To free(), as the others.
 * @integer: Them, or NULL.
 * @list_count: Lists of DESCRIPTION_LISTS.
 * @list: Numbers of each.
 * @room: Numbers that there is memory for.
 * @list_room: Lists that there is memory for.
 */
struct description_numbers {
	const char *key;
	unsigned int elements;
	bool given;
	size_t count, list_count;
	float *real;
	int32_t *integer;
	uint32_t *list;
	size_t room, list_room;
};

/**
 * description_numbers_read() - read an array from behind its '['
 * @file: Is left behind its ']', or where it cannot go on.
 * @offset: Grows by the bytes that were read.
 * @numbers: Receives them.
 * @what: Receives what is wrong with the array, or NULL if the text itself is at fault.
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int description_numbers_read(FILE *file, size_t *offset, struct description_numbers *numbers,
			     const char **what);

void description_numbers_free(struct description_numbers *numbers);

#endif /* QMAC_TOOL_DESCRIPTION_NUMBERS_H */
