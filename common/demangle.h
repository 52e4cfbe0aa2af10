/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names as the programmer wrote them: C++, and Rust's older scheme.
 *
 * The work is done by the C++ library of the machine (__cxa_demangle), loaded
 * when first needed: only those who ask for it need it, and the tools are not
 * linked to it.
 */
#ifndef COMMON_DEMANGLE_H
#define COMMON_DEMANGLE_H

#include <stdbool.h>

/* False, with a message, if names cannot be demangled on this machine. */
bool demangle_possible(void);

/* The readable form of @name, malloc'd; NULL if it is no mangled name. */
char *demangle(const char *name);

#endif /* COMMON_DEMANGLE_H */
