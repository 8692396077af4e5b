/* SPDX-License-Identifier: MIT */
/*
 * The address space of a test job, with a shadow of all its memory.
 *
 * Only pages that a job may touch exist, each with the least rights, in the page
 * tables and on the bus. The reference runs on the shadow; afterwards memory and
 * shadow must be equal to the last byte, guard bytes included.
 */
#ifndef QMAC_TEST_SPACE_H
#define QMAC_TEST_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"
#include "sim/memory/pool.h"
#include "sim/memory/tables.h"

/* How fresh pages are filled. */
enum fill {
	FILL_RANDOM,
	FILL_SMALL,   /* -2 to 2 */
	FILL_EXTREME, /* 0x00 0x7f 0x80 0xff */
	FILL_SPARSE,  /* mostly zero */
	NUM_FILLS,
};

struct space_page {
	uint64_t va, pa, size;
	unsigned int access; /* QMAC_POOL_* */
	uint8_t *memory;
	uint8_t *shadow;
};

struct space {
	struct qmac_pool *pool;
	struct qmac_tables tables;
	struct space_page *pages;
	size_t count, capacity;
	size_t last; /* found last */
};

void space_init(struct space *space, struct qmac_pool *pool);

/* Give all pages and tables back. */
void space_clear(struct space *space);

/* Make [@va, @va + @len) exist in pages of size @page, with at least @access. */
void space_touch(struct space *space, struct rng *rng, uint64_t va, uint64_t len,
		 unsigned int access, uint64_t page, enum fill fill);

/* Memory of the device before space_seal(). The range must exist. */
void space_write(struct space *space, uint64_t va, const void *buf, size_t len);

/* Write page tables and rights, copy memory to the shadow. @rng sets bits the device ignores. */
void space_seal(struct space *space, struct rng *rng);

void space_shadow_read(struct space *space, uint64_t va, void *buf, size_t len);
void space_shadow_write(struct space *space, uint64_t va, const void *buf, size_t len);

/* The memory the device sees. */
void space_read(struct space *space, uint64_t va, void *buf, size_t len);

/* True when memory and shadow are equal, else false and the first difference in @va. */
bool space_equal(struct space *space, uint64_t *va);

/* Copy memory to the shadow again. */
void space_accept(struct space *space);

#endif /* QMAC_TEST_SPACE_H */
