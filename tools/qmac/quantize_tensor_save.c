// SPDX-License-Identifier: MIT
/* OUT.npy and OUT.npy.json. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantize_tensor_report.h"
#include "stored_type.h"
#include "lib/formats/whole_file.h"

static bool has_dtype(uint8_t type)
{
	return qmac_type_bits(type) >= 8;
}

static enum npy_type npy_type_of(const struct quantize_tensor_options *options)
{
	return options->has_ggml ? NPY_U8 : stored_type(options->type);
}

/* Codes in a row of bytes, several in one. */
static int pack(struct qmac_context *context, const struct quantize_tensor_options *options,
		const struct quantize_tensor *tensor, struct npy_array *out, void **packed)
{
	int ret;

	out->ndim = 1;
	out->count = out->shape[0] = qmac_packed_bytes(options->type, tensor->x.count);
	out->data = *packed = malloc(out->count);
	if (!*packed) {
		fprintf(stderr, "qmac quantize: no memory\n");
		return -ENOMEM;
	}
	ret = qmac_pack(context, options->type, tensor->codes, tensor->x.count, *packed);
	if (ret)
		fprintf(stderr, "qmac quantize: %s\n", qmac_context_message(context));
	return ret;
}

static int save_codes(struct qmac_context *context, const struct quantize_tensor_options *options,
		      const struct quantize_tensor *tensor)
{
	struct npy_array out = tensor->x;
	void *packed = NULL;
	char message[4608];
	int ret = 0;

	out.type = npy_type_of(options);
	out.data = tensor->codes;
	if (options->has_ggml) {
		out.ndim = 1;
		out.count = out.shape[0] = tensor->block_bytes;
		out.data = tensor->blocks;
	} else if (!has_dtype(options->type)) {
		ret = pack(context, options, tensor, &out, &packed);
	}
	if (!ret) {
		ret = npy_save(options->output, &out, message, sizeof(message));
		if (ret)
			fprintf(stderr, "qmac quantize: %s\n", message);
	}
	free(packed);
	return ret;
}

static int cannot(const char *path, int error)
{
	fprintf(stderr, "qmac quantize: %s: cannot write: %s\n", path, strerror(-error));
	return error;
}

/* The text of the description, on disk under a temporary name. */
static int begin_description(const char *path, const struct quantize_tensor_options *options,
			     const struct quantize_tensor *tensor, struct whole_file *file)
{
	struct json_object *object;
	int ret = whole_file_open(file, path);

	if (ret)
		return ret;
	object = quantize_tensor_describe(options, tensor);
	json_object_object_add(object, "format", json_object_new_string("qmac-tensor"));
	json_object_object_add(object, "version", json_object_new_int(1));
	json_object_object_add(object, "storage",
			       json_object_new_string(npy_type_name(npy_type_of(options))));
	json_object_object_add(object, "layout",
			       json_object_new_string(options->has_ggml
							      ? quantize_ggml_name(options->ggml)
						      : has_dtype(options->type) ? "plain"
										 : "packed"));
	fputs(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY), file->out);
	fputc('\n', file->out);
	json_object_put(object);
	if (fflush(file->out) || ferror(file->out)) {
		whole_file_discard(file);
		return -EIO;
	}
	return 0;
}

/* Pipes and devices get the codes alone: there is no place beside them. */
bool quantize_tensor_described(const char *path)
{
	return !whole_file_is_nameless(path);
}

static int save_both(struct qmac_context *context, const struct quantize_tensor_options *options,
		     const struct quantize_tensor *tensor, const char *path)
{
	struct whole_file file;
	int ret = begin_description(path, options, tensor, &file);

	if (ret)
		return cannot(path, ret);
	ret = save_codes(context, options, tensor);
	if (ret) {
		whole_file_discard(&file);
		return ret;
	}
	ret = whole_file_commit(&file);
	return ret ? cannot(path, ret) : 0;
}

int quantize_tensor_save(struct qmac_context *context,
			 const struct quantize_tensor_options *options,
			 const struct quantize_tensor *tensor)
{
	char *path;
	int ret;

	if (!quantize_tensor_described(options->output))
		return save_codes(context, options, tensor);
	if (asprintf(&path, "%s.json", options->output) < 0)
		return cannot(options->output, -ENOMEM);
	ret = save_both(context, options, tensor, path);
	free(path);
	return ret;
}
