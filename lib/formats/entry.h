/* SPDX-License-Identifier: MIT */
/* Entries of tables, inside the library. */
#ifndef QMAC_FORMATS_ENTRY_H
#define QMAC_FORMATS_ENTRY_H

#include <qmac/table.h>

/* Memory for @channels and a copy of @name; the rest zero. 0 or -ENOMEM. */
int entry_init(struct qmac_table_entry *entry, const char *name, size_t channels);

void entry_release(struct qmac_table_entry *entry);

/* 0, or -EINVAL with a message that names the entry. */
int entry_check(struct qmac_context *context, const struct qmac_table_entry *entry);

/* Least and greatest code. */
int64_t entry_q_min(const struct qmac_table_entry *entry);
int64_t entry_q_max(const struct qmac_table_entry *entry);

/* Fills in @lo and @hi: what the codes reach. */
void entry_reach(struct qmac_table_entry *entry);

/* Moves @entry, made by entry_init(), into the table or releases it: 0 or as qmac_table_add(). */
int entry_adopt(struct qmac_context *context, struct qmac_table *table,
		struct qmac_table_entry *entry);

/* 0, or -EINVAL with a message: an entry has scales per block, which @format has not. */
int entry_check_unblocked(struct qmac_context *context, const struct qmac_table *table,
			  const char *format);

/* Is @entry 8 bits, its zero point in the middle? Then codes -127 to 127 do. */
bool entry_symmetric_8(const struct qmac_table_entry *entry);

#endif /* QMAC_FORMATS_ENTRY_H */
