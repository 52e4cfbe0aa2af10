/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The worker of gethostlatency: finds C libraries and reads them, as requested by libc.c. */
#ifndef GETHOSTLATENCY_LIBC_SERVE_H
#define GETHOSTLATENCY_LIBC_SERVE_H

#include <stdbool.h>
#include <stddef.h>

/* The functions to look for.  Elements may be NULL. */
struct libc_functions {
	const char *const *names;
	size_t n;
};

/* Return true if a file with that name, the last component of a path, is a C library. */
bool libc_is_name(const char *name);

/* Answer requests until the tool closes the socket.  @functions: a struct libc_functions. */
void libc_serve(void *functions, int socket);

#endif /* GETHOSTLATENCY_LIBC_SERVE_H */
