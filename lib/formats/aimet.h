/* SPDX-License-Identifier: MIT */
/*
 * What AIMET's versions share. Codes of 0.x and 1.x are unsigned,
 * r = scale * (q + offset), q from 0 to 2^bits - 1; a symmetric entry is signed
 * here, so that its zero point is 0.
 */
#ifndef QMAC_FORMATS_AIMET_H
#define QMAC_FORMATS_AIMET_H

#include "formats/entry.h"
#include "formats/format.h"
#include "formats/json.h"

/* What two versions call the same thing. */
struct aimet_keys {
	const char *bits, *symmetric;
};

extern const struct aimet_keys aimet_keys_0, aimet_keys_1;

/* 0, or -EINVAL: "version" is there and does not begin with @known. */
int aimet_check_version(const struct source *source, const char *known);

/* Bits, symmetric, and signed, which follows from it. */
int aimet_read_kind(const struct json_place *place, const struct aimet_keys *keys,
		    struct qmac_table_entry *entry);

/* Offset 0 is code 0 of the unsigned type. */
int64_t aimet_offset(const struct qmac_table_entry *entry, size_t i);
int aimet_take_offset(const struct json_place *place, struct qmac_table_entry *entry, size_t i,
		      int64_t offset);

/* What all the codes reach, as AIMET has it: the least code of a signed type too. */
void aimet_reach(struct qmac_table_entry *entry);

bool aimet_put_version(struct json_object *root, const char *version);

#endif /* QMAC_FORMATS_AIMET_H */
