// SPDX-License-Identifier: MIT
/* A codebook for each channel, row, group or block of a tensor. */
#include <errno.h>
#include <math.h>

#include "context.h"
#include "quant/codebook.h"
#include "quant/exact.h"
#include "quant/gather.h"
#include "quant/nan.h"
#include "quant/walk.h"

/* With the tensor's own index, before its parts have others. */
static int check_numbers(struct qmac_context *context, const float *x,
			 const struct qmac_granularity *granularity, enum qmac_nan nan)
{
	int error = qmac_walk_check(context, granularity);
	size_t count = error ? 0 : qmac_walk_elements(granularity), i;

	if (!error && !count)
		return qmac_fail(context, -EINVAL, "an empty tensor has no codebook");
	for (i = 0; i < count; i++) {
		if (isinf(x[i]) || (isnan(x[i]) && nan != QMAC_NAN_ZERO))
			return qmac_fail(context, -EDOM, "element %zu is %g: clean the tensor", i,
					 (double)x[i]);
	}
	return error;
}

int qmac_codebooks_kmeans(struct qmac_context *context, const float *x,
			  const struct qmac_granularity *granularity, unsigned int levels,
			  const struct qmac_kmeans_options *options, struct qmac_codebook *books)
{
	size_t parts = qmac_granularity_count(granularity), count, i;
	struct gathered gathered = { 0 };
	int error = check_numbers(context, x, granularity, options ? options->nan : QMAC_NAN_ERROR);

	if (!error)
		error = gather(context, granularity, x, &gathered);
	for (i = 0; !error && i < parts; i++) {
		const float *part = gathered_part(&gathered, i, &count);

		error = qmac_codebook_kmeans(context, part, count, levels, options, &books[i]);
	}
	gather_free(&gathered);
	return error;
}

/* The least level must be a normal number. */
static int powers(struct qmac_context *context, const float *x, size_t count, unsigned int bits,
		  enum qmac_nan nan, struct qmac_codebook *book)
{
	int top, least = -126 + (1 << (bits - 1)) - 2;
	int error = qmac_log2_top(context, x, count, nan, &top);

	return error ? error : qmac_codebook_log2(context, bits, top < least ? least : top, book);
}

int qmac_codebooks_log2(struct qmac_context *context, const float *x,
			const struct qmac_granularity *granularity, unsigned int bits,
			enum qmac_nan nan, struct qmac_codebook *books)
{
	size_t parts = qmac_granularity_count(granularity), count, i;
	struct gathered gathered = { 0 };
	int error = check_numbers(context, x, granularity, nan);

	if (!error && (bits < 2 || bits > 8))
		return qmac_fail(context, -EINVAL, "%u bits of a log2 code: use 2 to 8", bits);
	if (!error)
		error = gather(context, granularity, x, &gathered);
	for (i = 0; !error && i < parts; i++) {
		const float *part = gathered_part(&gathered, i, &count);

		error = powers(context, part, count, bits, nan, &books[i]);
	}
	gather_free(&gathered);
	return error;
}

static int check_books(struct qmac_context *context, const struct qmac_codebook *books,
		       const struct qmac_granularity *granularity)
{
	int error = qmac_walk_check(context, granularity);
	size_t parts = qmac_granularity_count(granularity), i;
	fenv_t saved;

	exact_enter(&saved);
	for (i = 0; !error && i < parts; i++) {
		error = codebook_check(context, &books[i]);
		if (error)
			qmac_fail_more(context, error, "codebook %zu: ", i);
	}
	exact_leave(&saved);
	return error;
}

static EXACT void encode(const struct qmac_codebook *books,
			 const struct qmac_granularity *granularity, const float *x, uint8_t *codes)
{
	struct walk walk;
	struct run run;
	size_t i;

	for (qmac_walk_start(&walk, granularity, false); qmac_walk_next(&walk, &run);) {
		for (i = run.first; i < run.first + run.length; i++)
			codes[i] = codebook_code(&books[run.param], isnan(x[i]) ? 0 : x[i]);
	}
}

int qmac_codebooks_encode(struct qmac_context *context, const struct qmac_codebook *books,
			  const struct qmac_granularity *granularity, const float *x,
			  enum qmac_nan nan, uint8_t *codes)
{
	int error = check_books(context, books, granularity);
	fenv_t saved;

	if (!error)
		error = qmac_nan_check(context, x, qmac_walk_elements(granularity), nan);
	if (error)
		return error;
	exact_enter(&saved);
	encode(books, granularity, x, codes);
	exact_leave(&saved);
	return 0;
}

static int check_codes(struct qmac_context *context, const struct qmac_codebook *books,
		       const struct qmac_granularity *granularity, const uint8_t *codes)
{
	struct walk walk;
	struct run run;
	size_t i;

	for (qmac_walk_start(&walk, granularity, false); qmac_walk_next(&walk, &run);) {
		for (i = run.first; i < run.first + run.length; i++) {
			if (codes[i] >= books[run.param].levels)
				return qmac_fail(context, -ERANGE,
						 "code %u of element %zu: codebook %zu has %u "
						 "levels",
						 codes[i], i, run.param, books[run.param].levels);
		}
	}
	return 0;
}

int qmac_codebooks_decode(struct qmac_context *context, const struct qmac_codebook *books,
			  const struct qmac_granularity *granularity, const uint8_t *codes,
			  float *x)
{
	int error = check_books(context, books, granularity);
	struct walk walk;
	struct run run;
	size_t i;

	if (!error)
		error = check_codes(context, books, granularity, codes);
	if (error)
		return error;
	for (qmac_walk_start(&walk, granularity, false); qmac_walk_next(&walk, &run);) {
		for (i = run.first; i < run.first + run.length; i++)
			x[i] = books[run.param].value[codes[i]];
	}
	return 0;
}
