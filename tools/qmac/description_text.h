/* SPDX-License-Identifier: MIT */
/*
 * The text of a description, read in one go: arrays with a number per part become numbers as
 * they come, since a tree of JSON objects takes more than 100 bytes for each. What is left
 * is small, whatever the order of keys.
 */
#ifndef QMAC_TOOL_DESCRIPTION_TEXT_H
#define QMAC_TOOL_DESCRIPTION_TEXT_H

#include <json-c/json.h>

#include "description_numbers.h"

/**
 * struct description_text - what a file holds
 * @root: JSON object; null where an array is in @scale, @zero_point or @codebook, or was of
 *   numbers that need not be known.
 * @scale: Array of scales, if it is one.
 * @zero_point: Likewise.
 * @codebook: Likewise, of levels or of tables.
 */
struct description_text {
	struct json_object *root;
	struct description_numbers scale, zero_point, codebook;
};

/**
 * description_text_read() - read a file
 *
 * Return: 0, or -errno with the fault on stderr. description_text_free() in both cases.
 */
int description_text_read(const char *path, struct description_text *out);

void description_text_free(struct description_text *text);

#endif /* QMAC_TOOL_DESCRIPTION_TEXT_H */
