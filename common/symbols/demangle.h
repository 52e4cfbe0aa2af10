/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names as the programmer wrote them.  What links this needs libiberty (GNU binutils). */
#ifndef COMMON_DEMANGLE_H
#define COMMON_DEMANGLE_H

/*
 * The readable form of @name, malloc'd; NULL if it is no mangled name.  C++, and
 * both schemes of Rust, without the hash at the end.  NULL too if the readable form
 * is longer than anybody would read.
 */
char *demangle(const char *name);

#endif /* COMMON_DEMANGLE_H */
