// SPDX-License-Identifier: MIT
#include "codes_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool codes_options_bits(struct codes_options *options, const char *text)
{
	char *end;
	unsigned long bits;

	errno = 0;
	bits = strtoul(text, &end, 10);
	if (end == text || *end || errno || bits < 2 || bits > 16)
		return false;
	options->bits = (unsigned int)bits;
	options->given = true;
	return true;
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

unsigned int format_by_suffix(const char *path)
{
	const char *dot = strrchr(path, '.');

	if (dot && !strcmp(dot, ".table"))
		return QMAC_TABLE_NCNN;
	if (dot && !strcmp(dot, ".cache"))
		return QMAC_TABLE_TENSORRT;
	if (dot && !strcmp(dot, ".encodings"))
		return QMAC_TABLE_AIMET;
	return QMAC_TABLE_QMAC;
}
