/* SPDX-License-Identifier: MIT */
#ifndef QMAC_TOOL_QUANTIZE_TENSOR_REPORT_H
#define QMAC_TOOL_QUANTIZE_TENSOR_REPORT_H

#include <json-c/json.h>

#include "quantize_tensor.h"

/* Tensors of more elements are told without their codes. */
#define QUANTIZE_TENSOR_LISTED 1024

/* Scales, or levels of codebooks, that a description tells: with all that belongs to them
 * less than the 1 GiB of text that is read back. */
#define QUANTIZE_TENSOR_PARTS ((size_t)1 << 22)

/** quantize_tensor_report_print() - what was done, for people. */
void quantize_tensor_report_print(const struct quantize_tensor_options *options,
				  const struct quantize_tensor *tensor);

/**
 * quantize_tensor_report_print_json() - the same and the codes, as a JSON object
 * @explained: What quantize_explain() gave, or NULL; still the caller's.
 */
void quantize_tensor_report_print_json(const struct quantize_tensor_options *options,
				       const struct quantize_tensor *tensor,
				       struct json_object *explained);

/** quantize_tensor_describe() - type, shape and scales; json_object_put() it. */
struct json_object *quantize_tensor_describe(const struct quantize_tensor_options *options,
					     const struct quantize_tensor *tensor);

/** quantize_tensor_nest() - real numbers as arrays in arrays, as their shape; json_object_put() it.
 */
struct json_object *quantize_tensor_nest(const struct npy_array *x);

#endif /* QMAC_TOOL_QUANTIZE_TENSOR_REPORT_H */
