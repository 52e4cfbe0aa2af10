/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Histograms: one without a key, per CPU and without atomics, and a hash of histograms by key.
 * If the hash has no room for a key, its values count in the histogram without a key, and one
 * loss is counted, so that the total stays right.
 *
 * User space: common/output/histogram.h.
 */
#ifndef BPF_HIST_BPF_H
#define BPF_HIST_BPF_H

#include <bpf/bpf_helpers.h>
#include "bounds.bpf.h"
#include "hist.h"
#include "loss.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);			/* one per generation */
	__type(key, __u32);
	__type(value, struct hist);
} hist_total SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__uint(map_flags, BPF_F_NO_PREALLOC);	/* 2.5 kB each: allocate only those in use */
	__type(key, struct hist_key);
	__type(value, struct hist);
} hist_by_key SEC(".maps");

/* The generation that the BPF side fills.  User space flips it. */
__u32 hist_generation;

static const struct hist hist_empty;

/*
 * Return the number of the highest bit of @v; 63 for 0.
 *
 * There are no branches: the verifier would follow all 32 paths of a binary search through
 * everything that comes after it.  Instead, set all bits below the highest, then clear all but
 * the highest.  Multiplying by it shifts the de Bruijn sequence, so that the top six bits of
 * the product are unique for each shift.
 */
#define HIST_DE_BRUIJN 0x03f79d71b4cb0a89

static const __u8 hist_bit[64] = {		/* [HIST_DE_BRUIJN << n >> 58] = n */
	 0,  1, 48,  2, 57, 49, 28,  3, 61, 58, 50, 42, 38, 29, 17,  4,
	62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12,  5,
	63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
	46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19,  9, 13,  8,  7,  6,
};

static __always_inline __u32 hist_log2(__u64 v)
{
	v |= v >> 1;
	v |= v >> 2;
	v |= v >> 4;
	v |= v >> 8;
	v |= v >> 16;
	v |= v >> 32;
	return hist_bit[(v - (v >> 1)) * HIST_DE_BRUIJN >> 58];
}

/* Return the slot that @value counts in.  Compare it with HIST_SLOTS before use. */
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
	return bounds_u64(slot);
}

/* Add @value @times times to the histogram without a key. */
static __always_inline void hist_add_total(__u64 value, __u64 times)
{
	__u32 generation = hist_generation & 1;
	struct hist *hist = bpf_map_lookup_elem(&hist_total, &generation);
	__u64 slot = hist_slot(value);

	if (!hist || slot >= HIST_SLOTS)	/* never true; the verifier needs the check */
		return;
	hist->slots[slot] += times;
	hist->sum += value * times;
	if (hist->max < value)
		hist->max = value;
}

/*
 * Add @value @times times to the histogram of @id.  Return the histogram if it is new, so that
 * the caller can label it, or NULL.  @label (16 bytes) may be NULL.
 */
static __always_inline struct hist *hist_add(__u64 id, const char *label, __u64 value, __u64 times)
{
	struct hist_key key = { .id = id, .generation = hist_generation & 1 };
	struct hist *hist = bpf_map_lookup_elem(&hist_by_key, &key), *fresh = NULL;
	__u64 slot = hist_slot(value);

	if (!hist) {
		bpf_map_update_elem(&hist_by_key, &key, &hist_empty, BPF_NOEXIST);
		fresh = hist = bpf_map_lookup_elem(&hist_by_key, &key);
		if (hist && label)
			__builtin_memcpy(hist->label, label, sizeof(hist->label));
	}
	if (!hist) {
		loss_add(&loss.map_full);
		hist_add_total(value, times);
		return NULL;
	}
	if (slot >= HIST_SLOTS)			/* never true; the verifier needs the check */
		return NULL;
	__sync_fetch_and_add(&hist->slots[slot], times);
	__sync_fetch_and_add(&hist->sum, value * times);
	if (hist->max < value)
		hist->max = value;
	return fresh;
}

#endif /* BPF_HIST_BPF_H */
