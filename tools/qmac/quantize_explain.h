/* SPDX-License-Identifier: MIT */
/* Why elements have the codes they have: every step, as text and as JSON. */
#ifndef QMAC_TOOL_QUANTIZE_EXPLAIN_H
#define QMAC_TOOL_QUANTIZE_EXPLAIN_H

#include <json-c/json.h>

#include "quantize_tensor.h"

/**
 * quantize_explain_next() - the next of the numbers in "12,0,7"
 * @text: Moves on; at the end of the text there is none.
 * @element: Receives the number.
 *
 * Return: 1, 0 at the end, -EINVAL if there is no number.
 */
int quantize_explain_next(const char **text, size_t *element);

/** quantize_explain_check() - are all elements in the tensor; -EPROTO with the fault on stderr. */
int quantize_explain_check(const struct quantize_tensor_options *options,
			   const struct quantize_tensor *tensor);

/**
 * quantize_explain() - the steps of the elements asked for
 * @context: Context.
 * @options: With @explain.
 * @tensor: Quantized.
 * @out: Receives an array with an object each, whose "text" are the lines for people;
 *   json_object_put() it.
 *
 * Return: 0, or -errno with the message in the context.
 */
int quantize_explain(struct qmac_context *context, const struct quantize_tensor_options *options,
		     const struct quantize_tensor *tensor, struct json_object **out);

/** quantize_explain_print() - the lines of what quantize_explain() gave. */
void quantize_explain_print(const struct json_object *explained);

/**
 * struct quantize_explained - one element while it is explained
 * @object: Its JSON object.
 * @text: Its lines.
 */
struct quantize_explained {
	struct json_object *object, *text;
};

/* A line of the explanation: what it tells about, and what. */
__attribute__((format(printf, 3, 4))) void
quantize_explain_line(struct quantize_explained *told, const char *about, const char *format, ...);

/* Infinities and NaN, which JSON does not have, become null. */
void quantize_explain_number(struct json_object *object, const char *key, double value);

/* What stands between a range and its codes: of equal steps, and of all others. */
int quantize_explain_linear(struct qmac_context *context,
			    const struct quantize_tensor_options *options,
			    const struct quantize_tensor *tensor, size_t element,
			    struct quantize_explained *told);
void quantize_explain_nonlinear(const struct quantize_tensor_options *options,
				const struct quantize_tensor *tensor, size_t element,
				struct quantize_explained *told);

#endif /* QMAC_TOOL_QUANTIZE_EXPLAIN_H */
