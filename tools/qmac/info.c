// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>

#include <json-c/json.h>
#include <qmac/qmac.h>

#include "command.h"
#include "json_text.h"
#include "model_name.h"
#include "option_next.h"
#include "option_value.h"

#define FIELD(name) { #name, offsetof(struct qmac_device_info, name) }

/* The properties that are 32-bit numbers, as they are printed. */
static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	FIELD(version_major),
	FIELD(version_minor),
	FIELD(kc),
	FIELD(nc),
	FIELD(acc_rows),
	FIELD(acc_banks),
	FIELD(opcodes),
	FIELD(cmd_flags),
	FIELD(operand_types),
	FIELD(result_types),
	FIELD(requant_paths),
	FIELD(requant_roundings),
	FIELD(requant_zp_first),
	FIELD(max_dim),
	FIELD(max_batch),
	FIELD(max_commands),
	FIELD(max_jobs),
	FIELD(max_bos),
	FIELD(max_syncs),
	FIELD(max_queues),
	FIELD(max_queued_jobs),
	FIELD(max_job_query),
	FIELD(job_history),
};

static const struct {
	const char *name;
	size_t offset;
} wide_fields[] = {
	FIELD(va_start),
	FIELD(va_end),
	FIELD(max_bo_size),
	FIELD(max_cycle_limit),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t narrow(const struct qmac_device_info *info, size_t i)
{
	return *(const uint32_t *)((const char *)info + fields[i].offset);
}

static uint64_t wide(const struct qmac_device_info *info, size_t i)
{
	return *(const uint64_t *)((const char *)info + wide_fields[i].offset);
}

static void print_text(const struct qmac_device_info *info, const char *isa)
{
	printf("%-18s %s\n%-18s %s\n", "device", info->name, "model", model_name(info->model));
	printf("%-18s %s\n", "host_isa", isa);
	for (size_t i = 0; i < COUNT(fields); i++)
		printf("%-18s %" PRIu32 "\n", fields[i].name, narrow(info, i));
	for (size_t i = 0; i < COUNT(wide_fields); i++)
		printf("%-18s %#" PRIx64 "\n", wide_fields[i].name, wide(info, i));
}

static void print_json(const struct qmac_device_info *info, const char *isa)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "device", json_text(info->name));
	json_object_object_add(object, "model", json_object_new_string(model_name(info->model)));
	json_object_object_add(object, "host_isa", json_object_new_string(isa));
	for (size_t i = 0; i < COUNT(fields); i++)
		json_object_object_add(object, fields[i].name,
				       json_object_new_uint64(narrow(info, i)));
	for (size_t i = 0; i < COUNT(wide_fields); i++)
		json_object_object_add(object, wide_fields[i].name,
				       json_object_new_uint64(wide(info, i)));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static int show(const char *name, int json)
{
	struct qmac_context *context;
	struct qmac_device *device;
	const char *isa;

	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac info: no memory\n");
		return STATUS_FAILED;
	}
	if (qmac_device_open(context, name, &device)) {
		fprintf(stderr, "qmac info: %s\n", qmac_context_message(context));
		qmac_context_destroy(context);
		return STATUS_FAILED;
	}
	isa = qmac_isa_name(qmac_context_isa(context));
	if (json)
		print_json(qmac_device_info(device), isa);
	else
		print_text(qmac_device_info(device), isa);
	qmac_device_close(device);
	qmac_context_destroy(context);
	return STATUS_OK;
}

static const char help[] =
	"usage: qmac info [--device NAME] [--json]\n"
	"\n"
	"  --device NAME  auto (default), drm:PATH, sim:rtl[:KCxNC], sim:functional or cpu\n"
	"  --json         print a JSON object\n";

int command_info(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *name = "auto";
	int json = 0, c;

	while ((c = option_next("info", argc, argv, ":", longs)) != -1) {
		switch (c) {
		case 'd':
			name = optarg;
			break;
		case 'j':
			json = 1;
			break;
		case 'h':
			fputs(help, stdout);
			return STATUS_OK;
		default:
			return STATUS_USAGE;
		}
	}
	if (optind != argc)
		return option_misused("info", "argument", argv[optind], "unexpected");
	return show(name, json);
}
