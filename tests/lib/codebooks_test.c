// SPDX-License-Identifier: MIT
/* Codebooks per channel, row, group and block: each as of its elements alone. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define MOST 512

static struct qmac_context *context;

struct tensor {
	size_t dims[3];
	size_t count;
	float x[MOST];
	struct qmac_granularity granularity;
	size_t parts;
};

/* The part of an element, from its indices: written apart from the library's walk. */
static size_t part_of(const struct tensor *t, unsigned int grain, int axis, size_t group, size_t at)
{
	size_t index[3] = { at / (t->dims[1] * t->dims[2]), at / t->dims[2] % t->dims[1],
			    at % t->dims[2] };
	size_t part = 0, i;

	switch (grain) {
	case QMAC_GRAIN_TENSOR:
		return 0;
	case QMAC_GRAIN_CHANNEL:
		return index[axis];
	case QMAC_GRAIN_ROW:
		return at / t->dims[2];
	case QMAC_GRAIN_GROUP:
		return index[axis] / group;
	default:
		for (i = 0; i < 3; i++) {
			bool along = i == (size_t)axis;
			size_t parts = along ? (t->dims[i] + group - 1) / group : t->dims[i];

			part = part * parts + (along ? index[i] / group : index[i]);
		}
		return part;
	}
}

static void check_part(const struct tensor *t, const size_t *part_at, size_t part, bool log2,
		       const struct qmac_codebook *book, const uint8_t *codes, bool *same)
{
	struct qmac_codebook alone = { 0 };
	uint8_t expected[MOST];
	float x[MOST];
	size_t count = 0, i, n = 0;
	int top = 0, error;

	for (i = 0; i < t->count; i++)
		if (part_at[i] == part)
			x[count++] = t->x[i];
	if (log2) {
		error = qmac_log2_top(context, x, count, QMAC_NAN_ERROR, &top);
		error = error ? error : qmac_codebook_log2(context, 3, top, &alone);
	} else {
		error = qmac_codebook_kmeans(context, x, count, 4, NULL, &alone);
	}
	error = error ? error
		      : qmac_codebook_encode(context, &alone, x, count, QMAC_NAN_ERROR, expected);
	*same &= !error && alone.levels == book->levels &&
		 !memcmp(alone.value, book->value, alone.levels * sizeof(float));
	for (i = 0; i < t->count; i++)
		if (part_at[i] == part)
			*same &= codes[i] == expected[n++];
}

static void one(struct rng *rng, uint64_t seed, unsigned int grain, bool log2)
{
	struct tensor t = { .dims = { (size_t)rng_in(rng, 1, 6), (size_t)rng_in(rng, 1, 6),
				      (size_t)rng_in(rng, 1, 12) } };
	int axis = (int)rng_in(rng, 0, 2);
	size_t group = (size_t)rng_in(rng, 1, 5), part_at[MOST], i;
	struct qmac_codebook *books;
	uint8_t codes[MOST];
	float back[MOST];
	bool same = true;

	t.count = t.dims[0] * t.dims[1] * t.dims[2];
	for (i = 0; i < t.count; i++) {
		t.x[i] = (float)rng_in(rng, -1000, 1000) / 64;
		part_at[i] = part_of(&t, grain, axis, group, i);
	}
	if (qmac_granularity_of(context, t.dims, 3, grain, axis, group, &t.granularity))
		abort();
	t.parts = qmac_granularity_count(&t.granularity);
	books = calloc(t.parts, sizeof(*books));
	if (log2 ? qmac_codebooks_log2(context, t.x, &t.granularity, 3, QMAC_NAN_ERROR, books)
		 : qmac_codebooks_kmeans(context, t.x, &t.granularity, 4, NULL, books))
		same = false;
	same = same &&
	       !qmac_codebooks_encode(context, books, &t.granularity, t.x, QMAC_NAN_ERROR, codes);
	for (i = 0; same && i < t.parts; i++)
		check_part(&t, part_at, i, log2, &books[i], codes, &same);
	same = same && !qmac_codebooks_decode(context, books, &t.granularity, codes, back);
	for (i = 0; same && i < t.count; i++)
		same = back[i] == books[part_at[i]].value[codes[i]];
	tap_ok(same, "%s: grain %u, axis %d, group %zu of [%zu, %zu, %zu], seed %llu",
	       log2 ? "log2" : "kmeans", grain, axis, group, t.dims[0], t.dims[1], t.dims[2],
	       (unsigned long long)seed);
	free(books);
}

static void refuse(const char *name, int got, int error, const char *part)
{
	if (!tap_ok(got == error && strstr(qmac_context_message(context), part), "refused: %s",
		    name))
		tap_note("%d: %s", got, qmac_context_message(context));
}

static void refusals(void)
{
	const size_t dims[] = { 2, 3 };
	struct qmac_codebook books[2] = { { .levels = 2, .value = { 0, 1 }, .threshold = { 0.5 } },
					  { .levels = 1 } };
	struct qmac_granularity rows, none = { .extent = { 1, 0, 1 }, .group = 1 };
	uint8_t codes[6] = { 0, 1, 1, 0, 0, 1 };
	float x[6] = { 1, 2, 3, 4, NAN, 6 }, back[6] = { 7 };

	qmac_granularity_of(context, dims, 2, QMAC_GRAIN_CHANNEL, 0, 0, &rows);
	refuse("NaN, by the tensor's index",
	       qmac_codebooks_kmeans(context, x, &rows, 2, NULL, books), -EDOM, "element 4");
	refuse("NaN, log2", qmac_codebooks_log2(context, x, &rows, 3, QMAC_NAN_ERROR, books), -EDOM,
	       "element 4");
	refuse("NaN to a code",
	       qmac_codebooks_encode(context, books, &rows, x, QMAC_NAN_ERROR, codes), -EDOM,
	       "element 4");
	x[4] = INFINITY;
	refuse("infinity", qmac_codebooks_kmeans(context, x, &rows, 2, NULL, books), -EDOM,
	       "element 4 is inf");
	refuse("bits",
	       qmac_codebooks_log2(context, back,
				   &(struct qmac_granularity){ { 1, 1, 1 }, 1, false }, 9,
				   QMAC_NAN_ERROR, books),
	       -EINVAL, "9 bits");
	refuse("empty", qmac_codebooks_kmeans(context, x, &none, 2, NULL, books), -EINVAL, "empty");
	refuse("a code beyond a codebook",
	       qmac_codebooks_decode(context, books, &rows, codes, back), -ERANGE,
	       "element 5: codebook 1 has 1");
	tap_ok(back[0] == 7, "nothing was written");
	books[1].levels = 0;
	refuse("a codebook without levels",
	       qmac_codebooks_decode(context, books, &rows, codes, back), -EINVAL, "codebook 1");
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;

	if (qmac_context_create(&context))
		return 1;
	for (unsigned int round = 0; round < 60; round++) {
		struct rng rng = { .state = seed + round };

		one(&rng, seed + round, round % 5, round / 5 % 2);
	}
	refusals();
	qmac_context_destroy(context);
	return tap_done();
}
