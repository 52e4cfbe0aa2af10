/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* PIDs or TIDs of the command line, for bpf/wanted.bpf.h. */
#ifndef COMMON_ID_LIST_H
#define COMMON_ID_LIST_H

#include <stddef.h>
#include <linux/types.h>

#define ID_LIST_MAX 1024

struct bpf_map;

struct id_list {			/* starts as all zeros */
	__u32 ids[ID_LIST_MAX];
	size_t n;
	const char *arg;
};

/*
 * Parse the comma-separated list @arg.  @what: "pid" or "tid", @thing: "process" or "thread",
 * for messages.  Exits if it is invalid, or if one of them does not exist.
 */
void id_list_parse(struct id_list *list, const char *what, const char *thing, const char *arg);

/* Set the size of @map, before it is loaded. */
void id_list_size(const struct id_list *list, struct bpf_map *map);

/* Fill @map.  Returns 0 or a negative errno, which is reported. */
int id_list_fill(const struct id_list *list, const struct bpf_map *map);

#endif /* COMMON_ID_LIST_H */
