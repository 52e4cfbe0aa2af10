// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

static void *checked(void *at)
{
	if (!at)
		abort();
	return at;
}

void *xcalloc(size_t n, size_t bytes)
{
	return checked(calloc(n ? n : 1, bytes));
}

void *xreallocarray(void *at, size_t n, size_t bytes)
{
	return checked(reallocarray(at, n ? n : 1, bytes));
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}
