/* SPDX-License-Identifier: MIT */
/* JSON, read with suspicion. */
#ifndef QMAC_FORMATS_JSON_H
#define QMAC_FORMATS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

struct qmac_context;

/**
 * struct json_place - an object of a file, for messages
 * @context: Receives them.
 * @entry: What the object describes, e.g. the name of a tensor.
 * @object: The object.
 */
struct json_place {
	struct qmac_context *context;
	const char *entry;
	struct json_object *object;
};

/* 0, -EINVAL with line and column, -ENOMEM. The root is an object: json_object_put(). */
int json_read(struct qmac_context *context, const char *text, size_t size,
	      struct json_object **root);

/* -EINVAL with "'ENTRY': KEY WHAT". */
int json_fail(const struct json_place *place, const char *key, const char *what);

/* NULL when it is not there or null. */
struct json_object *json_member(const struct json_place *place, const char *key);

/* Each is 0, or -EINVAL with a message: not there, or of another type. */
int json_get_text(const struct json_place *place, const char *key, const char **out);
int json_get_int(const struct json_place *place, const char *key, int64_t lo, int64_t hi,
		 int64_t *out);
/* A boolean, or the words "True" and "False", as AIMET writes them. */
int json_get_flag(const struct json_place *place, const char *key, bool *out);

/* Elements of an array; 1 for a number; 0, with the message, for all else. */
size_t json_count(const struct json_place *place, const char *key);
/* Element @i of that: finite. */
int json_get_number(const struct json_place *place, const char *key, size_t i, double *out);
/* The same, and whole, within 32 bits. */
int json_get_whole(const struct json_place *place, const char *key, size_t i, int64_t *out);

/* Building: all are false without memory, and take @value over even then. */
bool json_put(struct json_object *object, const char *key, struct json_object *value);
bool json_append(struct json_object *array, struct json_object *value);
/* With as many digits as it takes to read it back. */
struct json_object *json_number(double value);

#endif /* QMAC_FORMATS_JSON_H */
