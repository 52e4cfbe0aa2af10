/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts by connection, for -c of the TCP tools. */
#ifndef COMMON_SOCK_COUNT_H
#define COMMON_SOCK_COUNT_H

#include "sock.h"

struct bpf_map;
struct out;

struct sock_count {
	struct sock_id id;
	__u64 n;
};

/* Comparison for qsort(): by count, descending, then by address. */
int sock_count_compare(const void *a, const void *b);

/*
 * Call @print for each count of the hash @map (struct sock_id to __u64), the largest first, up
 * to --max-events of them.
 */
void sock_counts_print(struct out *out, struct bpf_map *map,
		       void (*print)(struct out *out, const struct sock_count *count));

#endif /* COMMON_SOCK_COUNT_H */
