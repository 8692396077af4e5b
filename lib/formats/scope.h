/* SPDX-License-Identifier: MIT */
/*
 * Text as in the C locale and arithmetic to nearest even, whatever the caller
 * has set: the C library's conversions of numbers heed both.
 */
#ifndef QMAC_FORMATS_SCOPE_H
#define QMAC_FORMATS_SCOPE_H

#include <fenv.h>
#include <locale.h>

struct scope {
	fenv_t environment;
	locale_t caller, c;
};

/* 0 or -ENOMEM. */
int scope_enter(struct scope *scope);
void scope_leave(struct scope *scope);

#endif /* QMAC_FORMATS_SCOPE_H */
