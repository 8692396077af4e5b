// SPDX-License-Identifier: MIT
/*
 * Loads and stores of byte runs in the job's address space, page by page.
 *
 * Memory moves in aligned beats, as on the bus: a load may look at other bytes
 * of a beat it needs, never at a page in which it needs nothing.
 */
#include <string.h>

#include "functional.h"

#define PAGE_SIZE 4096u

static size_t bytes_to_page_end(uint64_t va, size_t len)
{
	size_t room = PAGE_SIZE - va % PAGE_SIZE;

	return len < room ? len : room;
}

static bool load_in_page(struct qmac_model *model, uint64_t va, uint8_t *buf, size_t len,
			 struct fault *fault)
{
	size_t skip = va % QMAC_BEAT_BYTES;
	size_t span = (skip + len + QMAC_BEAT_BYTES - 1) & ~(size_t)(QMAC_BEAT_BYTES - 1);
	uint8_t page[PAGE_SIZE];
	uint64_t pa;

	if (!qmac_functional_translate(model, va, false, &pa, fault))
		return false;
	if (model->ops->read(model->host, pa - skip, page, span)) {
		fault->cause = QMAC_CAUSE_BUS_ERROR_READ;
		fault->address = va;
		return false;
	}
	memcpy(buf, page + skip, len);
	return true;
}

bool qmac_functional_load(struct qmac_model *model, uint64_t va, void *buf, size_t len,
			  struct fault *fault)
{
	uint8_t *bytes = buf;

	while (len) {
		size_t part = bytes_to_page_end(va, len);

		if (!load_in_page(model, va, bytes, part, fault))
			return false;
		va += part;
		bytes += part;
		len -= part;
	}
	return true;
}

static bool store_in_page(struct qmac_model *model, uint64_t va, const uint8_t *buf, size_t len,
			  struct fault *fault)
{
	uint64_t pa;

	if (!qmac_functional_translate(model, va, true, &pa, fault))
		return false;
	while (len) {
		uint8_t beat[QMAC_BEAT_BYTES] = { 0 };
		size_t skip = pa % QMAC_BEAT_BYTES;
		size_t part = QMAC_BEAT_BYTES - skip;

		if (part > len)
			part = len;
		memcpy(beat + skip, buf, part);
		if (model->ops->write(model->host, pa - skip, beat, ((1u << part) - 1) << skip)) {
			fault->cause = QMAC_CAUSE_BUS_ERROR_WRITE;
			fault->address = va;
			return false;
		}
		pa += part;
		va += part;
		buf += part;
		len -= part;
	}
	return true;
}

bool qmac_functional_store(struct qmac_model *model, uint64_t va, const void *buf, size_t len,
			   struct fault *fault)
{
	const uint8_t *bytes = buf;

	while (len) {
		size_t part = bytes_to_page_end(va, len);

		if (!store_in_page(model, va, bytes, part, fault))
			return false;
		va += part;
		bytes += part;
		len -= part;
	}
	return true;
}
