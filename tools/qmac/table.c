// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qmac/qmac.h>

#include "codes_options.h"
#include "command.h"
#include "option_file.h"
#include "option_next.h"
#include "option_value.h"
#include "report_aside.h"
#include "table_output.h"

static const char help[] =
	"usage: qmac table IN [-o OUT] [OPTION]...\n"
	"\n"
	"Converts calibration files: our JSON, ncnn's .table, TensorRT's cache, ONNX Runtime's\n"
	"calibration JSON, AIMET's encodings. Without -o it prints the entries.\n"
	"\n"
	"  -o, --output OUT      write (.json ours, .table ncnn, .cache TensorRT, .encodings "
	"AIMET)\n"
	"  --from FORMAT         format of IN (default: told from its contents)\n"
	"  --to FORMAT           format of OUT: qmac, ncnn, tensorrt, ort, aimet, aimet-1.0.0\n"
	"                        or aimet-2.0.0\n"
	"  --bits B              choose all scales anew from the ranges: 2 to 16 bits,\n"
	"  --signed, --unsigned  codes (default: signed),\n"
	"  --symmetric, --full, --asymmetric\n"
	"                        scheme (default: symmetric)\n"
	"  --json                print our JSON\n";

enum {
	OPT_FROM = 256,
	OPT_TO,
	OPT_BITS,
	OPT_SIGNED,
	OPT_UNSIGNED,
	OPT_SYMMETRIC,
	OPT_FULL,
	OPT_ASYMMETRIC,
	OPT_JSON,
	OPT_HELP,
};

static const struct option longs[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "bits", required_argument, NULL, OPT_BITS },
	{ "signed", no_argument, NULL, OPT_SIGNED },
	{ "unsigned", no_argument, NULL, OPT_UNSIGNED },
	{ "symmetric", no_argument, NULL, OPT_SYMMETRIC },
	{ "full", no_argument, NULL, OPT_FULL },
	{ "asymmetric", no_argument, NULL, OPT_ASYMMETRIC },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct table_options {
	const char *input, *output, *to;
	unsigned int from; /* enum qmac_table_format */
	struct table_output table;
	struct codes_options codes;
	bool json;
};

/* A file that is read has a format of the same names as one that is written. */
static int take_from(unsigned int *out)
{
	struct table_output named;
	int ret = table_output_choose("table", "--from", optarg, "", false, &named);

	*out = named.format;
	return ret;
}

static int take_codes(int c, struct codes_options *codes)
{
	codes->given = true;
	switch (c) {
	case OPT_BITS:
		return codes_options_bits("table", optarg, codes);
	case OPT_SIGNED:
	case OPT_UNSIGNED:
		codes->is_unsigned = c == OPT_UNSIGNED;
		return -1;
	case OPT_SYMMETRIC:
		codes->scheme = QMAC_SCHEME_SYMMETRIC;
		return -1;
	case OPT_FULL:
		codes->scheme = QMAC_SCHEME_SYMMETRIC_FULL;
		return -1;
	case OPT_ASYMMETRIC:
		codes->scheme = QMAC_SCHEME_ASYMMETRIC;
		return -1;
	default:
		return STATUS_USAGE;
	}
}

static int take(int c, struct table_options *options)
{
	switch (c) {
	case 'o':
		options->output = option_output(optarg);
		return -1;
	case OPT_FROM:
		return take_from(&options->from);
	case OPT_TO:
		options->to = optarg;
		return -1;
	case OPT_JSON:
		options->json = true;
		return -1;
	case OPT_HELP:
		fputs(help, stdout);
		return STATUS_OK;
	default:
		return take_codes(c, &options->codes);
	}
}

static int parse(int argc, char **argv, struct table_options *options)
{
	int c, ret;

	*options = (struct table_options){ .from = QMAC_TABLE_DETECT };
	while ((c = option_next("table", argc, argv, ":o:", longs)) != -1) {
		ret = take(c, options);
		if (ret >= 0)
			return ret;
	}
	if (optind == argc) {
		fprintf(stderr, "qmac table: give a file; --help tells the rest\n");
		return STATUS_USAGE;
	}
	if (optind + 1 < argc)
		return option_misused("table", "argument", argv[optind + 1], "unexpected");
	options->input = option_input(argv[optind]);
	return table_output_choose("table", "--to", options->to, options->output, false,
				   &options->table);
}

static void print(const struct qmac_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct qmac_table_entry *entry = &table->entries[i];

		printf("%-24s %s%-2u %-10s", entry->name, entry->is_signed ? "s" : "u", entry->bits,
		       entry->parameter ? "parameter" : "activation");
		if (entry->block)
			printf(" %zu blocks of %zu of axis %d, scales from", entry->channels,
			       entry->block, entry->axis);
		else if (entry->channels > 1)
			printf(" %zu channels of axis %d, scales from", entry->channels,
			       entry->axis);
		printf(" %.9g, zero point %d, %.9g to %.9g\n", entry->scale[0],
		       entry->zero_point[0], entry->lo[0], entry->hi[0]);
	}
}

static int print_json(struct qmac_context *context, const struct qmac_table *table)
{
	size_t size;
	char *text;
	int ret = qmac_table_print(context, QMAC_TABLE_QMAC, table, &text, &size);

	if (ret)
		return ret;
	fwrite(text, 1, size, stdout);
	free(text);
	return 0;
}

static int convert(struct qmac_context *context, const struct table_options *options,
		   struct qmac_table *table)
{
	struct qmac_quant_spec codes = codes_options_spec(&options->codes);
	int ret = qmac_table_load(context, options->input, options->from, NULL, table);

	if (!ret && options->codes.given)
		ret = qmac_table_choose(context, table, &codes);
	if (ret)
		return ret;
	if (options->output) {
		ret = qmac_table_save(context, options->output, options->table.format, table);
		report_aside(options->output);
	}
	if (!ret && options->json)
		return print_json(context, table);
	if (!ret && !options->output)
		print(table);
	return ret;
}

int command_table(int argc, char **argv)
{
	struct qmac_table table = { 0 };
	struct table_options options;
	struct qmac_context *context;
	int ret = parse(argc, argv, &options);

	if (ret >= 0)
		return ret;
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac table: no memory\n");
		return STATUS_FAILED;
	}
	ret = convert(context, &options, &table);
	if (ret)
		fprintf(stderr, "qmac table: %s\n", qmac_context_message(context));
	qmac_table_release(&table);
	qmac_context_destroy(context);
	return ret ? STATUS_FAILED : STATUS_OK;
}
