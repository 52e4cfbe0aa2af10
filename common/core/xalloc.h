/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Allocation that cannot fail: without memory, these functions abort the program.  Linux
 * overcommits, so handling of NULL could hardly be tested.
 */
#ifndef COMMON_XALLOC_H
#define COMMON_XALLOC_H

#include <stddef.h>

/* Return @n zeroed objects of @bytes each, to be freed with free().  Never NULL, not even for 0. */
void *xcalloc(size_t n, size_t bytes);

/* Resize @at (NULL: new) to @n objects of @bytes each.  New objects are not zeroed. */
void *xreallocarray(void *at, size_t n, size_t bytes);

/* Return a copy of @s, to be freed with free(). */
char *xstrdup(const char *s);

#endif /* COMMON_XALLOC_H */
