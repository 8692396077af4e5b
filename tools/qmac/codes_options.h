/* SPDX-License-Identifier: MIT */
/* Options that say what codes are like, shared by subcommands. */
#ifndef QMAC_TOOL_CODES_OPTIONS_H
#define QMAC_TOOL_CODES_OPTIONS_H

#include <stdbool.h>

#include <qmac/qmac.h>

/**
 * struct codes_options - what was said
 * @bits: --bits, 0 if not given.
 * @is_unsigned: --unsigned.
 * @scheme: enum qmac_scheme.
 * @given: Any of them was given.
 */
struct codes_options {
	unsigned int bits;
	bool is_unsigned;
	uint8_t scheme;
	bool given;
};

/** codes_options_bits() - read --bits, 2 to 16; -1, or STATUS_USAGE with the fault on stderr */
int codes_options_bits(const char *command, const char *text, struct codes_options *options);

/** codes_options_spec() - the kind of codes: s8, u8, s16 or u16, of so many bits. */
struct qmac_quant_spec codes_options_spec(const struct codes_options *options);

/** format_by_name() - enum qmac_table_format, or -1. */
int format_by_name(const char *name);

#endif /* QMAC_TOOL_CODES_OPTIONS_H */
