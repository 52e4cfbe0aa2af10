/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The functions that a library exports, read from a file that an observed process has chosen. */
#ifndef GETHOSTLATENCY_FUNCTIONS_H
#define GETHOSTLATENCY_FUNCTIONS_H

#include <stddef.h>
#include "uprobe.h"

/*
 * Find the functions with one of @names (of @n, NULL: none) that the ELF file @fd exports.  A
 * name may have several versions.  Returns 0 or a negative errno: -ENOEXEC if it is not an ELF
 * file, -EOPNOTSUPP if it is for another processor, -EFBIG if it is larger than a libc can be.
 */
int functions_find(int fd, const char *const *names, size_t n, struct uprobe_places *places);

#endif /* GETHOSTLATENCY_FUNCTIONS_H */
