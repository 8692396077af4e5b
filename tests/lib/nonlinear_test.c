// SPDX-License-Identifier: MIT
/* Codebooks and binary weights. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "random.h"
#include "tap.h"

#define MOST 64

static struct qmac_context *context;

static void refuse(const char *name, int got, int error, const char *part)
{
	if (!tap_ok(got == error && strstr(qmac_context_message(context), part), "refused: %s",
		    name))
		tap_note("%d: %s", got, qmac_context_message(context));
}

static double squares(const struct qmac_codebook *book, const float *x, size_t count)
{
	uint8_t codes[MOST];
	float back[MOST];
	double sum = 0;
	size_t i;

	if (qmac_codebook_encode(context, book, x, count, QMAC_NAN_ERROR, codes) ||
	    qmac_codebook_decode(context, book, codes, count, back))
		return NAN;
	for (i = 0; i < count; i++)
		sum += ((double)x[i] - back[i]) * ((double)x[i] - back[i]);
	return sum;
}

/* Least sum of squares over all divisions of sorted numbers, by trying them all. */
static double best_division(const double *x, size_t count, unsigned int levels)
{
	double best = INFINITY;
	size_t first, i;

	if (!count)
		return 0;
	if (!levels)
		return INFINITY;
	for (first = 0; first < count; first++) {
		double mean = 0, sum = 0;

		for (i = first; i < count; i++)
			mean += x[i] / (double)(count - first);
		for (i = first; i < count; i++)
			sum += (x[i] - mean) * (x[i] - mean);
		sum += best_division(x, first, levels - 1);
		best = sum < best ? sum : best;
	}
	return best;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void test_optimal(uint64_t seed)
{
	const struct qmac_kmeans_options lloyd = { .method = QMAC_KMEANS_LLOYD };
	struct rng rng = { seed };
	struct qmac_codebook book;
	bool optimal = true, local = true;
	unsigned int round;

	for (round = 0; round < 300; round++) {
		size_t count = (size_t)rng_in(&rng, 1, 10), i;
		unsigned int levels = (unsigned int)rng_in(&rng, 1, 4);
		double sorted[MOST], best, got;
		float x[MOST];

		for (i = 0; i < count; i++)
			sorted[i] = x[i] =
				(float)rng_in(&rng, -20, 20) * (rng_one_in(&rng, 5) ? 9 : 1);
		qsort(sorted, count, sizeof(*sorted), ascending);
		best = best_division(sorted, count, levels);
		if (qmac_codebook_kmeans(context, x, count, levels, NULL, &book)) {
			optimal = false;
			break;
		}
		got = squares(&book, x, count);
		if (!(got <= best * (1 + 1e-5) + 1e-9)) {
			optimal = false;
			tap_note("round %u: %.9g, best is %.9g", round, got, best);
		}
		local = local && !qmac_codebook_kmeans(context, x, count, levels, &lloyd, &book) &&
			squares(&book, x, count) >= best * (1 - 1e-5) - 1e-9;
	}
	tap_ok(optimal, "k-means is optimal, seed %llu", (unsigned long long)seed);
	tap_ok(local, "Lloyd's is no better, seed %llu", (unsigned long long)seed);
}

/* The order of the elements does not matter, nor does the caller's order of -0. */
static void test_order(uint64_t seed)
{
	const struct qmac_kmeans_options methods[] = { { .method = QMAC_KMEANS_OPTIMAL },
						       { .method = QMAC_KMEANS_LLOYD } };
	struct rng rng = { seed };
	struct qmac_codebook a, b;
	float x[MOST], swap;
	size_t i, j, m;

	for (m = 0; m < 2; m++) {
		bool pass = true;

		for (i = 0; i < MOST; i++)
			x[i] = ldexpf((float)rng_in(&rng, -9999, 9999), -10);
		x[7] = -0.0f;
		pass = !qmac_codebook_kmeans(context, x, MOST, 8, &methods[m], &a);
		for (i = MOST; i-- > 1;) {
			j = (size_t)rng_in(&rng, 0, (int64_t)i);
			swap = x[i];
			x[i] = x[j];
			x[j] = swap;
		}
		pass = pass && !qmac_codebook_kmeans(context, x, MOST, 8, &methods[m], &b);
		tap_ok(pass && !memcmp(&a, &b, sizeof(a)) && a.levels == 8,
		       "method %zu: the order does not matter, seed %llu", m,
		       (unsigned long long)seed);
	}
}

static void test_kmeans(void)
{
	const float x[] = { 1, 2, 10, 11, 12, -5, -6, 0 }, few[] = { 3, 3, 1, 3 };
	const float same[] = { FLT_MAX, -FLT_MAX, FLT_MAX };
	struct qmac_kmeans_options options = { .keep_zero = true };
	struct qmac_codebook book;
	uint8_t codes[8];

	tap_ok(!qmac_codebook_kmeans(context, x, 8, 3, NULL, &book) && book.levels == 3 &&
		       book.value[0] == -5.5f && book.value[1] == 1 && book.value[2] == 11 &&
		       book.threshold[0] == -2.25 && book.threshold[1] == 6,
	       "three clusters");
	tap_ok(!qmac_codebook_kmeans(context, x, 8, 3, &options, &book) && book.value[1] == 0 &&
		       !qmac_codebook_encode(context, &book, x, 8, QMAC_NAN_ERROR, codes) &&
		       book.value[codes[7]] == 0,
	       "zeros stay 0 when asked");
	tap_ok(!qmac_codebook_kmeans(context, few, 4, 16, NULL, &book) && book.levels == 2 &&
		       book.value[0] == 1 && book.value[1] == 3,
	       "no more levels than distinct numbers");
	tap_ok(!qmac_codebook_kmeans(context, same, 3, 2, NULL, &book) &&
		       book.value[0] == -FLT_MAX && book.value[1] == FLT_MAX &&
		       book.threshold[0] == 0,
	       "the ends of fp32");
	tap_ok(!qmac_codebook_kmeans(context, same, 1, 1, NULL, &book) && book.levels == 1 &&
		       !qmac_codebook_encode(context, &book, x, 8, QMAC_NAN_ERROR, codes) &&
		       !codes[0] && !codes[7],
	       "one level takes all");
}

static void test_large(void)
{
	size_t count = 200000, i;
	float *x = malloc(count * sizeof(*x));
	const struct qmac_kmeans_options lloyd = { .method = QMAC_KMEANS_LLOYD };
	static struct qmac_codebook book;
	struct rng rng = { 3 };

	if (!x)
		return;
	for (i = 0; i < count; i++)
		x[i] = (float)rng_in(&rng, -1000000, 1000000);
	refuse("too many distinct numbers", qmac_codebook_kmeans(context, x, count, 4, NULL, &book),
	       -E2BIG, "QMAC_KMEANS_LLOYD");
	tap_ok(!qmac_codebook_kmeans(context, x, count, 4, &lloyd, &book) && book.levels == 4 &&
		       fabsf(book.value[0] + 750000) < 20000 &&
		       fabsf(book.value[3] - 750000) < 20000,
	       "Lloyd's takes any length: quarters of a uniform range");
	free(x);
}

static void test_log2(void)
{
	const float x[] = { 0,	     1,	   -1,	  1.414f,  1.4143f, 0.7071f,
			    0.7072f, 0.5f, 0.35f, 0.3536f, 100,	    -INFINITY };
	const float want[] = { 0, 1, -1, 1, 2, 0.5f, 1, 0.5f, 0, 0.5f, 2, -2 };
	const float all[] = { 1e-45f, FLT_MAX, -3 }, zeros[] = { 0, -0.0f };
	struct qmac_codebook book;
	uint8_t codes[12];
	float back[12];
	int top = 99;

	tap_ok(!qmac_codebook_log2(context, 3, 1, &book) && book.levels == 7 &&
		       book.value[0] == -2 && book.value[1] == -1 && book.value[2] == -0.5f &&
		       book.value[3] == 0 && book.value[4] == 0.5f && book.value[6] == 2,
	       "log2 of 3 bits: 0 and three powers of either sign");
	tap_ok(!qmac_codebook_encode(context, &book, x, 12, QMAC_NAN_ERROR, codes) &&
		       !qmac_codebook_decode(context, &book, codes, 12, back) &&
		       !memcmp(back, want, sizeof(want)),
	       "log2: rounded in the logarithm");
	tap_ok(!qmac_log2_top(context, all, 3, QMAC_NAN_ERROR, &top) && top == 127,
	       "top is 127 at most");
	tap_ok(!qmac_log2_top(context, all, 1, QMAC_NAN_ERROR, &top) && top == -126,
	       "and -126 at least");
	tap_ok(!qmac_log2_top(context, x + 3, 1, QMAC_NAN_ERROR, &top) && top == 0 &&
		       !qmac_log2_top(context, x + 4, 1, QMAC_NAN_ERROR, &top) && top == 1,
	       "top of 1.414 and 1.4143");
	tap_ok(!qmac_log2_top(context, zeros, 2, QMAC_NAN_ERROR, &top) && !top, "top of zeros");
	tap_ok(!qmac_codebook_log2(context, 8, 0, &book) && book.value[254] == 1 &&
		       book.value[128] == FLT_MIN && !qmac_codebook_log2(context, 2, 127, &book) &&
		       book.value[2] == 0x1p127f && !qmac_codebook_log2(context, 2, -126, &book) &&
		       book.value[2] == FLT_MIN,
	       "the ends of the exponents");
	refuse("1 bit", qmac_codebook_log2(context, 1, 0, &book), -EINVAL, "1 bits");
	refuse("9 bits", qmac_codebook_log2(context, 9, 0, &book), -EINVAL, "9 bits");
	refuse("top 128", qmac_codebook_log2(context, 2, 128, &book), -EINVAL, "to 127");
	refuse("top too low", qmac_codebook_log2(context, 8, -1, &book), -EINVAL, "0 to 127");
	refuse("infinite", qmac_log2_top(context, x, 12, QMAC_NAN_ERROR, &top), -EDOM,
	       "element 11");
	refuse("empty", qmac_log2_top(context, x, 0, QMAC_NAN_ERROR, &top), -EINVAL, "empty");
}

static void test_codebook_refusals(void)
{
	const float x[] = { 1, NAN, 3 }, infinite[] = { INFINITY };
	struct qmac_kmeans_options options = { .nan = QMAC_NAN_ZERO };
	struct qmac_codebook book = { .levels = 77 };
	uint8_t codes[3] = { 9, 9, 9 };
	float back[3] = { 5 };

	refuse("NaN", qmac_codebook_kmeans(context, x, 3, 2, NULL, &book), -EDOM, "element 1");
	refuse("infinity", qmac_codebook_kmeans(context, infinite, 1, 2, &options, &book), -EDOM,
	       "element 0");
	refuse("empty", qmac_codebook_kmeans(context, x, 0, 2, NULL, &book), -EINVAL, "empty");
	refuse("0 levels", qmac_codebook_kmeans(context, x, 1, 0, NULL, &book), -EINVAL,
	       "0 levels");
	refuse("257 levels", qmac_codebook_kmeans(context, x, 1, 257, NULL, &book), -EINVAL,
	       "257 levels");
	options.method = 2;
	refuse("method 2", qmac_codebook_kmeans(context, x, 1, 1, &options, &book), -EINVAL,
	       "method 2");
	tap_ok(book.levels == 77, "nothing was written");
	refuse("77 levels of 0", qmac_codebook_encode(context, &book, x, 1, QMAC_NAN_ERROR, codes),
	       -EINVAL, "out of order");
	options.method = 0;
	tap_ok(!qmac_codebook_kmeans(context, x, 3, 3, &options, &book) && book.value[0] == 0 &&
		       !qmac_codebook_encode(context, &book, x, 3, QMAC_NAN_ZERO, codes) &&
		       codes[1] == 0 && codes[2] == 2,
	       "NaN counts as 0 when asked");
	codes[1] = 9;
	refuse("NaN to code", qmac_codebook_encode(context, &book, x, 3, QMAC_NAN_ERROR, codes),
	       -EDOM, "element 1");
	refuse("code 9 of 3", qmac_codebook_decode(context, &book, codes, 3, back), -ERANGE,
	       "code 9 of element 1");
	tap_ok(codes[1] == 9 && back[0] == 5, "nothing was written");
	book.threshold[0] = NAN;
	refuse("threshold NaN", qmac_codebook_decode(context, &book, codes, 1, back), -EINVAL,
	       "threshold 0");
	book.levels = 0;
	refuse("empty codebook", qmac_codebook_decode(context, &book, codes, 1, back), -EINVAL,
	       "0 levels");
}

/* Signs against plain multiplication; alpha is the least squared error. */
static void test_binary(uint64_t seed)
{
	static const size_t columns[] = { 1, 2, 63, 64, 65, 127, 128, 200 };
	struct rng rng = { seed };
	size_t shape, i, j, k;

	for (shape = 0; shape < 8; shape++) {
		size_t n = columns[shape], words = qmac_binary_words(n);
		float x[5 * 200], alpha[5], back[5 * 200];
		uint64_t bits[5 * 4];
		int32_t c[2 * 3];
		bool pass;

		for (i = 0; i < 5 * n; i++)
			x[i] = (float)rng_in(&rng, -50, 50) / 8;
		pass = !qmac_binary_quantize(context, x, 5, n, QMAC_NAN_ERROR, bits, alpha);
		qmac_binary_dequantize(bits, 5, n, alpha, back);
		qmac_binary_gemm(bits, bits + 2 * words, 2, 3, n, c);
		for (i = 0; i < 5 && pass; i++) {
			double mean = 0;

			for (k = 0; k < n; k++) {
				mean += fabsf(x[i * n + k]) / (double)n;
				pass = pass && (back[i * n + k] >= 0) == (x[i * n + k] >= 0);
			}
			pass = pass && fabs(mean - alpha[i]) <= 1e-6 * mean;
		}
		for (i = 0; i < 2; i++) {
			for (j = 0; j < 3; j++) {
				int32_t sum = 0;

				for (k = 0; k < n; k++)
					sum += (x[i * n + k] >= 0 ? 1 : -1) *
					       (x[(2 + j) * n + k] >= 0 ? 1 : -1);
				pass = pass && c[i * 3 + j] == sum;
			}
		}
		tap_ok(pass, "binary: %zu columns, seed %llu", n, (unsigned long long)seed);
	}
}

static void test_binary_details(void)
{
	float x[] = { -0.0f, NAN, -2, 4 }, alpha = 9;
	int8_t codes[4] = { 1, 1, -1, 1 };
	uint64_t word = 9;
	uint8_t packed[1];

	refuse("NaN", qmac_binary_quantize(context, x, 1, 4, QMAC_NAN_ERROR, &word, &alpha), -EDOM,
	       "element 1");
	refuse("no columns", qmac_binary_quantize(context, x, 1, 0, QMAC_NAN_ERROR, &word, &alpha),
	       -EINVAL, "0 elements");
	tap_ok(word == 9 && alpha == 9, "nothing was written");
	tap_ok(!qmac_binary_quantize(context, x, 1, 4, QMAC_NAN_ZERO, &word, &alpha) &&
		       word == 0xb && alpha == 1.5f,
	       "-0 and NaN are 1, alpha is the mean of 0 0 2 4");
	tap_ok(!qmac_pack(context, QMAC_TYPE_B1, codes, 4, packed) && packed[0] == (uint8_t)word,
	       "the bits are those of qmac_pack()");
	x[1] = INFINITY;
	refuse("infinity", qmac_binary_quantize(context, x, 1, 4, QMAC_NAN_ZERO, &word, &alpha),
	       -EDOM, "element 1");
	x[1] = FLT_MAX;
	x[2] = -FLT_MAX;
	tap_ok(!qmac_binary_quantize(context, x + 1, 1, 2, QMAC_NAN_ZERO, &word, &alpha) &&
		       alpha == FLT_MAX,
	       "the mean of the greatest numbers is finite");
	x[0] = 1e-45f;
	tap_ok(!qmac_binary_quantize(context, x, 1, 1, QMAC_NAN_ZERO, &word, &alpha) &&
		       alpha == 1e-45f,
	       "a subnormal row");
	tap_ok(!qmac_binary_quantize(context, x, 0, 4, QMAC_NAN_ZERO, &word, &alpha), "no rows");
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;

	if (qmac_context_create(&context))
		return 1;
	test_optimal(seed);
	test_order(seed);
	test_kmeans();
	test_large();
	test_log2();
	test_codebook_refusals();
	test_binary(seed);
	test_binary_details();
	qmac_context_destroy(context);
	return tap_done();
}
