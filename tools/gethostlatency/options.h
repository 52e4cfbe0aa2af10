/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of gethostlatency. */
#ifndef GETHOSTLATENCY_OPTIONS_H
#define GETHOSTLATENCY_OPTIONS_H

#include "core/args.h"
#include "gethostlatency.h"

struct gethostlatency_options {
	struct common_args common;
	const char *libc;		/* the only libc to trace; NULL: all mapped ones */
};
extern struct gethostlatency_options opt;
extern const struct argp gethostlatency_argp;

/* The functions, in the order of enum lookup_call; the index is the cookie of a function. */
extern const char *const lookup_calls[CALLS];

#endif /* GETHOSTLATENCY_OPTIONS_H */
