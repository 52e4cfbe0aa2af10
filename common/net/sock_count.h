/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts by connection, for -c of the TCP tools. */
#ifndef COMMON_SOCK_COUNT_H
#define COMMON_SOCK_COUNT_H

#include <sys/types.h>
#include "sock.h"

struct bpf_map;

struct sock_count {
	struct sock_id id;
	__u64 n;
};

/* For qsort(): by count, descending, then by address. */
int sock_count_compare(const void *a, const void *b);

/*
 * Read the hash @map (struct sock_id to __u64) into @counts, a sorted array that the caller
 * frees.  Returns the number of counts.
 */
size_t sock_counts(struct bpf_map *map, struct sock_count **counts);

#endif /* COMMON_SOCK_COUNT_H */
