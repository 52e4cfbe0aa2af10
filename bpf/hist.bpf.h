/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Histograms: one without a key, per CPU and without atomics, and a hash of
 * them by key.  A key the hash has no room for counts in the one without key,
 * and as a loss, so that the total stays right.
 *
 * User space: common/output/histogram.h.
 */
#ifndef BPF_HIST_BPF_H
#define BPF_HIST_BPF_H

#include <bpf/bpf_helpers.h>
#include "hist.h"
#include "loss.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);			/* by generation */
	__type(key, __u32);
	__type(value, struct hist);
} hist_total SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__uint(map_flags, BPF_F_NO_PREALLOC);	/* 2.5 kB each: only what is used */
	__type(key, struct hist_key);
	__type(value, struct hist);
} hist_by_key SEC(".maps");

/* The generation that is being filled; user space flips it. */
__u32 hist_generation;

static const struct hist hist_empty;

static __always_inline __u32 hist_log2(__u64 v)
{
	__u32 n = 0;

	if (v >> 32) { v >>= 32; n += 32; }
	if (v >> 16) { v >>= 16; n += 16; }
	if (v >> 8)  { v >>= 8;  n += 8; }
	if (v >> 4)  { v >>= 4;  n += 4; }
	if (v >> 2)  { v >>= 2;  n += 2; }
	return n + (v >> 1);
}

/* 64 bits and a barrier: else clang checks one copy of the number and uses another. */
static __always_inline __u64 hist_slot(__u64 value)
{
	__u64 slot = value;
	__u32 exp;

	if (value >= HIST_SUB) {
		exp = hist_log2(value);
		slot = (exp - HIST_SUB_BITS) * HIST_SUB + (value >> (exp - HIST_SUB_BITS));
	}
	if (slot >= HIST_SLOTS)
		slot = HIST_SLOTS - 1;
	barrier_var(slot);
	return slot;
}

/* Add @value to the histogram without a key. */
static __always_inline void hist_add_total(__u64 value)
{
	__u32 generation = hist_generation & 1;
	struct hist *hist = bpf_map_lookup_elem(&hist_total, &generation);
	__u64 slot = hist_slot(value);

	if (!hist || slot >= HIST_SLOTS)	/* never: for the verifier */
		return;
	hist->slots[slot]++;
	hist->sum += value;
	if (hist->max < value)
		hist->max = value;
}

/* Add @value to the histogram of @id; @label (16 bytes) may be NULL. */
static __always_inline void hist_add(__u64 id, const char *label, __u64 value)
{
	struct hist_key key = { .id = id, .generation = hist_generation & 1 };
	struct hist *hist = bpf_map_lookup_elem(&hist_by_key, &key);
	__u64 slot = hist_slot(value);

	if (!hist) {
		bpf_map_update_elem(&hist_by_key, &key, &hist_empty, BPF_NOEXIST);
		hist = bpf_map_lookup_elem(&hist_by_key, &key);
		if (hist && label)
			__builtin_memcpy(hist->label, label, sizeof(hist->label));
	}
	if (!hist) {
		loss_add(&loss.map_full);
		hist_add_total(value);
		return;
	}
	if (slot >= HIST_SLOTS)			/* never: for the verifier */
		return;
	__sync_fetch_and_add(&hist->slots[slot], 1);
	__sync_fetch_and_add(&hist->sum, value);
	if (hist->max < value)
		hist->max = value;
}

#endif /* BPF_HIST_BPF_H */
