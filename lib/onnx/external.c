// SPDX-License-Identifier: MIT
/*
 * Weights that a model has in files beside it: they are put where they would be had
 * they been inside. Format: onnx.proto, TensorProto.external_data.
 */
#include "onnx/external.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "context.h"
#include "network/graph.h"
#include "onnx/reader.h"

/* Where the values of a tensor are. */
struct place {
	const char *location;
	uint64_t offset, length;
	bool has_length;
};

static int parse_number(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno || end == text || *end || strchr(text, '-') ? -EINVAL : 0;
}

static int parse(const Onnx__TensorProto *tensor, struct place *place)
{
	int error = 0;
	size_t i;

	*place = (struct place){ 0 };
	for (i = 0; !error && i < tensor->n_external_data; i++) {
		const char *key = tensor->external_data[i]->key;
		const char *value = tensor->external_data[i]->value;

		if (!key || !value)
			continue;
		if (!strcmp(key, "location"))
			place->location = value;
		else if (!strcmp(key, "offset"))
			error = parse_number(value, &place->offset);
		else if (!strcmp(key, "length"))
			error = parse_number(value, &place->length);
		place->has_length |= !strcmp(key, "length");
	}
	return error;
}

/* A model may name files in its directory and below alone. */
static bool location_ok(const char *location)
{
	const char *at = location;

	if (!*location || *location == '/' || !onnx_name_ok(location))
		return false;
	while (at) {
		if (!strncmp(at, "..", 2) && (!at[2] || at[2] == '/'))
			return false;
		at = strchr(at, '/');
		at += !!at;
	}
	return true;
}

/* A file that is no plain one could make the open or the read wait for ever. */
static int open_plain(const char *directory, const char *location, uint64_t *bytes)
{
	struct stat stat;
	char *path;
	int fd, error = 0;

	if (asprintf(&path, "%s%s", directory, location) < 0)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	error = fd < 0 ? -errno : 0;
	free(path);
	if (!error && fstat(fd, &stat))
		error = -errno;
	else if (!error && !S_ISREG(stat.st_mode))
		error = -EINVAL;
	if (error && fd >= 0)
		close(fd);
	if (!error)
		*bytes = (uint64_t)stat.st_size;
	return error ? error : fd;
}

static int read_all(int fd, uint8_t *data, size_t length, uint64_t offset)
{
	while (length) {
		ssize_t got = pread(fd, data, length, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO;
		data += got;
		length -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

/* The values, from an open file of @bytes. @room is what all tensors together may still have. */
static int take(struct qmac_context *context, Onnx__TensorProto *tensor, struct place *place,
		int fd, uint64_t bytes, size_t *room)
{
	uint8_t *data;
	int error;

	if (!place->has_length && place->offset <= bytes)
		place->length = bytes - place->offset;
	if (place->offset > bytes || place->length > bytes - place->offset)
		return qmac_fail(context, -EINVAL,
				 "is cut off: it has %llu bytes, %llu from byte %llu on are needed",
				 (unsigned long long)bytes, (unsigned long long)place->length,
				 (unsigned long long)place->offset);
	if (place->length > *room)
		return qmac_fail(context, -EFBIG, "with it, more than 4 GiB");
	*room -= place->length;
	data = malloc(place->length + 1);
	if (!data)
		return qmac_fail_nomem(context, "weights");
	error = read_all(fd, data, place->length, place->offset);
	if (error) {
		free(data);
		return qmac_fail(context, error, "%s", strerror(-error));
	}
	if (tensor->has_raw_data)
		free(tensor->raw_data.data);
	tensor->has_raw_data = 1;
	tensor->raw_data.data = data;
	tensor->raw_data.len = place->length;
	tensor->data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__DEFAULT;
	return 0;
}

static int fetch(struct qmac_context *context, const char *directory, Onnx__TensorProto *tensor,
		 size_t *room)
{
	const char *name = tensor->name && onnx_name_ok(tensor->name) ? tensor->name : "?";
	struct place place;
	uint64_t bytes = 0;
	int fd, error;

	if (parse(tensor, &place) || !place.location || !location_ok(place.location))
		return qmac_fail(context, -EINVAL,
				 "tensor '%.100s' is in another file, whose place is not proper: "
				 "location must be a path below the model's directory",
				 name);
	fd = open_plain(directory, place.location, &bytes);
	if (fd < 0)
		return qmac_fail(context, fd, "tensor '%.100s' is in %.100s%.100s: %s", name,
				 directory, place.location,
				 fd == -EINVAL ? "not a plain file" : strerror(-fd));
	error = take(context, tensor, &place, fd, bytes, room);
	close(fd);
	return error ? qmac_fail_more(context, error, "tensor '%.100s' is in %.100s%.100s: ", name,
				      directory, place.location)
		     : 0;
}

int onnx_fetch_external(struct qmac_context *context, const char *path, Onnx__ModelProto *model)
{
	const char *slash = strrchr(path, '/');
	size_t room = NET_MAX_BYTES, i;
	char *directory;
	int error = 0;

	if (!model->graph)
		return 0;
	directory = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
	if (!directory)
		return qmac_fail_nomem(context, "a path");
	for (i = 0; !error && i < model->graph->n_initializer; i++) {
		Onnx__TensorProto *tensor = model->graph->initializer[i];

		if (tensor->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
			error = fetch(context, directory, tensor, &room);
	}
	free(directory);
	return error;
}
