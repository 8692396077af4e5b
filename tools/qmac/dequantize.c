// SPDX-License-Identifier: MIT
/* qmac dequantize: integers back to real numbers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "command.h"
#include "dequantize_tensor.h"
#include "json_text.h"
#include "lib/formats/whole_file.h"
#include "option_file.h"
#include "option_next.h"
#include "option_value.h"
#include "outputs.h"
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
	char *beside; /* IN.npy.json, where --description was not given */
	bool json;
};

/* The codes and their description are a pair: neither may be lost alone. */
static int name_description(struct dequantize_options *options)
{
	const struct output output = { "--output", options->output };

	if (!options->description && whole_file_is_nameless(options->input))
		return option_misused("dequantize", "argument", options->input,
				      "no description can stand beside it: give --description");
	if (!options->description) {
		if (asprintf(&options->beside, "%s.json", options->input) < 0) {
			options->beside = NULL;
			fprintf(stderr, "qmac dequantize: no memory\n");
			return STATUS_FAILED;
		}
		options->description = options->beside;
	}
	return outputs_check("dequantize",
			     (const char *const[]){ options->input, options->description }, 2,
			     &output, 1);
}

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
	while ((c = option_next("dequantize", argc, argv, ":o:", longs)) != -1) {
		if (c == 'o') {
			options->output = option_output(optarg);
		} else if (c == 'd') {
			options->description = option_input(optarg);
		} else if (c == 'j') {
			options->json = true;
		} else if (c == 'h') {
			fputs(help, stdout);
			return STATUS_OK;
		} else {
			return STATUS_USAGE;
		}
	}
	if (optind == argc) {
		fprintf(stderr, "qmac dequantize: give a file, IN.npy; --help tells the rest\n");
		return STATUS_USAGE;
	}
	if (optind + 1 < argc)
		return option_misused("dequantize", "argument", argv[optind + 1], "unexpected");
	options->input = option_input(argv[optind]);
	if (!options->output && !options->json)
		return option_misused("dequantize", "argument", options->input,
				      "give -o OUT.npy, or --json");
	return name_description(options);
}

static void print_json(const struct dequantize_options *options, const struct npy_array *x,
		       uint8_t type)
{
	struct json_object *object = json_object_new_object();
	struct json_object *shape = json_object_new_array();

	for (unsigned int i = 0; i < x->ndim; i++)
		json_object_array_add(shape, json_object_new_uint64(x->shape[i]));
	json_object_object_add(object, "input", json_text(options->input));
	json_object_object_add(object, "output", json_text(options->output));
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

static int run(struct qmac_context *context, const struct dequantize_options *options)
{
	struct description description;
	struct npy_array x = { 0 };
	int ret = description_read(context, options->description, &description);

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
	int ret = parse(argc, argv, &options);

	if (ret < 0 && qmac_context_create(&context)) {
		fprintf(stderr, "qmac dequantize: no memory\n");
		ret = STATUS_FAILED;
	}
	if (ret < 0) {
		ret = run(context, &options) ? STATUS_FAILED : STATUS_OK;
		qmac_context_destroy(context);
	}
	free(options.beside);
	return ret;
}
