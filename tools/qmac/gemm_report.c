// SPDX-License-Identifier: MIT
#include "gemm_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <json-c/json.h>

#include "json_text.h"
#include "model_name.h"

#define FIELD(name) { #name, offsetof(struct qmac_job_result, name) }

/* Where the cycles went; these add up to the cycles. */
static const struct {
	const char *name;
	size_t offset;
} classes[] = {
	FIELD(busy),	  FIELD(stall_fetch), FIELD(stall_order), FIELD(stall_param),
	FIELD(stall_a),	  FIELD(stall_b),     FIELD(stall_mmu),	  FIELD(stall_weight),
	FIELD(stall_acc), FIELD(stall_drain),
};

#define CLASSES (sizeof(classes) / sizeof(classes[0]))

static uint64_t class_cycles(const struct gemm_report *report, size_t i)
{
	return *(const uint64_t *)((const char *)&report->result + classes[i].offset);
}

static double utilization(const struct gemm_report *report)
{
	return qmac_utilization(report->info, qmac_gemm_macs(report->desc), report->result.cycles);
}

static double simulated_hz(const struct gemm_report *report)
{
	return report->seconds > 0 ? (double)report->result.cycles / report->seconds : 0;
}

void gemm_report_print(const struct gemm_report *report)
{
	const struct qmac_gemm_desc *desc = report->desc;
	const uint64_t cycles = report->result.cycles;

	printf("%-16s %s (%s)\n", "device", report->info->name, model_name(report->info->model));
	printf("%-16s %u x %u x %u (M, N, K), %s\n", "product", desc->m, desc->n, desc->k,
	       qmac_preset_name(desc->preset));
	if (report->is_random)
		printf("%-16s %" PRIu64 "\n", "seed", report->seed);
	printf("%-16s %" PRIu64 "\n", "cycles", cycles);
	for (size_t i = 0; cycles && i < CLASSES; i++)
		printf("  %-14s %" PRIu64 " (%.2f %%)\n", classes[i].name, class_cycles(report, i),
		       100.0 * (double)class_cycles(report, i) / (double)cycles);
	if (cycles)
		printf("%-16s %.2f %%\n", "MAC utilization", 100 * utilization(report));
	printf("%-16s %.3f ms\n", "wall time", 1e3 * report->seconds);
	if (report->has_error)
		printf("%-16s %.3g at most, %.3g relative, SQNR %.2f dB\n", "error",
		       report->max_error, report->relative_error, report->sqnr_db);
	if (report->checked)
		printf("%-16s %" PRIu64 " of %" PRIu64 "\n", "mismatches", report->mismatches,
		       (uint64_t)desc->m * desc->n);
}

static void add_number(struct json_object *object, const char *key, double value)
{
	/* JSON has no infinities: a perfect result has no finite SQNR. */
	json_object_object_add(object, key, isfinite(value) ? json_object_new_double(value) : NULL);
}

static void add_count(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void add_text(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_text(value));
}

static void add_measurements(struct json_object *object, const struct gemm_report *report)
{
	add_count(object, "cycles", report->result.cycles);
	for (size_t i = 0; i < CLASSES; i++)
		add_count(object, classes[i].name, class_cycles(report, i));
	add_number(object, "mac_utilization", utilization(report));
	add_number(object, "seconds", report->seconds);
	add_number(object, "simulated_hz", simulated_hz(report));
	if (report->has_error) {
		add_number(object, "max_error", report->max_error);
		add_number(object, "relative_error", report->relative_error);
		add_number(object, "sqnr_db", report->sqnr_db);
	}
	if (report->checked)
		add_count(object, "mismatches", report->mismatches);
	else
		json_object_object_add(object, "mismatches", NULL);
}

void gemm_report_print_json(const struct gemm_report *report)
{
	struct json_object *object = json_object_new_object();
	char array[32];

	snprintf(array, sizeof(array), "%ux%u", report->info->kc, report->info->nc);
	add_text(object, "device", report->info->name);
	add_text(object, "model", model_name(report->info->model));
	add_text(object, "array", array);
	add_count(object, "m", report->desc->m);
	add_count(object, "n", report->desc->n);
	add_count(object, "k", report->desc->k);
	add_text(object, "mode", qmac_preset_name(report->desc->preset));
	if (report->is_random)
		add_count(object, "seed", report->seed);
	add_measurements(object, report);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}
