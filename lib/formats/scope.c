// SPDX-License-Identifier: MIT
#include "formats/scope.h"

#include <errno.h>

int scope_enter(struct scope *scope)
{
	scope->c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!scope->c)
		return -ENOMEM;
	scope->caller = uselocale(scope->c);
	fegetenv(&scope->environment);
	fesetenv(FE_DFL_ENV);
	return 0;
}

void scope_leave(struct scope *scope)
{
	fesetenv(&scope->environment);
	uselocale(scope->caller);
	freelocale(scope->c);
}
