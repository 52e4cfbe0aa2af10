/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The busiest processes and cgroups by each of several measures. */
#ifndef USESTAT_TOP_H
#define USESTAT_TOP_H

#include "usestat.h"

struct top {
	size_t n;
	struct {
		struct object *object;
		__u32 measures;		/* in which it is one of the first: a bit each */
	} list[];
};

/* The first u->top of each measure; each object once.  To be freed by top_free(). */
struct top *top_processes(struct usestat *u);
void top_free(struct top *top);

/* The key "top": the names of the measures. */
void top_keys(struct json *json, __u32 measures);

#endif /* USESTAT_TOP_H */
