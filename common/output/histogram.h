/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Histograms of the BPF side (bpf/hist.bpf.h): taking them out without losing a count, and
 * what they say.
 */
#ifndef COMMON_HISTOGRAM_H
#define COMMON_HISTOGRAM_H

#include <stdbool.h>
#include "hist.h"

struct bpf_map;

/* Where a skeleton keeps them: maps.hist_total, maps.hist_by_key, bss->hist_generation. */
struct hist_maps {
	struct bpf_map *total, *by_key;
	__u32 *generation;
};

/* One histogram; a negative errno ends the taking. */
typedef int (*hist_fn)(void *ctx, __u64 id, const struct hist *hist);

/*
 * Take all histograms out and pass those by key to @fn in the order of their
 * ids.  If there are none, or keys found no room, the one without key comes
 * last with id HIST_NO_KEY.  Nothing is counted twice or lost between two calls.
 */
#define HIST_NO_KEY (~0ULL)
int hist_take(const struct hist_maps *maps, hist_fn fn, void *ctx);

/* The smallest and largest value that slot @slot counts. */
__u64 hist_slot_min(unsigned int slot);
__u64 hist_slot_max(unsigned int slot);

__u64 hist_count(const struct hist *hist);

/* Count @value in @hist, which user space fills itself. */
void hist_record(struct hist *hist, __u64 value);

/* What @from counted, in the same unit, to @to. */
void hist_merge(struct hist *to, const struct hist *from);

/*
 * The value that @percent (to a tenth) of all values do not exceed: the upper
 * end of its slot (so at most 12.5 % high), but not more than the maximum.  0
 * if empty.
 */
__u64 hist_percentile(const struct hist *hist, double percent);

/* The maximum; where two CPUs raced for it, at least the start of the last slot in use. */
__u64 hist_max(const struct hist *hist);

#endif /* COMMON_HISTOGRAM_H */
