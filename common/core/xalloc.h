/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Allocation that cannot fail: out of memory, these functions abort the program.
 * Linux overcommits, so a tool that handled NULL could hardly be tested.
 */
#ifndef COMMON_XALLOC_H
#define COMMON_XALLOC_H

#include <stddef.h>

/* Return @n zeroed objects of @bytes each; free() them.  Never NULL, not even for 0. */
void *xcalloc(size_t n, size_t bytes);

/* Resize @at (NULL: none yet) to @n objects of @bytes each.  New ones are not zeroed. */
void *xreallocarray(void *at, size_t n, size_t bytes);

/* Return a copy of @s; free() it. */
char *xstrdup(const char *s);

#endif /* COMMON_XALLOC_H */
