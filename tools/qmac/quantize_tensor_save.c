// SPDX-License-Identifier: MIT
/* OUT.npy and OUT.npy.json. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "quantize_tensor_report.h"
#include "npy/whole_file.h"

static bool has_dtype(uint8_t type)
{
	return qmac_type_bits(type) >= 8;
}

static enum npy_type npy_type_of(uint8_t type)
{
	switch (type) {
	case QMAC_TYPE_S8:
		return NPY_S8;
	case QMAC_TYPE_S16:
		return NPY_S16;
	case QMAC_TYPE_U16:
		return NPY_U16;
	default:
		return NPY_U8;
	}
}

static int save_codes(struct qmac_context *context, const struct quantize_tensor_options *options,
		      const struct quantize_tensor *tensor)
{
	struct npy_array out = tensor->x;
	void *packed = NULL;
	char message[4608];
	int ret;

	out.type = npy_type_of(options->type);
	out.data = tensor->codes;
	if (!has_dtype(options->type)) {
		out.ndim = 1;
		out.count = out.shape[0] = qmac_packed_bytes(options->type, tensor->x.count);
		out.data = packed = malloc(out.count);
		ret = packed ? qmac_pack(context, options->type, tensor->codes, tensor->x.count,
					 packed)
			     : -ENOMEM;
		if (ret) {
			fprintf(stderr, "qmac quantize: %s\n",
				packed ? qmac_context_message(context) : "no memory");
			free(packed);
			return ret;
		}
	}
	ret = npy_save(options->output, &out, message, sizeof(message));
	if (ret)
		fprintf(stderr, "qmac quantize: %s\n", message);
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
	struct stat found;
	int ret;

	if (!stat(path, &found) && S_ISDIR(found.st_mode))
		return -EISDIR;
	ret = whole_file_open(file, path);
	if (ret)
		return ret;
	object = quantize_tensor_describe(options, tensor);
	json_object_object_add(object, "storage",
			       json_object_new_string(npy_type_name(npy_type_of(options->type))));
	json_object_object_add(object, "packed",
			       json_object_new_boolean(!has_dtype(options->type)));
	fputs(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY), file->out);
	fputc('\n', file->out);
	json_object_put(object);
	if (fflush(file->out) || ferror(file->out)) {
		whole_file_discard(file);
		return -EIO;
	}
	return 0;
}

int quantize_tensor_save(struct qmac_context *context,
			 const struct quantize_tensor_options *options,
			 const struct quantize_tensor *tensor)
{
	struct whole_file file;
	char *path;
	int ret;

	if (asprintf(&path, "%s.json", options->output) < 0)
		return cannot(options->output, -ENOMEM);
	ret = begin_description(path, options, tensor, &file);
	if (ret) {
		cannot(path, ret);
	} else {
		ret = save_codes(context, options, tensor);
		if (ret) {
			whole_file_discard(&file);
		} else {
			ret = whole_file_commit(&file);
			if (ret)
				cannot(path, ret);
		}
	}
	free(path);
	return ret;
}
