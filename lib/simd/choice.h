/* SPDX-License-Identifier: MIT */
/* Which loops a context uses. */
#ifndef QMAC_SIMD_CHOICE_H
#define QMAC_SIMD_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include <qmac/isa.h>

#include "simd/kernels.h"

/**
 * struct simd - choice of a context
 * @isa: enum qmac_isa.
 * @kernels: Its loops.
 * @cache: Bytes of the last cache that are worth keeping for an output.
 */
struct simd {
	unsigned int isa;
	const struct simd_kernels *kernels;
	size_t cache;
};

/*
 * The widest set, or the one that the environment asks for. 0, -EINVAL or
 * -EOPNOTSUPP: QMAC_ISA has the name of no set or of one that cannot run here.
 */
int simd_init(struct simd *simd);

/* @isa is supported. */
void simd_use(struct simd *simd, unsigned int isa);

/* Of a context. */
const struct simd *qmac_context_simd(const struct qmac_context *context);

/*
 * Is an output better written past the caches? A loop that reads and writes more
 * than they hold, a float and a code of @bytes for each element, would evict it
 * before anybody reads it.
 */
static inline bool simd_streams(const struct simd *simd, size_t elements, unsigned int bytes)
{
	return elements > simd->cache / (sizeof(float) + bytes);
}

#endif /* QMAC_SIMD_CHOICE_H */
