/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests in flight, and the data that a tool keeps for each.  Before it includes this file,
 * the tool defines
 *
 *	#define STARTS_SHIFT 12		// 2^this entries in the table
 *	struct start {
 *		__u64 request;		// disk_request_key()
 *		__u64 ns;		// start time; 0: it has ended
 *		...
 *	};
 *
 * Drivers allocate their requests once, so most requests in flight find a free slot in the
 * array, which costs a fraction of a hash map.  If its slot is taken, a request goes to the
 * hash map.  The data of an ended request stays readable until another request needs the slot.
 *
 * There is no lock.  If two CPUs take the same free slot at the same instant, one overwrites
 * the other, and the end of the overwritten request is unmatched.
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

/* Requests are aligned to cache lines, so the lowest bits carry no information. */
static __always_inline struct start *start_slot(__u64 request)
{
	__u32 slot = (request >> 6) * 0x9e3779b97f4a7c15 >> (64 - STARTS_SHIFT);

	return bpf_map_lookup_elem(&starts, &slot);
}

/* Return the data of @request, even if it has ended, or NULL if there is none. */
static __always_inline struct start *start_find(__u64 request)
{
	struct start *start = start_slot(request);

	if (start && start->request == request)
		return start;
	return bpf_map_lookup_elem(&more_starts, &request);
}

/* Return an entry for @request, with its previous content, or count a loss and return NULL. */
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
