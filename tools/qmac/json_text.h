/* SPDX-License-Identifier: MIT */
/* Text of others as JSON. */
#ifndef QMAC_TOOL_JSON_TEXT_H
#define QMAC_TOOL_JSON_TEXT_H

#include <json-c/json.h>

/**
 * json_text() - a JSON string
 * @text: Name of a file, a tensor, a layer: any bytes. JSON is UTF-8, so a byte that is not
 *   becomes U+FFFD. NULL becomes null.
 */
struct json_object *json_text(const char *text);

#endif /* QMAC_TOOL_JSON_TEXT_H */
