/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Allocation that cannot fail: without memory, these functions end the program with one line
 * and EXIT_FAILURE.  Linux overcommits, so handling of NULL could hardly be tested.
 */
#ifndef COMMON_XALLOC_H
#define COMMON_XALLOC_H

#include <stddef.h>

/* End the program: a library function found no memory. */
_Noreturn void out_of_memory(void);

/* Return @n zeroed objects of @bytes each, to be freed with free().  Never NULL, not even for 0. */
void *xcalloc(size_t n, size_t bytes);

/* Resize @at (NULL: new) to @n objects of @bytes each.  New objects are not zeroed. */
void *xreallocarray(void *at, size_t n, size_t bytes);

/* Return a copy of @s, to be freed with free(). */
char *xstrdup(const char *s);

#endif /* COMMON_XALLOC_H */
