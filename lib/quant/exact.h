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

#define EXACT __attribute__((noinline, noclone))

static inline void exact_enter(fenv_t *saved)
{
	fegetenv(saved);
	fesetenv(FE_DFL_ENV);
}

static inline void exact_leave(const fenv_t *saved)
{
	fesetenv(saved);
}

#endif /* QMAC_QUANT_EXACT_H */
