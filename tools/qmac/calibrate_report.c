// SPDX-License-Identifier: MIT
#include "calibrate_report.h"

#include <inttypes.h>
#include <stdio.h>

#include <json-c/json.h>

#include "json_text.h"

static const char *scheme_name(uint8_t scheme)
{
	static const char *const names[] = {
		[QMAC_SCHEME_SYMMETRIC] = "symmetric",
		[QMAC_SCHEME_SYMMETRIC_FULL] = "full",
		[QMAC_SCHEME_ASYMMETRIC] = "asymmetric",
	};

	return names[scheme];
}

/* The method, or the tool that has its own. */
static const char *way(const struct calibrate_options *options, unsigned int calibrator)
{
	return calibrator == QMAC_CALIBRATOR_OWN ? qmac_method_name(options->method.method)
						 : qmac_calibrator_name(calibrator);
}

void calibrate_report_print(const struct calibrate_options *options,
			    const struct calibrate_tensors *tensors, const struct qmac_table *table)
{
	for (size_t i = 0; i < tensors->count; i++) {
		const struct calibrate_tensor *tensor = &tensors->all[i];
		const struct qmac_table_entry *entry = &table->entries[i];
		struct qmac_calibration_stats stats;

		qmac_calibration_stats(tensor->calibration, &stats);
		printf("%-16s %s\n", "tensor", tensor->name);
		printf("%-16s %" PRIu64 " from %.9g to %.9g\n", "elements", stats.count,
		       (double)stats.min, (double)stats.max);
		printf("%-16s %.9g to %.9g by %s, %.4f %% inside\n", "range",
		       (double)tensor->range.lo, (double)tensor->range.hi,
		       way(options, stats.calibrator), 100 * tensor->range.coverage);
		printf("%-16s scale %.9g, zero point %d, %s%u %s\n", "codes", entry->scale[0],
		       entry->zero_point[0], entry->is_signed ? "s" : "u", entry->bits,
		       scheme_name(options->codes.scheme));
	}
}

static void add_number(struct json_object *object, const char *key, double value)
{
	json_object_object_add(object, key, json_object_new_double(value));
}

static void add_text(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_text(value));
}

static struct json_object *describe(const struct calibrate_options *options,
				    const struct calibrate_tensor *tensor,
				    const struct qmac_table_entry *entry)
{
	struct json_object *object = json_object_new_object();
	struct qmac_calibration_stats stats;

	qmac_calibration_stats(tensor->calibration, &stats);
	add_text(object, "name", tensor->name);
	add_text(object, "preset", qmac_calibrator_name(stats.calibrator));
	add_text(object, "method", way(options, stats.calibrator));
	json_object_object_add(object, "elements", json_object_new_uint64(stats.count));
	json_object_object_add(object, "zeros", json_object_new_uint64(stats.zeros));
	add_number(object, "min", (double)stats.min);
	add_number(object, "max", (double)stats.max);
	add_number(object, "lo", (double)tensor->range.lo);
	add_number(object, "hi", (double)tensor->range.hi);
	add_number(object, "score", tensor->range.score);
	add_number(object, "coverage", tensor->range.coverage);
	json_object_object_add(object, "bits", json_object_new_int(entry->bits));
	json_object_object_add(object, "signed", json_object_new_boolean(entry->is_signed));
	add_text(object, "scheme", scheme_name(options->codes.scheme));
	add_number(object, "scale", entry->scale[0]);
	json_object_object_add(object, "zero_point", json_object_new_int(entry->zero_point[0]));
	return object;
}

void calibrate_report_print_json(const struct calibrate_options *options,
				 const struct calibrate_tensors *tensors,
				 const struct qmac_table *table)
{
	struct json_object *object = json_object_new_object(), *array = json_object_new_array();

	for (size_t i = 0; i < tensors->count; i++)
		json_object_array_add(array,
				      describe(options, &tensors->all[i], &table->entries[i]));
	json_object_object_add(object, "tensors", array);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}
