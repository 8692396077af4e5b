/* SPDX-License-Identifier: MIT */
/* Measures of networks, as text and as JSON. */
#ifndef QMAC_TOOL_NETWORK_REPORT_H
#define QMAC_TOOL_NETWORK_REPORT_H

#include <stdbool.h>

#include <json-c/json.h>
#include <qmac/qmac.h>

/* "SQNR dB   cosine   same   right" above columns of network_report_loss(). */
void network_report_heading(bool has_labels);

/* The columns of one line and its end. Accuracy comes with the change from @baseline. */
void network_report_loss(const struct qmac_network_loss *loss,
			 const struct qmac_network_loss *baseline);

/* sqnr_db, cosine, agreement and accuracy; null for what is infinite or unknown. */
void network_report_add_loss(struct json_object *object, const struct qmac_network_loss *loss);

void network_report_add_text(struct json_object *object, const char *key, const char *value);
void network_report_add_count(struct json_object *object, const char *key, uint64_t value);

/* Prints and frees. */
void network_report_print(struct json_object *object);

#endif /* QMAC_TOOL_NETWORK_REPORT_H */
