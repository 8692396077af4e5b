// SPDX-License-Identifier: MIT
#include <errno.h>
#include <float.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <qmac/qmac.h>

#include "command.h"
#include "float_file.h"
#include "json_text.h"
#include "lib/formats/whole_file.h"
#include "option_file.h"
#include "option_next.h"
#include "option_value.h"
#include "outputs.h"
#include "report_aside.h"

static const char help[] =
	"usage: qmac prune IN.npy [-o OUT.npy] (--threshold T | --sparsity S) [OPTION]...\n"
	"\n"
	"Sets the weights of least magnitude of a tensor to 0 and writes it as float32; float16\n"
	"is read too. Shape and order stay, and the codes of zeros stand for exactly 0 in every\n"
	"scheme but --zero free.\n"
	"\n"
	"  -o, --output FILE  write the tensor with its zeros\n"
	"  --threshold T      weights of a magnitude up to T go\n"
	"  --sparsity S       this share of all weights goes, more than 0 and up to 1: those of\n"
	"                     least magnitude, of equal ones the first\n"
	"  --mask FILE        write uint8 of the same shape, 1 for a weight that stays\n"
	"  --json             print a JSON object\n";

struct options {
	const char *input, *output, *mask;
	struct qmac_prune_options prune;
	bool json;
};

/* What came out. */
struct result {
	struct npy_array x;
	uint8_t *mask;
	size_t pruned, zeros;
};

static int misused(const char *what, const char *value, const char *remedy)
{
	return option_misused("prune", what, value, remedy);
}

static int parse_option(int option, struct options *options)
{
	double number;

	switch (option) {
	case 'o':
		options->output = option_output(optarg);
		return -1;
	case 'm':
		options->mask = option_output(optarg);
		return -1;
	case 'j':
		options->json = true;
		return -1;
	case 't':
		if (!option_number(optarg, 0, FLT_MAX, &number) || (float)number == 0)
			return misused("--threshold", optarg, "expected a positive fp32 number");
		options->prune.threshold = (float)number;
		return -1;
	case 's':
		if (!option_number(optarg, 1e-300, 1, &options->prune.sparsity))
			return misused("--sparsity", optarg, "expected a number above 0, up to 1");
		return -1;
	case 'h':
		fputs(help, stdout);
		return STATUS_OK;
	default:
		return STATUS_USAGE;
	}
}

/* The weights that go are lost where the output is the input. */
static int check_files(const struct options *options)
{
	const struct output written[] = { { "--output", options->output },
					  { "--mask", options->mask } };

	return outputs_check("prune", &options->input, 1, written, 2);
}

/* An exit status, or -1 to go on. */
static int parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "threshold", required_argument, NULL, 't' },
		{ "sparsity", required_argument, NULL, 's' },
		{ "mask", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, ret = -1;

	*options = (struct options){ 0 };
	while (ret < 0 && (option = option_next("prune", argc, argv, ":o:", longs)) != -1)
		ret = parse_option(option, options);
	if (ret >= 0)
		return ret;
	if (optind == argc) {
		fprintf(stderr, "qmac prune: give a file, IN.npy; --help tells the rest\n");
		return STATUS_USAGE;
	}
	if (optind + 1 < argc)
		return misused("argument", argv[optind + 1], "unexpected");
	if ((options->prune.threshold > 0) == (options->prune.sparsity > 0)) {
		fprintf(stderr, "qmac prune: give --threshold or --sparsity%s\n",
			options->prune.threshold > 0 ? ", not both" : "");
		return STATUS_USAGE;
	}
	options->input = option_input(argv[optind]);
	return check_files(options);
}

static int load(const char *path, struct npy_array *x)
{
	int ret = float_file_load("prune", path, x);

	if (ret || x->count)
		return ret;
	fprintf(stderr, "qmac prune: %s is empty; expected at least one number\n", path);
	return -EINVAL;
}

static int prune(struct qmac_context *context, const struct options *options, struct result *result)
{
	float *x = result->x.data;
	int ret;

	result->mask = malloc(result->x.count);
	if (!result->mask) {
		fprintf(stderr, "qmac prune: %s: no memory\n", options->input);
		return -ENOMEM;
	}
	ret = qmac_prune_mask(context, &options->prune, x, result->x.count, result->mask,
			      &result->pruned);
	if (ret) {
		fprintf(stderr, "qmac prune: %s: %s\n", options->input,
			qmac_context_message(context));
		return ret;
	}
	qmac_mask_apply(x, result->mask, result->x.count);
	for (size_t i = 0; i < result->x.count; i++)
		result->zeros += x[i] == 0;
	return 0;
}

static int cannot(const char *path, int error)
{
	if (error)
		fprintf(stderr, "qmac prune: %s: cannot write: %s\n", *path ? path : "''",
			strerror(-error));
	return error;
}

/* On disk, but not in its place yet. */
static int begin(const char *path, const struct npy_array *array, struct whole_file *file)
{
	int ret = whole_file_open(file, path);

	if (ret)
		return cannot(path, ret);
	ret = npy_write(file->out, array);
	if (ret)
		whole_file_discard(file);
	return cannot(path, ret);
}

static int save(const char *path, const struct npy_array *array)
{
	struct whole_file file;
	int ret = begin(path, array, &file);

	return ret ? ret : cannot(path, whole_file_commit(&file));
}

/* The weights and what is left of them belong together: neither takes its place alone. */
static int save_all(const struct options *options, const struct result *result)
{
	struct npy_array mask = result->x;
	struct whole_file file;
	int ret;

	mask.type = NPY_U8;
	mask.data = result->mask;
	if (!options->mask)
		return options->output ? save(options->output, &result->x) : 0;
	ret = begin(options->mask, &mask, &file);
	if (ret)
		return ret;
	ret = options->output ? save(options->output, &result->x) : 0;
	if (!ret)
		return cannot(options->mask, whole_file_commit(&file));
	whole_file_discard(&file);
	return ret;
}

static double share(const struct result *result)
{
	return (double)result->zeros / (double)result->x.count;
}

static void print_json(const struct options *options, const struct result *result)
{
	struct json_object *object = json_object_new_object(), *shape = json_object_new_array();
	const struct qmac_prune_options *prune = &options->prune;

	for (unsigned int i = 0; i < result->x.ndim; i++)
		json_object_array_add(shape, json_object_new_uint64(result->x.shape[i]));
	json_object_object_add(object, "input", json_text(options->input));
	json_object_object_add(object, "output", json_text(options->output));
	json_object_object_add(object, "mask", json_text(options->mask));
	json_object_object_add(
		object, "threshold",
		prune->threshold > 0 ? json_object_new_double((double)prune->threshold) : NULL);
	json_object_object_add(object, "shape", shape);
	json_object_object_add(object, "elements", json_object_new_uint64(result->x.count));
	json_object_object_add(object, "pruned", json_object_new_uint64(result->pruned));
	json_object_object_add(object, "zeros", json_object_new_uint64(result->zeros));
	json_object_object_add(object, "sparsity", json_object_new_double(share(result)));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static void print_text(const struct options *options, const struct result *result)
{
	printf("%-10s %s: %zu of %zu weights\n", "pruned", options->input, result->pruned,
	       result->x.count);
	printf("%-10s %.6g (%zu zeros)\n", "sparsity", share(result), result->zeros);
	if (options->output)
		printf("%-10s %s\n", "written", options->output);
	if (options->mask)
		printf("%-10s %s\n", "mask", options->mask);
}

int command_prune(int argc, char **argv)
{
	struct result result = { 0 };
	struct qmac_context *context;
	struct options options;
	int ret = parse(argc, argv, &options);

	if (ret >= 0)
		return ret;
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac prune: no memory\n");
		return STATUS_FAILED;
	}
	ret = load(options.input, &result.x);
	if (!ret)
		ret = prune(context, &options, &result);
	if (!ret)
		ret = save_all(&options, &result);
	if (!ret) {
		report_aside(options.output);
		report_aside(options.mask);
	}
	if (!ret && options.json)
		print_json(&options, &result);
	else if (!ret)
		print_text(&options, &result);
	npy_free(&result.x);
	free(result.mask);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
