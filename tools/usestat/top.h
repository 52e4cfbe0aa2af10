/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The busiest processes by each of several measures. */
#ifndef USESTAT_TOP_H
#define USESTAT_TOP_H

#include "process.h"

struct top {
	size_t n;
	struct {
		struct object *object;
		__u32 measures;		/* by which it is one of the busiest, one bit each */
	} list[];
};

/* Return the u->top busiest by each measure, each object once; free them with top_free(). */
struct top *top_processes(struct usestat *u);
void top_free(struct top *top);

/* process_fds.c: print the kinds of the open descriptors; @measures as in struct top. */
void descriptor_keys(struct usestat *u, const struct process *process, __u32 measures);

/* Return true if the measure @name is one of @measures. */
bool top_has(__u32 measures, const char *name);

/* Print the key "top": the names of the measures. */
void top_keys(struct json *json, __u32 bits);

#endif /* USESTAT_TOP_H */
