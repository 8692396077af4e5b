// SPDX-License-Identifier: MIT
#include "codes_options.h"

#include <string.h>

#include "option_value.h"

int codes_options_bits(const char *command, const char *text, struct codes_options *options)
{
	long long bits;
	int ret = option_take_integer(command, "--bits", text, 2, 16, &bits);

	if (ret >= 0)
		return ret;
	options->bits = (unsigned int)bits;
	options->given = true;
	return -1;
}

struct qmac_quant_spec codes_options_spec(const struct codes_options *options)
{
	bool wide = options->bits > 8;
	struct qmac_quant_spec spec = { .scheme = options->scheme };

	if (options->is_unsigned)
		spec.type = wide ? QMAC_TYPE_U16 : QMAC_TYPE_U8;
	else
		spec.type = wide ? QMAC_TYPE_S16 : QMAC_TYPE_S8;
	if (options->bits && options->bits != qmac_type_bits(spec.type))
		spec.bits = (uint8_t)options->bits;
	return spec;
}

int format_by_name(const char *name)
{
	for (unsigned int i = 0; qmac_table_format_name(i); i++)
		if (!strcmp(name, qmac_table_format_name(i)))
			return (int)i;
	return -1;
}
