// SPDX-License-Identifier: MIT
/*
 * The calibrations of a network as a file, little endian:
 *
 *   0  8  "QMACNCA" and a zero byte
 *   8  4  version: 1
 *  12  4  tensors
 *
 * then for each, in the order of their numbers: bytes of the name (4), 0 (4),
 * bytes of the state (8), the name, the state, which has a checksum of its own.
 */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "formats/file.h"
#include "network/calibrate.h"
#include "network/graph.h"

#define VERSION	   1
#define HEAD_BYTES 16
#define MAX_BYTES  ((size_t)1 << 31)

static const char magic[8] = "QMACNCA";

static void put_head(FILE *out, uint32_t tensors)
{
	const uint32_t words[2] = { htole32(VERSION), htole32(tensors) };

	fwrite(magic, sizeof(magic), 1, out);
	fwrite(words, sizeof(words), 1, out);
}

static int put_tensor(FILE *out, const char *name, const struct qmac_calibration *state)
{
	const uint32_t words[2] = { htole32((uint32_t)strlen(name)), 0 };
	uint64_t bytes;
	size_t size;
	void *encoded;
	int error = qmac_calibration_encode(state, &encoded, &size);

	if (error)
		return error;
	bytes = htole64(size);
	fwrite(words, sizeof(words), 1, out);
	fwrite(&bytes, sizeof(bytes), 1, out);
	fwrite(name, strlen(name), 1, out);
	fwrite(encoded, size, 1, out);
	free(encoded);
	return 0;
}

int qmac_network_calibration_save(const struct qmac_network_calibration *calibration,
				  const char *path)
{
	const struct qmac_network *network = calibration->network;
	uint32_t watched = 0;
	char *bytes = NULL;
	size_t size, i;
	FILE *out = open_memstream(&bytes, &size);
	int error = 0;

	if (!out)
		return qmac_fail_nomem(network->context, "a state");
	for (i = 0; i < calibration->tensors; i++)
		watched += calibration->all[i] != NULL;
	put_head(out, watched);
	for (i = 0; !error && i < calibration->tensors; i++)
		if (calibration->all[i])
			error = put_tensor(out, network->tensors[i].name, calibration->all[i]);
	if ((ferror(out) | fclose(out)) && !error)
		error = qmac_fail_nomem(network->context, "a state");
	if (!error)
		error = file_write(network->context, path, bytes, size);
	free(bytes);
	return error;
}

/* What is left of the file. */
struct cursor {
	struct qmac_context *context;
	const char *start, *at, *end;
};

static int damaged(const struct cursor *cursor, const char *what)
{
	return qmac_fail(cursor->context, -EINVAL,
			 "byte %zu: %s: no calibration of a network, or damaged",
			 (size_t)(cursor->at - cursor->start), what);
}

static int get_head(struct cursor *cursor, uint32_t tensors)
{
	uint32_t words[2];

	if (cursor->end - cursor->at < HEAD_BYTES || memcmp(cursor->at, magic, sizeof(magic)))
		return damaged(cursor, "wrong head");
	memcpy(words, cursor->at + sizeof(magic), sizeof(words));
	if (le32toh(words[0]) != VERSION)
		return damaged(cursor, "another version");
	if (le32toh(words[1]) != tensors)
		return qmac_fail(cursor->context, -EINVAL,
				 "%u activations, the network has %u: calibrate this network anew",
				 le32toh(words[1]), tensors);
	cursor->at += HEAD_BYTES;
	return 0;
}

static int get_tensor(struct cursor *cursor, const char *name, struct qmac_calibration **out)
{
	size_t left = (size_t)(cursor->end - cursor->at), length = strlen(name);
	uint32_t words[2];
	uint64_t bytes;

	if (left < HEAD_BYTES)
		return damaged(cursor, "cut off");
	memcpy(words, cursor->at, sizeof(words));
	memcpy(&bytes, cursor->at + sizeof(words), sizeof(bytes));
	bytes = le64toh(bytes);
	left -= HEAD_BYTES;
	if (le32toh(words[0]) > left || words[1] || bytes > left - le32toh(words[0]))
		return damaged(cursor, "cut off");
	if (le32toh(words[0]) != length || memcmp(cursor->at + HEAD_BYTES, name, length))
		return qmac_fail(cursor->context, -EINVAL,
				 "byte %zu: not of activation '%.80s', which comes next in the "
				 "network: calibrate this network anew",
				 (size_t)(cursor->at - cursor->start), name);
	cursor->at += HEAD_BYTES + length + bytes;
	return qmac_calibration_decode(cursor->context, cursor->at - bytes, bytes, out);
}

/* All are of one kind, so that passes and batches mean the same to each. */
static bool same_kind(const struct qmac_calibration *a, const struct qmac_calibration *b)
{
	struct qmac_calibration_stats x, y;

	qmac_calibration_stats(a, &x);
	qmac_calibration_stats(b, &y);
	return x.calibrator == y.calibrator && x.pass == y.pass;
}

static int get_all(struct cursor *cursor, struct qmac_network_calibration *calibration)
{
	const struct qmac_network *network = calibration->network;
	const struct qmac_calibration *first = NULL;
	uint32_t watched = 0;
	size_t i;
	int error;

	for (i = 0; i < calibration->tensors; i++)
		watched += net_calibration_watches(network, i);
	error = get_head(cursor, watched);
	for (i = 0; !error && i < calibration->tensors; i++) {
		if (!net_calibration_watches(network, i))
			continue;
		error = get_tensor(cursor, network->tensors[i].name, &calibration->all[i]);
		if (!first)
			first = calibration->all[i];
		if (!error && !same_kind(first, calibration->all[i]))
			error = damaged(cursor, "another calibrator or pass");
	}
	if (!error && cursor->at != cursor->end)
		error = damaged(cursor, "more than is expected");
	return error;
}

int qmac_network_calibration_load(struct qmac_network *network, const char *path,
				  struct qmac_network_calibration **out)
{
	struct cursor cursor = { .context = network->context };
	struct qmac_network_calibration *made;
	size_t size;
	char *bytes;
	int error = file_read(network->context, path, MAX_BYTES, &bytes, &size);

	if (error)
		return error;
	cursor.start = cursor.at = bytes;
	cursor.end = bytes + size;
	made = net_calibration_allocate(network);
	error = made ? get_all(&cursor, made) : -ENOMEM;
	if (error && made)
		qmac_fail_more(network->context, error, "%.200s: ", path);
	free(bytes);
	if (error) {
		qmac_network_calibration_destroy(made);
		return error;
	}
	net_calibration_settle(made);
	*out = made;
	return 0;
}
