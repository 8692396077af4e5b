// SPDX-License-Identifier: MIT
#include "network_codes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "option_value.h"

int network_codes_width(const char *command, const char *what, const char *value, unsigned int *out)
{
	long long bits;

	if (!option_integer(value, 1, 64, &bits))
		return option_misused(command, what, value, "expected a number of bits");
	*out = (unsigned int)bits;
	return -1;
}

static int take_type(const char *command, const char *value, struct network_codes *codes)
{
	static const uint8_t types[] = { QMAC_TYPE_U8, QMAC_TYPE_S8, QMAC_TYPE_U16, QMAC_TYPE_S16 };

	for (size_t i = 0; i < sizeof(types); i++) {
		if (!strcmp(value, qmac_type_name(types[i]))) {
			codes->activation_type = types[i];
			return -1;
		}
	}
	return option_misused(command, "--activations", value, "expected u8, s8, u16 or s16");
}

static int take_excluded(const char *command, const char *name, struct network_codes *codes)
{
	const char **grown = realloc(codes->excluded, (codes->excluded_count + 1) * sizeof(*grown));

	if (!grown) {
		fprintf(stderr, "qmac %s: no memory\n", command);
		return STATUS_FAILED;
	}
	codes->excluded = grown;
	codes->excluded[codes->excluded_count++] = name;
	return -1;
}

int network_codes_option(const char *command, int c, const char *value, struct network_codes *codes)
{
	long long count;

	switch (c) {
	case NETWORK_CODES_ACTIVATIONS:
		return take_type(command, value, codes);
	case NETWORK_CODES_BIAS_BITS:
		return network_codes_width(command, "--bias-bits", value, &codes->given.bias);
	case NETWORK_CODES_BLOCK:
		if (!option_integer(value, 1, 1 << 30, &count))
			return option_misused(command, "--block", value,
					      "expected a number of inputs");
		codes->block = (size_t)count;
		return -1;
	case NETWORK_CODES_EXCLUDE:
		return take_excluded(command, value, codes);
	case NETWORK_CODES_SYMMETRIC:
		codes->symmetric = true;
		return -1;
	default:
		codes->widen = true;
		return -1;
	}
}

/* What the library refuses too, in terms of the options; weights may have 4 bits besides. */
static int check_widths(const char *command, const struct qmac_bitwidths *given)
{
	static const char *const names[] = { "--weight-bits", "--activation-bits", "--bias-bits",
					     "--bits" };
	const unsigned int widths[] = { given->weights, given->activations, given->bias,
					given->all };

	for (unsigned int i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		const uint8_t *choices = qmac_bitwidth_rule(i)->choices;
		const bool four = i == QMAC_BITWIDTH_WEIGHTS;
		char value[16], remedy[40];

		if (!widths[i] || widths[i] == choices[0] || widths[i] == choices[1] ||
		    (four && widths[i] == 4))
			continue;
		snprintf(value, sizeof(value), "%u", widths[i]);
		snprintf(remedy, sizeof(remedy), "use %s%u or %u", four ? "4, " : "", choices[0],
			 choices[1]);
		return option_misused(command, names[i], value, remedy);
	}
	if (!given->all || !(given->weights || given->activations || given->bias))
		return -1;
	fprintf(stderr,
		"qmac %s: --bits excludes --weight-bits, --activation-bits and --bias-bits: give "
		"either\n",
		command);
	return STATUS_USAGE;
}

/* SNPE's rule, with 4-bit weights added; biases are 32 bits wide unless asked otherwise. */
static int resolve(const char *command, const struct network_codes *codes,
		   struct qmac_bitwidths *out)
{
	struct qmac_bitwidths given = codes->given;
	struct qmac_context *context;
	int ret = check_widths(command, &given);

	if (ret >= 0)
		return ret;
	if (given.weights == 4)
		given.weights = 8;
	if (qmac_context_create(&context)) {
		fprintf(stderr, "qmac %s: no memory\n", command);
		return STATUS_FAILED;
	}
	if (!given.all && !given.bias)
		given.bias = 32;
	ret = qmac_bitwidths_resolve(context, &given, out);
	if (ret)
		fprintf(stderr, "qmac %s: %s\n", command, qmac_context_message(context));
	qmac_context_destroy(context);
	return ret ? STATUS_USAGE : -1;
}

int network_codes_check(const char *command, struct network_codes *codes)
{
	struct qmac_bitwidths widths = { 0 };
	uint8_t type = codes->activation_type;
	int ret;

	if (type && !codes->given.all && !codes->given.activations)
		codes->given.activations = qmac_type_bits(type);
	ret = resolve(command, codes, &widths);
	if (ret >= 0)
		return ret;
	if (!type && widths.activations == 8)
		codes->activation_type = codes->symmetric ? QMAC_TYPE_S8 : QMAC_TYPE_U8;
	else if (!type)
		codes->activation_type = codes->symmetric ? QMAC_TYPE_S16 : QMAC_TYPE_U16;
	if (qmac_type_bits(codes->activation_type) != widths.activations)
		return option_misused(command, "--activations", qmac_type_name(type),
				      "another width was asked for");
	codes->weight_type = codes->given.weights == 4 ? QMAC_TYPE_S4
			     : widths.weights == 16    ? QMAC_TYPE_S16
						       : QMAC_TYPE_S8;
	codes->bias_bits = (uint8_t)widths.bias;
	if (codes->block && (codes->weight_type != QMAC_TYPE_S4 || codes->per_channel)) {
		fprintf(stderr,
			"qmac %s: --block goes with --weight-bits 4, instead of "
			"--per-channel\n",
			command);
		return STATUS_USAGE;
	}
	return -1;
}

static int exclude(const char *command, const char *name, const struct qmac_network *network,
		   bool *keep_float)
{
	struct qmac_network_layer layer;
	struct qmac_network_info info;
	bool found = false;

	qmac_network_info(network, &info);
	for (size_t i = 0; i < info.layers; i++) {
		qmac_network_layer(network, i, &layer);
		if (!strcmp(layer.name, name))
			keep_float[i] = found = true;
	}
	if (found)
		return 0;
	fprintf(stderr, "qmac %s: --exclude %s: no such layer; qmac sensitivity lists them\n",
		command, name);
	return -EINVAL;
}

int network_codes_options(const char *command, const struct network_codes *codes,
			  const struct qmac_network *network, bool *keep_float,
			  struct qmac_network_quantize_options *out)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < codes->excluded_count; i++)
		ret = exclude(command, codes->excluded[i], network, keep_float);
	*out = (struct qmac_network_quantize_options){
		.activation_type = codes->activation_type,
		.per_channel = codes->per_channel,
		.widen = codes->widen,
		.weight_type = codes->weight_type,
		.bias_bits = codes->bias_bits,
		.symmetric = codes->symmetric,
		.block = codes->block,
		.keep_float = keep_float,
	};
	return ret;
}

uint8_t network_codes_scheme(const struct network_codes *codes)
{
	return codes->symmetric ? QMAC_SCHEME_SYMMETRIC : QMAC_SCHEME_ASYMMETRIC;
}

void network_codes_release(struct network_codes *codes)
{
	free(codes->excluded);
}
