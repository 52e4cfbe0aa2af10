/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts by connection: what -c of the tools for TCP prints. */
#ifndef COMMON_SOCK_COUNT_H
#define COMMON_SOCK_COUNT_H

#include <sys/types.h>
#include "sock.h"

struct bpf_map;

struct sock_count {
	struct sock_id id;
	__u64 n;
};

/* For qsort: most first; the same number in the order of their addresses. */
int sock_count_compare(const void *a, const void *b);

/* All of hash @map, __u64 by struct sock_id, sorted, for the caller to free; how many. */
size_t sock_counts(struct bpf_map *map, struct sock_count **counts);

#endif /* COMMON_SOCK_COUNT_H */
