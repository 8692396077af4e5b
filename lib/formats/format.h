/* SPDX-License-Identifier: MIT */
/* Readers and writers of the formats, inside the library. */
#ifndef QMAC_FORMATS_FORMAT_H
#define QMAC_FORMATS_FORMAT_H

#include <stdio.h>

#include <json-c/json.h>
#include <qmac/table.h>

/* What a reader reads, and where to. All functions want the scope entered. */
struct source {
	struct qmac_context *context;
	const struct qmac_quant_spec *spec; /* never NULL */
	const char *text;		    /* without zero bytes but the one at the end */
	struct json_object *root;	    /* for the JSON formats */
	struct qmac_table *table;
};

/* 0 or -errno with a message; the table may be half filled on failure. */
int ncnn_read(const struct source *source);
int tensorrt_read(const struct source *source);
int qmac_json_read(const struct source *source);
int ort_read(const struct source *source);
int aimet_read(const struct source *source);
int aimet_1_read(const struct source *source);
int aimet_2_read(const struct source *source);

/* 0, or -EINVAL with a message when an entry does not fit the format. */
int ncnn_check(struct qmac_context *context, const struct qmac_table *table);
int tensorrt_check(struct qmac_context *context, const struct qmac_table *table);
int ort_check(struct qmac_context *context, const struct qmac_table *table);
int aimet_check(struct qmac_context *context, const struct qmac_table *table);
int aimet_1_check(struct qmac_context *context, const struct qmac_table *table);
int aimet_2_check(struct qmac_context *context, const struct qmac_table *table);

/* Of checked tables; errors of @out are the caller's to see. */
void ncnn_write(const struct qmac_table *table, FILE *out);
void tensorrt_write(const struct qmac_table *table, FILE *out);

/* NULL without memory. */
struct json_object *qmac_json_write(const struct qmac_table *table);
struct json_object *ort_write(const struct qmac_table *table);
struct json_object *aimet_write(const struct qmac_table *table);
struct json_object *aimet_1_write(const struct qmac_table *table);
struct json_object *aimet_2_write(const struct qmac_table *table);

#endif /* QMAC_FORMATS_FORMAT_H */
