// SPDX-License-Identifier: MIT
#include "report.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include <json-c/json.h>

static const char *const start_name[STARTS] = { "float", "float, trained on" };
static const char *const ranges_name[RANGES] = { "fixed", "average", "learned" };

/* Mean over the runs, and its standard error, both in per cent. */
struct estimate {
	double mean, error;
};

/* Of the scores, or of what they are above @base in the same run. */
static struct estimate estimate(const double *score, const double *base, size_t runs)
{
	struct estimate out = { 0 };
	double square = 0;

	for (size_t i = 0; i < runs; i++)
		out.mean += 100 * (score[i] - (base ? base[i] : 0)) / (double)runs;
	for (size_t i = 0; i < runs; i++) {
		double d = 100 * (score[i] - (base ? base[i] : 0)) - out.mean;

		square += d * d;
	}
	if (runs > 1)
		out.error = sqrt(square / (double)(runs - 1) / (double)runs);
	return out;
}

/**
 * struct best - the methods that do best after training
 * @score: Their scores.
 * @weights: WEIGHTS_MINMAX or WEIGHTS_MSE.
 * @inputs: enum qmac_method.
 * @start: Which network.
 */
struct best {
	const double *score;
	size_t weights, inputs;
	enum start start;
};

/* In hindsight, by the images of the test: the choice favours them. */
static struct best best_of(const struct scores *scores, size_t width, enum start start)
{
	struct best best = { .start = start };

	for (size_t i = 0; i < WEIGHTS * METHODS; i++) {
		const size_t w = i / METHODS, m = i % METHODS;
		const double *score = scores->after[width][start][w][m];

		if (is_method((unsigned int)m) &&
		    (!best.score || estimate(score, best.score, scores->runs).mean > 0))
			best = (struct best){ score, w, m, start };
	}
	return best;
}

static struct best best_of_all(const struct scores *scores, size_t width)
{
	struct best first = best_of(scores, width, TRAINED);
	struct best second = best_of(scores, width, TRAINED_ON);

	return estimate(second.score, first.score, scores->runs).mean > 0 ? second : first;
}

static const char *weights_name(size_t weights)
{
	return qmac_method_name(weights == WEIGHTS_MSE ? QMAC_METHOD_MSE : QMAC_METHOD_MINMAX);
}

static void print_row(const char *name, const char *detail, const double *score, size_t runs)
{
	struct estimate e = estimate(score, NULL, runs);

	printf("  %-39s %5.2f ± %.2f%s%s\n", name, e.mean, e.error, *detail ? "  " : "", detail);
}

static void print_after(const struct scores *scores, size_t width, enum start start)
{
	struct best best = best_of(scores, width, start);
	char name[64], detail[96];

	snprintf(name, sizeof(name), "%s, quantized, min-max", start_name[start]);
	print_row(name, "", scores->after[width][start][WEIGHTS_MINMAX][QMAC_METHOD_MINMAX],
		  scores->runs);
	snprintf(name, sizeof(name), "%s, quantized, best", start_name[start]);
	snprintf(detail, sizeof(detail), "weights %s, inputs %s", weights_name(best.weights),
		 qmac_method_name((unsigned int)best.inputs));
	print_row(name, detail, best.score, scores->runs);
}

static void print_aware(const struct scores *scores, size_t width, enum ranges ranges)
{
	struct estimate gain = estimate(scores->aware[width][ranges],
					best_of_all(scores, width).score, scores->runs);
	struct estimate integers = estimate(scores->integers[width][ranges], NULL, scores->runs);
	char name[64], detail[160];

	snprintf(name, sizeof(name), "trained quantized, %s ranges", ranges_name[ranges]);
	snprintf(detail, sizeof(detail), "gain %+.2f ± %.2f; integers %.2f, %zu differ", gain.mean,
		 gain.error, integers.mean, scores->differing[width][ranges]);
	print_row(name, detail, scores->aware[width][ranges], scores->runs);
}

void report_print(const struct settings *settings, const struct scores *scores)
{
	printf("%zu runs, %zu predictions; accuracy in %%, mean ± standard error over the runs\n"
	       "weights with one scale per %s; gain: to the best quantized after training;\n"
	       "integers: accuracy, and how many predictions differ\n",
	       scores->runs, scores->tested, settings->per_channel ? "output" : "tensor");
	for (size_t s = 0; s < STARTS; s++)
		print_row(start_name[s], "", scores->real[s], scores->runs);
	for (size_t w = 0; w < WIDTHS; w++) {
		printf("INT%u\n", settings->bits[w]);
		for (size_t s = 0; s < STARTS; s++)
			print_after(scores, w, s);
		for (size_t r = 0; r < RANGES; r++)
			print_aware(scores, w, r);
	}
}

static struct json_object *json_estimate(const double *score, const double *base, size_t runs)
{
	struct estimate e = estimate(score, base, runs);
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "mean", json_object_new_double(e.mean));
	json_object_object_add(out, "error", json_object_new_double(e.error));
	return out;
}

static struct json_object *json_after(const struct scores *scores, size_t width, enum start start)
{
	struct json_object *out = json_object_new_array();

	for (size_t i = 0; i < WEIGHTS * METHODS; i++) {
		const size_t w = i / METHODS, m = i % METHODS;
		struct json_object *row;

		if (!is_method((unsigned int)m))
			continue;
		row = json_estimate(scores->after[width][start][w][m], NULL, scores->runs);
		json_object_object_add(row, "weights", json_object_new_string(weights_name(w)));
		json_object_object_add(row, "inputs",
				       json_object_new_string(qmac_method_name((unsigned int)m)));
		json_object_array_add(out, row);
	}
	return out;
}

static struct json_object *json_aware(const struct scores *scores, size_t width)
{
	const double *best = best_of_all(scores, width).score;
	struct json_object *out = json_object_new_object();

	for (size_t r = 0; r < RANGES; r++) {
		const double *aware = scores->aware[width][r];
		struct json_object *row = json_estimate(aware, NULL, scores->runs);

		json_object_object_add(row, "gain", json_estimate(aware, best, scores->runs));
		json_object_object_add(
			row, "integers",
			json_estimate(scores->integers[width][r], NULL, scores->runs));
		json_object_object_add(row, "differing",
				       json_object_new_uint64(scores->differing[width][r]));
		json_object_object_add(out, ranges_name[r], row);
	}
	return out;
}

static struct json_object *json_width(const struct settings *settings, const struct scores *scores,
				      size_t width)
{
	struct json_object *out = json_object_new_object(), *after = json_object_new_object();

	json_object_object_add(out, "bits", json_object_new_int((int)settings->bits[width]));
	for (size_t s = 0; s < STARTS; s++)
		json_object_object_add(after, start_name[s], json_after(scores, width, s));
	json_object_object_add(out, "quantized_after", after);
	json_object_object_add(out, "trained_quantized", json_aware(scores, width));
	return out;
}

int report_save(const struct settings *settings, const struct scores *scores, const char *path)
{
	struct json_object *out = json_object_new_object(), *widths = json_object_new_array();
	int ret = 0;

	json_object_object_add(out, "runs", json_object_new_uint64(scores->runs));
	json_object_object_add(out, "predictions", json_object_new_uint64(scores->tested));
	json_object_object_add(out, "per_channel", json_object_new_boolean(settings->per_channel));
	for (size_t s = 0; s < STARTS; s++)
		json_object_object_add(out, start_name[s],
				       json_estimate(scores->real[s], NULL, scores->runs));
	for (size_t w = 0; w < WIDTHS; w++)
		json_object_array_add(widths, json_width(settings, scores, w));
	json_object_object_add(out, "widths", widths);
	if (json_object_to_file_ext(path, out, JSON_C_TO_STRING_PRETTY)) {
		fprintf(stderr, "qat: %s: %s\n", path, json_util_get_last_err());
		ret = -EIO;
	}
	json_object_put(out);
	return ret;
}
