// SPDX-License-Identifier: MIT
/* qmac dequantize: integers back to real numbers. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "command.h"
#include "dequantize_tensor.h"
#include "option_value.h"
#include "quantize_tensor_report.h"
#include "report_aside.h"

static const char help[] =
	"usage: qmac dequantize IN.npy [-o OUT.npy] [OPTION]...\n"
	"\n"
	"Makes float32 numbers of what qmac quantize wrote: IN.npy.json says what IN.npy holds.\n"
	"\n"
	"  -o, --output FILE     write the numbers\n"
	"  --description FILE    instead of IN.npy.json\n"
	"  --json                print a JSON object, with up to 1,024 numbers\n";

struct dequantize_options {
	const char *input, *output, *description;
	bool json;
};

static int parse(int argc, char **argv, struct dequantize_options *options)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "description", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*options = (struct dequantize_options){ 0 };
	while ((c = getopt_long(argc, argv, "o:", longs, NULL)) != -1) {
		if (c == 'o') {
			options->output = optarg;
		} else if (c == 'd') {
			options->description = optarg;
		} else if (c == 'j') {
			options->json = true;
		} else if (c == 'h') {
			fputs(help, stdout);
			return STATUS_OK;
		} else {
			fprintf(stderr, "qmac dequantize --help tells the options\n");
			return STATUS_USAGE;
		}
	}
	if (optind == argc) {
		fprintf(stderr, "qmac dequantize: give a file, IN.npy; --help tells the rest\n");
		return STATUS_USAGE;
	}
	if (optind + 1 < argc)
		return option_misused("dequantize", "argument", argv[optind + 1], "unexpected");
	options->input = argv[optind];
	if (!options->output && !options->json)
		return option_misused("dequantize", "argument", options->input,
				      "give -o OUT.npy, or --json");
	return -1;
}

static void print_json(const struct dequantize_options *options, const struct npy_array *x,
		       uint8_t type)
{
	struct json_object *object = json_object_new_object();
	struct json_object *shape = json_object_new_array();

	for (unsigned int i = 0; i < x->ndim; i++)
		json_object_array_add(shape, json_object_new_uint64(x->shape[i]));
	json_object_object_add(object, "input", json_object_new_string(options->input));
	json_object_object_add(object, "output",
			       options->output ? json_object_new_string(options->output) : NULL);
	json_object_object_add(object, "type", json_object_new_string(qmac_type_name(type)));
	json_object_object_add(object, "shape", shape);
	json_object_object_add(object, "elements", json_object_new_uint64(x->count));
	if (x->count <= QUANTIZE_TENSOR_LISTED)
		json_object_object_add(object, "dequantized", quantize_tensor_nest(x));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static int finish(const struct dequantize_options *options, const struct npy_array *x, uint8_t type)
{
	char message[4608];
	int ret = options->output ? npy_save(options->output, x, message, sizeof(message)) : 0;

	if (ret) {
		fprintf(stderr, "qmac dequantize: %s\n", message);
		return ret;
	}
	report_aside(options->output);
	if (options->json)
		print_json(options, x, type);
	else
		printf("%-16s %s: %zu numbers of %s\n", "written", options->output, x->count,
		       qmac_type_name(type));
	return ret;
}

static int run(struct qmac_context *context, const struct dequantize_options *options,
	       const char *description_path)
{
	struct description description;
	struct npy_array x = { 0 };
	int ret = description_read(context, description_path, &description);

	if (!ret)
		ret = dequantize_tensor(context, options->input, &description, &x);
	if (!ret)
		ret = finish(options, &x, description.type);
	npy_free(&x);
	description_free(&description);
	return ret;
}

int command_dequantize(int argc, char **argv)
{
	struct dequantize_options options;
	struct qmac_context *context;
	char *path = NULL;
	int ret = parse(argc, argv, &options);

	if (ret >= 0)
		return ret;
	if (!options.description && asprintf(&path, "%s.json", options.input) < 0)
		path = NULL;
	if ((!options.description && !path) || qmac_context_create(&context)) {
		fprintf(stderr, "qmac dequantize: no memory\n");
		free(path);
		return STATUS_FAILED;
	}
	ret = run(context, &options, options.description ? options.description : path);
	free(path);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
