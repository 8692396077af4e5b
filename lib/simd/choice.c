// SPDX-License-Identifier: MIT
#include "simd/choice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the system does not tell. */
#define USUAL_CACHE ((size_t)8 << 20)

/*
 * What a cache has beyond this belongs to many cores, or to other guests of the machine.
 * One core writes there no faster than to memory.
 */
#define MOST_CACHE ((size_t)32 << 20)

static const struct {
	const char *name;
	const struct simd_kernels *kernels;
} sets[] = {
	[QMAC_ISA_SCALAR] = { "scalar", &simd_scalar },
#if defined(__x86_64__)
	[QMAC_ISA_AVX2] = { "avx2", &simd_avx2 },
	[QMAC_ISA_AVX512] = { "avx512", &simd_avx512 },
#else
	[QMAC_ISA_AVX2] = { "avx2", NULL },
	[QMAC_ISA_AVX512] = { "avx512", NULL },
#endif
};

#define NUM_SETS (sizeof(sets) / sizeof(sets[0]))

const char *qmac_isa_name(unsigned int isa)
{
	return isa < NUM_SETS ? sets[isa].name : NULL;
}

bool qmac_isa_supported(unsigned int isa)
{
	switch (isa) {
	case QMAC_ISA_SCALAR:
		return true;
#if defined(__x86_64__)
	/* These ask the system too: it must save the registers. */
	case QMAC_ISA_AVX2:
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
		       __builtin_cpu_supports("bmi2");
	case QMAC_ISA_AVX512:
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("bmi2");
#endif
	default:
		return false;
	}
}

void simd_use(struct simd *simd, unsigned int isa)
{
	simd->isa = isa;
	simd->kernels = sets[isa].kernels;
}

static unsigned int widest(void)
{
	unsigned int isa = NUM_SETS - 1;

	while (!qmac_isa_supported(isa))
		isa--;
	return isa;
}

int simd_init(struct simd *simd)
{
	const char *name = getenv("QMAC_ISA");
	long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
	unsigned int isa = 0;

	simd->cache = cache > 0 ? (size_t)cache : USUAL_CACHE;
	if (simd->cache > MOST_CACHE)
		simd->cache = MOST_CACHE;
	simd_use(simd, widest());
	if (!name || !*name)
		return 0;
	while (isa < NUM_SETS && strcmp(name, sets[isa].name))
		isa++;
	if (isa == NUM_SETS)
		return -EINVAL;
	if (!qmac_isa_supported(isa))
		return -EOPNOTSUPP;
	simd_use(simd, isa);
	return 0;
}
