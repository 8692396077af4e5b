/* SPDX-License-Identifier: MIT */
/* The words of simd/loop_product.h in plain C: vectors that any processor has or imitates. */
#include <string.h>

#define TARGET
#define VECTOR static inline __attribute__((always_inline))
#define LANES  4

typedef float vfloat __attribute__((vector_size(LANES * sizeof(float))));

VECTOR vfloat load(const float *p)
{
	vfloat a;

	memcpy(&a, p, sizeof(a));
	return a;
}

VECTOR vfloat splat(float value)
{
	return (vfloat){ value, value, value, value };
}

VECTOR void store(float *p, vfloat a)
{
	memcpy(p, &a, sizeof(a));
}

VECTOR vfloat add(vfloat a, vfloat b)
{
	return a + b;
}

VECTOR vfloat mul(vfloat a, vfloat b)
{
	return a * b;
}
