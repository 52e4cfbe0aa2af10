/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a lookup ended, in words. */
#ifndef GETHOSTLATENCY_RESULT_H
#define GETHOSTLATENCY_RESULT_H

#include "gethostlatency.h"

/* Return the name of @error of getaddrinfo(), such as "EAI_NONAME"; "failed" if it has none. */
const char *result_eai(int error);

/*
 * Return the name of @e's h_errno, such as "HOST_NOT_FOUND", or of the errno that
 * NETDB_INTERNAL refers to.
 */
const char *result_h_errno(const struct lookup_event *e);

#endif /* GETHOSTLATENCY_RESULT_H */
