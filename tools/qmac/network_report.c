// SPDX-License-Identifier: MIT
#include "network_report.h"

#include <math.h>
#include <stdio.h>

#include "json_text.h"

void network_report_heading(bool has_labels)
{
	printf("%9s %10s %8s%s\n", "SQNR dB", "cosine", "same", has_labels ? "    right" : "");
}

void network_report_loss(const struct qmac_network_loss *loss,
			 const struct qmac_network_loss *baseline)
{
	printf("%9.2f %10.7f %6.2f %%", loss->sqnr_db, loss->cosine, 100 * loss->agreement);
	if (!isnan(loss->accuracy)) {
		printf(" %6.2f %%", 100 * loss->accuracy);
		if (baseline)
			printf(" (%+.2f)", 100 * (loss->accuracy - baseline->accuracy));
	}
	printf("\n");
}

static void add_number(struct json_object *object, const char *key, double value)
{
	json_object_object_add(object, key, isfinite(value) ? json_object_new_double(value) : NULL);
}

void network_report_add_loss(struct json_object *object, const struct qmac_network_loss *loss)
{
	add_number(object, "sqnr_db", loss->sqnr_db);
	add_number(object, "cosine", loss->cosine);
	add_number(object, "agreement", loss->agreement);
	add_number(object, "accuracy", loss->accuracy);
}

void network_report_add_text(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_text(value));
}

void network_report_add_count(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void network_report_print(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}
