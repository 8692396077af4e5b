/* SPDX-License-Identifier: MIT */
/*
 * As much JSON as the VERSION message needs: is a text well-formed, and which
 * numbers does it give. No allocation, bounded depth.
 */
#ifndef QMAC_SIM_VFU_JSON_H
#define QMAC_SIM_VFU_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One value with nothing but white space around it (RFC 8259)? */
bool json_valid(const char *text, size_t size);

enum json_found {
	JSON_ABSENT,
	JSON_NUMBER,
	JSON_OBJECT,
	JSON_OTHER
};

/**
 * json_member() - look up a member of an object
 * @text: A valid text, or part of one that json_member() returned.
 * @size: Its bytes.
 * @key: Name of the member; plain ASCII. Of several the first counts.
 * @value: Receives the start of the member's value.
 * @value_size: Receives its bytes.
 *
 * Return: what the value is; JSON_ABSENT also when @text is not an object.
 */
enum json_found json_member(const char *text, size_t size, const char *key, const char **value,
			    size_t *value_size);

/* Is @text an unsigned integer that fits in 64 bits? */
bool json_u64(const char *text, size_t size, uint64_t *value);

#endif /* QMAC_SIM_VFU_JSON_H */
