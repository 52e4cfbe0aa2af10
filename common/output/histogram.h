/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Histograms of the BPF side (bpf/hist.bpf.h): read and reset them without losing a count, and
 * evaluate them.
 */
#ifndef COMMON_HISTOGRAM_H
#define COMMON_HISTOGRAM_H

#include <stdbool.h>
#include "hist.h"

struct bpf_map;

/* The histograms of a skeleton: maps.hist_total, maps.hist_by_key, bss->hist_generation. */
struct hist_maps {
	struct bpf_map *total, *by_key;
	__u32 *generation;
};

/* Handle one histogram.  A negative errno ends hist_take(). */
typedef int (*hist_fn)(void *ctx, __u64 id, const struct hist *hist);

/*
 * Read and reset all histograms.  Pass those by key to @fn in the order of their ids.  If there
 * are none, or if keys found no room, pass the one without a key last, with id HIST_NO_KEY.  No
 * value is lost or counted twice between two calls.
 */
#define HIST_NO_KEY (~0ULL)
int hist_take(const struct hist_maps *maps, hist_fn fn, void *ctx);

/* Return the smallest and the largest value that @slot counts. */
__u64 hist_slot_min(unsigned int slot);
__u64 hist_slot_max(unsigned int slot);

__u64 hist_count(const struct hist *hist);

/* Count @value in @hist, for histograms that user space fills. */
void hist_record(struct hist *hist, __u64 value);

/* Add the counts of @from, which has the same unit, to @to. */
void hist_merge(struct hist *to, const struct hist *from);

/*
 * Return the value that @percent (resolution 0.1) of all values do not exceed: the upper end of
 * its slot (at most 12.5 % too high), limited to the maximum.  0 if empty.
 */
__u64 hist_percentile(const struct hist *hist, double percent);

/*
 * Return the maximum.  If a race of two CPUs lost it, return at least the start of the last
 * slot in use.
 */
__u64 hist_max(const struct hist *hist);

#endif /* COMMON_HISTOGRAM_H */
