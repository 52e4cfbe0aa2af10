// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/map.h"
#include "net/sock_count.h"
#include "output/out.h"

int sock_count_compare(const void *a, const void *b)
{
	const struct sock_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return memcmp(&x->id, &y->id, sizeof(x->id));
}

/*
 * Read the hash @map (struct sock_id to __u64) into @counts, a sorted array that the caller
 * frees.  Returns the number of counts.
 */
static size_t sock_counts(struct bpf_map *map, struct sock_count **counts)
{
	struct sock_id *keys;
	ssize_t n = map_keys(map, (void **)&keys);

	*counts = n > 0 ? calloc(n, sizeof(**counts)) : NULL;
	for (ssize_t i = 0; *counts && i < n; i++) {
		(*counts)[i].id = keys[i];
		bpf_map_lookup_elem(bpf_map__fd(map), &keys[i], &(*counts)[i].n);
	}
	if (n > 0)
		free(keys);
	if (!*counts)
		return 0;
	qsort(*counts, n, sizeof(**counts), sock_count_compare);
	return n;
}

void sock_counts_print(struct out *out, struct bpf_map *map,
		       void (*print)(struct out *out, const struct sock_count *count))
{
	struct sock_count *counts;
	size_t n = sock_counts(map, &counts);

	for (size_t i = 0; i < n && !out_enough(out); i++)
		print(out, &counts[i]);
	free(counts);
}
