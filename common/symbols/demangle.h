/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Demangling of C++ and Rust names.  Programs that link this need libiberty (GNU binutils). */
#ifndef COMMON_DEMANGLE_H
#define COMMON_DEMANGLE_H

/*
 * Return the readable form of @name (malloc'd), or NULL if it is not a mangled name.  Supports
 * C++ and both Rust schemes; the hash at the end is removed.  Also returns NULL if the readable
 * form is unreasonably long.
 */
char *demangle(const char *name);

#endif /* COMMON_DEMANGLE_H */
