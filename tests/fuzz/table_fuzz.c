// SPDX-License-Identifier: MIT
/* Calibration files of all formats: any bytes give a table or an error, and a table can be written.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <qmac/qmac.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(struct qmac_context *context)
{
	fprintf(stderr, "# %s\n", qmac_context_message(context));
	abort();
}

/* What was read is sound: our own format takes it and gives it back. */
static void write_back(struct qmac_context *context, const struct qmac_table *table)
{
	struct qmac_table again;
	unsigned int format;
	size_t length;
	char *text;

	for (format = QMAC_TABLE_QMAC; qmac_table_format_name(format); format++) {
		int error = qmac_table_print(context, format, table, &text, &length);

		if (error && format == QMAC_TABLE_QMAC)
			complain(context);
		if (error)
			continue;
		if (format == QMAC_TABLE_QMAC) {
			if (qmac_table_parse(context, format, NULL, text, length, &again) ||
			    again.count != table->count)
				complain(context);
			qmac_table_release(&again);
		}
		free(text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qmac_context *context;
	struct qmac_table table;
	unsigned int format;

	if (qmac_context_create(&context))
		return 0;
	qmac_table_detect((const char *)data, size);
	for (format = 0; qmac_table_format_name(format); format++) {
		if (qmac_table_parse(context, format, NULL, (const char *)data, size, &table))
			continue;
		write_back(context, &table);
		qmac_table_release(&table);
	}
	qmac_context_destroy(context);
	return 0;
}
