/* SPDX-License-Identifier: MIT */
/* OUT.npy.json of qmac quantize, read back: what the integers of OUT.npy stand for. */
#ifndef QMAC_TOOL_DESCRIPTION_H
#define QMAC_TOOL_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/qmac.h>

#include "npy/npy.h"

/* How the codes lie in the file. */
enum description_layout {
	DESCRIPTION_PLAIN,  /* one element each */
	DESCRIPTION_PACKED, /* qmac_pack() */
	DESCRIPTION_Q4_0,   /* blocks of ggml */
	DESCRIPTION_Q8_0,
};

/**
 * struct description - what the codes of a file stand for
 * @type: QMAC_TYPE_*.
 * @layout: enum description_layout.
 * @ndim: Dimensions of the tensor.
 * @shape: Them.
 * @count: Elements of the tensor.
 * @granularity: Which of them share parameters.
 * @parts: How many parameters there are.
 * @scale: @parts scales, or NULL: 16-bit floats, codebooks, blocks.
 * @zero_point: Likewise.
 * @books: @parts codebooks, or NULL.
 */
struct description {
	uint8_t type;
	unsigned int layout, ndim;
	size_t shape[NPY_MAX_DIMS];
	size_t count, parts;
	struct qmac_granularity granularity;
	float *scale;
	int32_t *zero_point;
	struct qmac_codebook *books;
};

/**
 * description_read() - read a description, believing nothing
 *
 * Return: 0, or -errno with the fault on stderr. description_free() in both cases.
 */
int description_read(struct qmac_context *context, const char *path, struct description *out);

/* Elements of the file of codes; 0 if the tensor cannot be laid out like that. */
size_t description_stored_count(const struct description *description);

void description_free(struct description *description);

#endif /* QMAC_TOOL_DESCRIPTION_H */
