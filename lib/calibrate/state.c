// SPDX-License-Identifier: MIT
/*
 * The state of a calibration as bytes, little endian:
 *
 *      0  8  "QMACCAL" and a zero byte        72  4f  range and least magnitude of
 *      8  4  version: 2                               pass 1, threshold
 *     12  4  calibrator, nan, each, pass      88  4f  moving average, pending range
 *     16  4  bins                            104  4   flags: of the three ranges, wide
 *     20  4  exponent, signed                        108  4   0
 *     24 48  count, recount, zeros, nans,    112 16   bins of the tool, batches
 *            last, steps
 *
 * then the own histogram, the tool's edges and counts, the batches' least and
 * greatest elements, PPQ_PERCENTILE's two cascades (count, partial sums, rest),
 * and FNV-1a (64 bits) of all bytes before it.
 */
#include <endian.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/calibration.h"
#include "context.h"
#include "formats/file.h"
#include "quant/exact.h"

#define VERSION	      2
#define HEAD_BYTES    128
#define CASCADE_BYTES (8 + 4 * (CASCADE_LEVELS * CASCADE_LANES + CASCADE_LANES - 1))
#define MAX_BYTES     ((size_t)1 << 30)

static const char magic[8] = "QMACCAL";

static uint64_t checksum(const unsigned char *bytes, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

/* Where the next field goes, or comes from. */
struct cursor {
	unsigned char *at;
};

static void put32(struct cursor *cursor, uint32_t value)
{
	value = htole32(value);
	memcpy(cursor->at, &value, 4);
	cursor->at += 4;
}

static void put64(struct cursor *cursor, uint64_t value)
{
	value = htole64(value);
	memcpy(cursor->at, &value, 8);
	cursor->at += 8;
}

static void put_float(struct cursor *cursor, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put32(cursor, bits);
}

static void put_double(struct cursor *cursor, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put64(cursor, bits);
}

static uint32_t get32(struct cursor *cursor)
{
	uint32_t value;

	memcpy(&value, cursor->at, 4);
	cursor->at += 4;
	return le32toh(value);
}

static uint64_t get64(struct cursor *cursor)
{
	uint64_t value;

	memcpy(&value, cursor->at, 8);
	cursor->at += 8;
	return le64toh(value);
}

static float get_float(struct cursor *cursor)
{
	uint32_t bits = get32(cursor);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static double get_double(struct cursor *cursor)
{
	uint64_t bits = get64(cursor);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void put_head(const struct qmac_calibration *c, struct cursor *to)
{
	memcpy(to->at, magic, sizeof(magic));
	to->at += sizeof(magic);
	put32(to, VERSION);
	*to->at++ = c->spec.calibrator;
	*to->at++ = c->spec.nan;
	*to->at++ = c->spec.each;
	*to->at++ = (unsigned char)c->pass;
	put32(to, c->spec.bins);
	put32(to, (uint32_t)c->own.exponent);
	put64(to, c->count);
	put64(to, c->recount);
	put64(to, c->zeros);
	put64(to, c->nans);
	put64(to, c->last);
	put64(to, c->steps);
	put_float(to, c->all.lo);
	put_float(to, c->all.hi);
	put_float(to, c->least);
	put_float(to, c->threshold);
	put_float(to, c->average.lo);
	put_float(to, c->average.hi);
	put_float(to, c->pending.lo);
	put_float(to, c->pending.hi);
	*to->at++ = c->all.any;
	*to->at++ = c->average.any;
	*to->at++ = c->pending.any;
	*to->at++ = c->tool.wide;
	put32(to, 0);
	put64(to, c->tool.bins);
	put64(to, c->batches.count);
}

static bool has_cascades(const struct qmac_calibration *c)
{
	return c->spec.calibrator == QMAC_CALIBRATOR_PPQ_PERCENTILE;
}

static void put_cascade(const struct cascade *cascade, struct cursor *to)
{
	size_t j, k;

	put64(to, cascade->count);
	for (j = 0; j < CASCADE_LEVELS; j++)
		for (k = 0; k < CASCADE_LANES; k++)
			put_float(to, cascade->level[j][k]);
	for (k = 0; k < CASCADE_LANES - 1; k++)
		put_float(to, cascade->rest[k]);
}

static void put_arrays(const struct qmac_calibration *c, struct cursor *to)
{
	size_t i;

	for (i = 0; c->own.count && i < 2 * c->own.bins; i++)
		put64(to, c->own.count[i]);
	for (i = 0; c->tool.bins && i <= c->tool.bins; i++)
		put_double(to, c->tool.edge[i]);
	for (i = 0; i < c->tool.bins; i++)
		put64(to, c->tool.count[i]);
	for (i = 0; i < c->batches.count; i++)
		put_float(to, c->batches.lo[i]);
	for (i = 0; i < c->batches.count; i++)
		put_float(to, c->batches.hi[i]);
	for (i = 0; has_cascades(c) && i < 2; i++)
		put_cascade(&c->percentiles[i], to);
}

/* Of all but head and checksum; the arguments are below 2^40. */
static size_t array_bytes(const struct qmac_calibration *c, uint64_t tool, uint64_t batches)
{
	size_t own = c->spec.calibrator == QMAC_CALIBRATOR_OWN ? 16 * (size_t)c->spec.bins : 0;

	return own + (tool ? 16 * tool + 8 : 0) + 8 * batches +
	       (has_cascades(c) ? 2 * CASCADE_BYTES : 0);
}

int qmac_calibration_encode(const struct qmac_calibration *calibration, void **out, size_t *size)
{
	const struct qmac_calibration *c = calibration;
	size_t bytes = HEAD_BYTES + array_bytes(c, c->tool.bins, c->batches.count) + 8;
	struct cursor cursor = { malloc(bytes) };

	if (!cursor.at)
		return qmac_fail_nomem(c->context, "the state of a calibration");
	*out = cursor.at;
	*size = bytes;
	put_head(c, &cursor);
	put_arrays(c, &cursor);
	put64(&cursor, checksum(*out, bytes - 8));
	return 0;
}

static int damaged(struct qmac_context *context, size_t offset, const char *what)
{
	return qmac_fail(context, -EINVAL,
			 "calibration state, offset %zu: %s: the file is damaged, calibrate again",
			 offset, what);
}

static void get_head(struct qmac_calibration *c, struct cursor *from)
{
	c->own.exponent = (int32_t)get32(from);
	c->count = get64(from);
	c->recount = get64(from);
	c->zeros = get64(from);
	c->nans = get64(from);
	c->last = get64(from);
	c->steps = get64(from);
	c->all.lo = get_float(from);
	c->all.hi = get_float(from);
	c->least = get_float(from);
	c->threshold = get_float(from);
	c->average.lo = get_float(from);
	c->average.hi = get_float(from);
	c->pending.lo = get_float(from);
	c->pending.hi = get_float(from);
	c->all.any = *from->at++;
	c->average.any = *from->at++;
	c->pending.any = *from->at++;
	c->tool.wide = *from->at++;
	from->at += 4; /* zero: see check_frame() */
}

static void get_cascade(struct cascade *cascade, struct cursor *from)
{
	size_t j, k;

	cascade->count = get64(from);
	for (j = 0; j < CASCADE_LEVELS; j++)
		for (k = 0; k < CASCADE_LANES; k++)
			cascade->level[j][k] = get_float(from);
	for (k = 0; k < CASCADE_LANES - 1; k++)
		cascade->rest[k] = get_float(from);
}

/* 0 or -ENOMEM. The sizes have been checked. */
static int get_arrays(struct qmac_calibration *c, struct cursor *from, size_t tool, size_t batches)
{
	bool wide = c->tool.wide;
	size_t i;

	for (i = 0; c->own.count && i < 2 * c->own.bins; i++)
		c->own.count[i] = get64(from);

	if (tool && edges_allocate(&c->tool, tool))
		return -ENOMEM;
	c->tool.wide = wide;
	for (i = 0; tool && i <= tool; i++)
		c->tool.edge[i] = get_double(from);
	for (i = 0; i < tool; i++)
		c->tool.count[i] = get64(from);
	for (i = 0; i < batches; i++)
		if (batches_add(&c->batches, get_float(from), 0))
			return -ENOMEM;
	for (i = 0; i < batches; i++)
		c->batches.hi[i] = get_float(from);
	for (i = 0; has_cascades(c) && i < 2; i++)
		get_cascade(&c->percentiles[i], from);
	return 0;
}

/* Empty spans are zero, others in order; -0 and NaN fail. */
static EXACT bool span_valid(const struct span *span, bool any)
{
	if (span->any != any)
		return false;
	if (!any)
		return span->lo == 0 && span->hi == 0;
	return isfinite(span->lo) && isfinite(span->hi) && span->lo <= span->hi;
}

/* Sums may have overflowed to anything; what waits to be added has not. */
static EXACT bool cascade_valid(const struct cascade *cascade, const struct qmac_calibration *c)
{
	size_t k;

	for (k = 0; k < CASCADE_LANES - 1; k++)
		if (!isfinite(cascade->rest[k]) ||
		    (k >= cascade->count % CASCADE_LANES && cascade->rest[k] != 0))
			return false;
	return cascade->count <= c->count && !cascade->count == !c->count &&
	       cascade->count == c->percentiles[0].count;
}

static EXACT bool ranges_valid(const struct qmac_calibration *c)
{
	bool own = c->spec.calibrator == QMAC_CALIBRATOR_OWN;

	return span_valid(&c->all, c->count != 0) && span_valid(&c->average, c->steps != 0) &&
	       span_valid(&c->pending, own && c->pending.any) && c->pending.any <= c->all.any &&
	       c->least >= 0 && c->least <= calibration_absmax(c) && c->threshold >= 0 &&
	       isfinite(c->threshold);
}

/* The greatest magnitude decides the width; every element is in one bin. */
static bool own_valid(const struct qmac_calibration *c)
{
	float absmax = calibration_absmax(c);
	uint64_t sum = c->zeros;
	uint32_t magnitude;
	size_t i;

	memcpy(&magnitude, &absmax, sizeof(magnitude));
	if (c->own.exponent != histogram_exponent(c->own.bins, magnitude & 0x7fffffff))
		return false;
	for (i = 0; i < 2 * c->own.bins; i++)
		if (__builtin_add_overflow(sum, c->own.count[i], &sum))
			return false;
	return sum == c->count && c->nans <= c->zeros;
}

static EXACT bool tool_valid(const struct qmac_calibration *c)
{
	uint64_t most = c->pass == 2 ? c->recount : c->count, sum = 0;
	size_t i;

	for (i = 0; i < c->tool.bins; i++)
		if (__builtin_add_overflow(sum, c->tool.count[i], &sum) ||
		    !(c->tool.edge[i] <= c->tool.edge[i + 1]))
			return false;
	if (c->tool.bins && (!isfinite(c->tool.edge[0]) || !isfinite(c->tool.edge[c->tool.bins])))
		return false;
	for (i = 0; i < c->batches.count; i++)
		if (!(isfinite(c->batches.lo[i]) && isfinite(c->batches.hi[i])) ||
		    c->batches.lo[i] > c->batches.hi[i])
			return false;
	return sum <= most;
}

/* A histogram there must be exactly when something has been counted into one. */
static bool sizes_valid(const struct qmac_calibration *c, uint64_t tool, uint64_t batches)
{
	bool grows = c->spec.each || c->spec.calibrator == QMAC_CALIBRATOR_TENSORRT_ENTROPY;

	if (batches && (c->spec.calibrator != QMAC_CALIBRATOR_ORT_AVERAGE || batches > c->count))
		return false;
	if (c->tool.wide && c->spec.calibrator != QMAC_CALIBRATOR_TENSORRT_ENTROPY)
		return false;
	if (grows && c->count)
		return tool >= c->spec.bins && tool <= MAX_TOOL_BINS;
	return tool == (c->pass == 2 ? c->spec.bins : 0);
}

static bool counts_valid(const struct qmac_calibration *c)
{
	bool own = c->spec.calibrator == QMAC_CALIBRATOR_OWN;
	bool steps = own || c->spec.calibrator == QMAC_CALIBRATOR_ORT_AVERAGE;

	return c->pass >= 1 && c->pass <= qmac_calibration_passes(c) && c->count <= INT64_MAX &&
	       c->recount <= (c->pass == 2 ? c->count : 0) && (c->pass == 1 || c->count) &&
	       c->zeros <= (own ? c->count : 0) && c->nans <= c->zeros &&
	       c->last <= (c->spec.calibrator == QMAC_CALIBRATOR_NCNN_ACIQ ? c->count : 0) &&
	       c->steps <= (steps ? c->count : 0) && (own || !c->own.exponent);
}

static EXACT int check(struct qmac_calibration *c)
{
	size_t i;

	if (!ranges_valid(c))
		return damaged(c->context, 72, "ranges that cannot be");
	if (c->own.count && !own_valid(c))
		return damaged(c->context, HEAD_BYTES, "a histogram that does not add up");
	if (!tool_valid(c))
		return damaged(c->context, HEAD_BYTES, "bins that cannot be");
	for (i = 0; has_cascades(c) && i < 2; i++)
		if (!cascade_valid(&c->percentiles[i], c))
			return damaged(c->context, HEAD_BYTES + i * CASCADE_BYTES,
				       "sums of percentiles that cannot be");
	return 0;
}

/* Head and arrays into @c, whose spec is right. */
static int decode_into(struct qmac_calibration *c, struct cursor *from, size_t size)
{
	uint64_t tool, batches;

	get_head(c, from);
	tool = get64(from);
	batches = get64(from);
	if (!counts_valid(c))
		return damaged(c->context, 24, "counts that cannot be");
	if (tool > MAX_BYTES || batches > MAX_BYTES || !sizes_valid(c, tool, batches) ||
	    array_bytes(c, tool, batches) != size - HEAD_BYTES - 8)
		return damaged(c->context, 112, "not as long as its histogram");
	if (get_arrays(c, from, tool, batches))
		return qmac_fail_nomem(c->context, "a calibration");
	return check(c);
}

static int check_frame(struct qmac_context *context, const unsigned char *bytes, size_t size)
{
	struct cursor cursor;
	uint32_t version;

	if (size < sizeof(magic) || memcmp(bytes, magic, sizeof(magic)))
		return qmac_fail(context, -EINVAL,
				 "this is no calibration state: it does not begin with QMACCAL");
	if (size < HEAD_BYTES + 8)
		return damaged(context, size, "ends within its head");
	cursor.at = (unsigned char *)bytes + sizeof(magic);
	version = get32(&cursor);
	if (version != VERSION)
		return qmac_fail(context, -EINVAL,
				 "calibration state of version %u: this library reads version %u",
				 version, VERSION);
	if (memcmp(bytes + 108, "\0\0\0\0", 4))
		return damaged(context, 108, "reserved bytes that are not zero");
	cursor.at = (unsigned char *)bytes + size - 8;
	if (get64(&cursor) != checksum(bytes, size - 8))
		return damaged(context, size - 8, "wrong checksum");
	return 0;
}

int qmac_calibration_decode(struct qmac_context *context, const void *bytes, size_t size,
			    struct qmac_calibration **out)
{
	struct cursor cursor = { (unsigned char *)bytes + 12 };
	struct qmac_calibration_spec spec;
	struct qmac_calibration *c;
	unsigned int pass, each;
	fenv_t saved;
	int error = check_frame(context, bytes, size);

	if (error)
		return error;
	spec.calibrator = *cursor.at++;
	spec.nan = *cursor.at++;
	each = *cursor.at++;
	spec.each = each;
	pass = *cursor.at++;
	spec.bins = get32(&cursor);
	error = calibration_spec_check(context, &spec);
	if (error)
		return qmac_fail_more(context, error, "calibration state, offset 12: ");
	if (each > 1)
		return damaged(context, 14, "a flag that is neither 0 nor 1");
	c = calibration_allocate(context, &spec);
	if (!c)
		return qmac_fail_nomem(context, "a calibration");
	c->pass = pass;
	exact_enter(&saved);
	error = decode_into(c, &cursor, size);
	exact_leave(&saved);
	if (error)
		qmac_calibration_destroy(c);
	else
		*out = c;
	return error;
}

int qmac_calibration_save(const struct qmac_calibration *calibration, const char *path)
{
	void *bytes;
	size_t size;
	int error = qmac_calibration_encode(calibration, &bytes, &size);

	if (error)
		return error;
	error = file_write(calibration->context, path, bytes, size);
	free(bytes);
	return error;
}

int qmac_calibration_load(struct qmac_context *context, const char *path,
			  struct qmac_calibration **out)
{
	size_t size;
	char *bytes;
	int error = file_read(context, path, MAX_BYTES, &bytes, &size);

	if (error)
		return error;
	error = qmac_calibration_decode(context, bytes, size, out);
	if (error)
		qmac_fail_more(context, error, "%s: ", path);
	free(bytes);
	return error;
}
