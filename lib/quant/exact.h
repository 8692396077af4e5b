/* SPDX-License-Identifier: MIT */
/*
 * Float arithmetic that does not depend on the caller: the default environment
 * (to nearest even, subnormals kept) between enter and leave.
 *
 * The compiler may move float operations over a change of the environment, as
 * it knows of none. So the arithmetic stands in functions of its own that are
 * marked EXACT, and enter and leave stand around their calls.
 */
#ifndef QMAC_QUANT_EXACT_H
#define QMAC_QUANT_EXACT_H

#include <fenv.h>

#ifdef __clang__ /* makes no clones */
#define EXACT __attribute__((noinline))
#else
#define EXACT __attribute__((noinline, noclone))
#endif

#if defined(__x86_64__) && defined(__GLIBC__)

/*
 * What matters of the environment are two control words; the exception flags in
 * the first are saved with it. fegetenv() and fesetenv() move the state of the x87
 * too, which costs as much as quantizing a thousand elements.
 */
static inline void exact_control(unsigned int mxcsr, unsigned short x87)
{
	__asm__ volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(mxcsr), "m"(x87) : "memory");
}

static inline void exact_enter(fenv_t *saved)
{
	__asm__ volatile("stmxcsr %0\n\tfnstcw %1"
			 : "=m"(saved->__mxcsr), "=m"(saved->__control_word)
			 :
			 : "memory");
	exact_control(0x1f80, 0x037f); /* as FE_DFL_ENV */
}

static inline void exact_leave(const fenv_t *saved)
{
	exact_control(saved->__mxcsr, saved->__control_word);
}

#else

static inline void exact_enter(fenv_t *saved)
{
	fegetenv(saved);
	fesetenv(FE_DFL_ENV);
}

static inline void exact_leave(const fenv_t *saved)
{
	fesetenv(saved);
}

#endif

#endif /* QMAC_QUANT_EXACT_H */
