// SPDX-License-Identifier: MIT
#include "description.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "description_text.h"
#include "grain_name.h"

/* The file while it is read. */
struct reader {
	struct qmac_context *context;
	const char *path;
	struct description_text text;
	struct description *out;
};

static int fail(const struct reader *reader, const char *key, const char *what)
{
	fprintf(stderr, "qmac dequantize: %s: \"%s\" %s; expected what qmac quantize -o writes\n",
		reader->path, key, what);
	return -EINVAL;
}

static struct json_object *member(const struct reader *reader, const char *key)
{
	return json_object_object_get(reader->text.root, key);
}

static const char *text_of(const struct reader *reader, const char *key)
{
	struct json_object *value = member(reader, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

/* An integer of at least 0, or -1. */
static int64_t count_of(struct json_object *value)
{
	int64_t count =
		json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : -1;

	return count < 0 || count == INT64_MAX ? -1 : count;
}

static bool real_of(struct json_object *value, float *out)
{
	if (!json_object_is_type(value, json_type_double) &&
	    !json_object_is_type(value, json_type_int))
		return false;
	*out = (float)json_object_get_double(value);
	return isfinite(*out);
}

static int read_type(const struct reader *reader)
{
	const char *name = text_of(reader, "type");

	for (unsigned int type = 0; type < 256; type++) {
		if (strcmp(name, "?") != 0 && !strcmp(name, qmac_type_name((uint8_t)type))) {
			reader->out->type = (uint8_t)type;
			return qmac_type_bits((uint8_t)type) >= 1 &&
					       qmac_type_bits((uint8_t)type) <= 16
				       ? 0
				       : fail(reader, "type", "is no type of codes");
		}
	}
	return fail(reader, "type", "is missing or no type");
}

static int read_layout(const struct reader *reader)
{
	static const char *const names[] = {
		[DESCRIPTION_PLAIN] = "plain",
		[DESCRIPTION_PACKED] = "packed",
		[DESCRIPTION_Q4_0] = "ggml-q4_0",
		[DESCRIPTION_Q8_0] = "ggml-q8_0",
	};
	const char *name = text_of(reader, "layout");
	bool small = qmac_type_bits(reader->out->type) < 8;
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			break;
	reader->out->layout = i;
	if (i > DESCRIPTION_Q8_0)
		return fail(reader, "layout", "is missing or unknown");
	if (i <= DESCRIPTION_PACKED && small != (i == DESCRIPTION_PACKED))
		return fail(reader, "layout", "does not go with the type");
	return 0;
}

static int read_shape(const struct reader *reader)
{
	struct json_object *shape = member(reader, "shape");
	struct description *out = reader->out;

	if (!json_object_is_type(shape, json_type_array) ||
	    json_object_array_length(shape) > NPY_MAX_DIMS)
		return fail(reader, "shape", "is no array of up to 8 integers");
	out->ndim = (unsigned int)json_object_array_length(shape);
	out->count = 1;
	for (unsigned int i = 0; i < out->ndim; i++) {
		int64_t extent = count_of(json_object_array_get_idx(shape, i));

		if (extent < 1 || __builtin_mul_overflow(out->count, (size_t)extent, &out->count) ||
		    out->count > SIZE_MAX / 64)
			return fail(reader, "shape", "has an extent that cannot be");
		out->shape[i] = (size_t)extent;
	}
	return 0;
}

static int read_granularity(const struct reader *reader)
{
	struct description *out = reader->out;
	const char *name = text_of(reader, "granularity");
	int64_t axis = count_of(member(reader, "axis")), group = count_of(member(reader, "group"));
	unsigned int grain;

	for (grain = 0; grain_name(grain); grain++)
		if (!strcmp(name, grain_name(grain)))
			break;
	if (!grain_name(grain))
		return fail(reader, "granularity", "is missing or unknown");
	if (grain != QMAC_GRAIN_TENSOR && grain != QMAC_GRAIN_ROW &&
	    (axis < 0 || axis >= out->ndim))
		return fail(reader, "axis", "is missing or no axis of the shape");
	if ((grain == QMAC_GRAIN_GROUP || grain == QMAC_GRAIN_BLOCK) && group < 1)
		return fail(reader, "group", "is missing or no positive integer");
	if (qmac_granularity_of(reader->context, out->shape, out->ndim, grain, (int)axis,
				(size_t)group, &out->granularity)) {
		fprintf(stderr, "qmac dequantize: %s: %s\n", reader->path,
			qmac_context_message(reader->context));
		return -EINVAL;
	}
	out->parts = qmac_granularity_count(&out->granularity);
	return 0;
}

/* A value for the whole tensor stands alone, those of parts in an array. */
static bool is_whole(const struct reader *reader)
{
	return !strcmp(text_of(reader, "granularity"), grain_name(QMAC_GRAIN_TENSOR));
}

static int read_scale(const struct reader *reader)
{
	struct json_object *zero = member(reader, "zero_point");
	struct description *out = reader->out;
	int64_t value = json_object_get_int64(zero);

	out->scale = calloc(1, sizeof(*out->scale));
	out->zero_point = calloc(1, sizeof(*out->zero_point));
	if (!out->scale || !out->zero_point)
		return fail(reader, "scale", "is more than there is memory for");
	if (!real_of(member(reader, "scale"), out->scale))
		return fail(reader, "scale", "is missing or no finite fp32");
	if (!json_object_is_type(zero, json_type_int) || value < -INT32_MAX || value > INT32_MAX)
		return fail(reader, "zero_point", "is missing or no integer of 32 bits");
	*out->zero_point = (int32_t)value;
	return 0;
}

static int read_scales(struct reader *reader)
{
	struct description_numbers *scale = &reader->text.scale, *zero = &reader->text.zero_point;
	struct description *out = reader->out;

	if (is_whole(reader))
		return read_scale(reader);
	if (!scale->given || scale->count != out->parts)
		return fail(reader, "scale", "is no array of one number per part");
	if (!zero->given || zero->count != out->parts)
		return fail(reader, "zero_point", "is no array of one number per part");
	out->scale = scale->real;
	out->zero_point = zero->integer;
	scale->real = NULL;
	zero->integer = NULL;
	return 0;
}

/* The thresholds matter to numbers on their way to codes only; half way, as of k-means. */
static int fill_codebook(const struct reader *reader, const float *levels, size_t count,
			 struct qmac_codebook *book)
{
	if (!count || count > QMAC_CODEBOOK_LEVELS)
		return fail(reader, "codebook", "is no array of 1 to 256 levels");
	book->levels = (unsigned int)count;
	for (size_t i = 0; i < count; i++) {
		book->value[i] = levels[i];
		if (i)
			book->threshold[i - 1] = ((double)levels[i - 1] + (double)levels[i]) / 2;
	}
	return 0;
}

static int read_codebooks(const struct reader *reader)
{
	const struct description_numbers *levels = &reader->text.codebook;
	struct description *out = reader->out;
	size_t at = 0;
	int ret = 0;

	if (out->type != QMAC_TYPE_U8 && out->type != QMAC_TYPE_U4 && out->type != QMAC_TYPE_U2)
		return fail(reader, "codebook", "needs unsigned codes of up to 8 bits");
	if (!levels->given || levels->list_count != (is_whole(reader) ? 0 : out->parts))
		return fail(reader, "codebook", "is no array of one table per part");
	out->books = calloc(out->parts, sizeof(*out->books));
	if (!out->books)
		return fail(reader, "codebook", "is more than there is memory for");
	if (is_whole(reader))
		return fill_codebook(reader, levels->real, levels->count, out->books);
	for (size_t i = 0; !ret && i < out->parts; at += levels->list[i++])
		ret = fill_codebook(reader, levels->real + at, levels->list[i], &out->books[i]);
	return ret;
}

static bool has_codebook(const struct reader *reader)
{
	return reader->text.codebook.given || member(reader, "codebook");
}

static int read_fields(struct reader *reader)
{
	struct description *out = reader->out;
	int ret;

	if (strcmp(text_of(reader, "format"), "qmac-tensor") != 0 ||
	    count_of(member(reader, "version")) != 1)
		return fail(reader, "format", "or \"version\" is not qmac-tensor, 1");
	ret = read_type(reader);
	if (!ret)
		ret = read_layout(reader);
	if (!ret)
		ret = read_shape(reader);
	if (!ret)
		ret = read_granularity(reader);
	if (ret || out->layout > DESCRIPTION_PACKED || out->type == QMAC_TYPE_F16 ||
	    out->type == QMAC_TYPE_BF16)
		return ret;
	return has_codebook(reader) ? read_codebooks(reader) : read_scales(reader);
}

int description_read(struct qmac_context *context, const char *path, struct description *out)
{
	struct reader reader = { .context = context, .path = path, .out = out };
	int ret;

	*out = (struct description){ 0 };
	ret = description_text_read(path, &reader.text);
	if (!ret && !json_object_is_type(reader.text.root, json_type_object))
		ret = fail(&reader, "format", "is missing: this is no JSON object");
	if (!ret)
		ret = read_fields(&reader);
	description_text_free(&reader.text);
	return ret;
}

size_t description_stored_count(const struct description *description)
{
	switch (description->layout) {
	case DESCRIPTION_PACKED:
		return qmac_packed_bytes(description->type, description->count);
	case DESCRIPTION_Q4_0:
		return qmac_ggml_bytes(QMAC_GGML_Q4_0, description->count);
	case DESCRIPTION_Q8_0:
		return qmac_ggml_bytes(QMAC_GGML_Q8_0, description->count);
	default:
		return description->count;
	}
}

void description_free(struct description *description)
{
	free(description->scale);
	free(description->zero_point);
	free(description->books);
}
