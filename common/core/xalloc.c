// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/xalloc.h"

/* Not log_err(), which needs memory itself. */
void out_of_memory(void)
{
	dprintf(STDERR_FILENO, "%s: %s; free memory, or raise the limit (ulimit -v, memory.max)\n",
		program_invocation_short_name, strerror(ENOMEM));
	exit(EXIT_FAILURE);
}

static void *checked(void *at)
{
	if (!at)
		out_of_memory();
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
