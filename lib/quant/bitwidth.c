// SPDX-License-Identifier: MIT
#include <qmac/bitwidth.h>

#include <errno.h>
#include <stddef.h>

#include "context.h"

static const struct qmac_bitwidth_rule rules[] = {
	[QMAC_BITWIDTH_WEIGHTS] = { "weights", { 8, 16 }, 8 },
	[QMAC_BITWIDTH_ACTIVATIONS] = { "activations", { 8, 16 }, 8 },
	[QMAC_BITWIDTH_BIAS] = { "bias", { 8, 32 }, 8 },
	[QMAC_BITWIDTH_ALL] = { "all", { 8, 16 }, 0 },
};

#define NUM_RULES (sizeof(rules) / sizeof(rules[0]))

const struct qmac_bitwidth_rule *qmac_bitwidth_rule(unsigned int option)
{
	return option < NUM_RULES ? &rules[option] : NULL;
}

/* Fills in what is not given. */
static int resolve(struct qmac_context *context, unsigned int option, unsigned int *bits)
{
	const struct qmac_bitwidth_rule *rule = &rules[option];

	if (!*bits)
		*bits = rule->initial;
	else if (*bits != rule->choices[0] && *bits != rule->choices[1])
		return qmac_fail(context, -EINVAL, "bit width %u of %s: use %u or %u", *bits,
				 rule->name, rule->choices[0], rule->choices[1]);
	return 0;
}

int qmac_bitwidths_resolve(struct qmac_context *context, const struct qmac_bitwidths *given,
			   struct qmac_bitwidths *out)
{
	struct qmac_bitwidths widths = *given;
	int error = resolve(context, QMAC_BITWIDTH_ALL, &widths.all);

	if (!error && widths.all && (widths.weights || widths.activations || widths.bias))
		return qmac_fail(context, -EINVAL,
				 "bit width %u of all excludes those of weights, activations and "
				 "bias: give either",
				 widths.all);
	if (widths.all) {
		widths.weights = widths.all;
		widths.activations = widths.all;
		widths.bias = widths.all == 8 ? 8 : 32;
	}
	widths.all = 0;
	if (!error)
		error = resolve(context, QMAC_BITWIDTH_WEIGHTS, &widths.weights);
	if (!error)
		error = resolve(context, QMAC_BITWIDTH_ACTIVATIONS, &widths.activations);
	if (!error)
		error = resolve(context, QMAC_BITWIDTH_BIAS, &widths.bias);
	if (!error)
		*out = widths;
	return error;
}
