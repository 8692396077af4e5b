/* SPDX-License-Identifier: MIT */
/* One codebook at work, inside the library; the caller has entered exact mode. */
#ifndef QMAC_QUANT_CODEBOOK_H
#define QMAC_QUANT_CODEBOOK_H

#include <qmac/codebook.h>

/* 0, or -EINVAL with a message: empty, or out of order. */
int codebook_check(struct qmac_context *context, const struct qmac_codebook *book);

/* How many thresholds are below @x, which is no NaN. */
static inline uint8_t codebook_code(const struct qmac_codebook *book, float x)
{
	unsigned int first = 0, last = book->levels - 1;

	while (first < last) {
		unsigned int middle = (first + last) / 2;

		if (book->threshold[middle] < (double)x)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

#endif /* QMAC_QUANT_CODEBOOK_H */
