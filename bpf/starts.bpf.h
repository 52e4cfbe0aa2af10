/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests under way, and what a tool keeps of each.  The tool says what that
 * is, before it includes this:
 *
 *	#define STARTS_SHIFT 12		// 2^this of them in the table
 *	struct start {
 *		__u64 request;		// disk_request_key()
 *		__u64 ns;		// when it began; 0: it has ended
 *		...
 *	};
 *
 * Drivers allocate their requests once and for all, so most addresses in use
 * at a time find a slot of their own here, at a fraction of what a hash map
 * costs; one that finds it taken goes to the hash.  What a request left in its
 * slot stays readable until another one needs the slot.
 *
 * No lock: of two CPUs that take a free slot for two requests in the same
 * instant, one overwrites the other, whose end then finds no start.
 */
#ifndef BPF_STARTS_BPF_H
#define BPF_STARTS_BPF_H

#include "block.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1 << STARTS_SHIFT);
	__type(key, __u32);
	__type(value, struct start);
} starts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);			/* disk_request_key() */
	__type(value, struct start);
} more_starts SEC(".maps");

/* Requests are aligned to cache lines: the lowest bits tell nothing. */
static __always_inline struct start *start_slot(__u64 request)
{
	__u32 slot = (request >> 6) * 0x9e3779b97f4a7c15 >> (64 - STARTS_SHIFT);

	return bpf_map_lookup_elem(&starts, &slot);
}

/* What is known of @request, even if it has ended; NULL: nothing. */
static __always_inline struct start *start_find(__u64 request)
{
	struct start *start = start_slot(request);

	if (start && start->request == request)
		return start;
	return bpf_map_lookup_elem(&more_starts, &request);
}

/* A place for @request, with whatever was in it before; NULL: none, which is counted. */
static __always_inline struct start *start_make(__u64 request)
{
	struct start *start = start_slot(request), fresh = { .request = request };

	if (start && (!start->ns || start->request == request)) {
		start->request = request;
		return start;
	}
	if (bpf_map_update_elem(&more_starts, &request, &fresh, BPF_ANY)) {
		loss_add(&loss.map_full);
		return NULL;
	}
	return bpf_map_lookup_elem(&more_starts, &request);
}

static __always_inline void start_end(__u64 request)
{
	struct start *start = start_slot(request);

	if (start && start->request == request)
		start->ns = 0;
	else
		bpf_map_delete_elem(&more_starts, &request);
}

#endif /* BPF_STARTS_BPF_H */
