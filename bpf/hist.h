/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A log-linear histogram, as stored in a BPF map.
 *
 * Values below 8 have one slot each.  Above that, every power of two is split into 8 slots, so
 * that a slot is at most 12.5 % wide.  No slot crosses a power of two: each group of 8 slots is
 * one bucket of a power-of-two histogram.  The last slot also counts all larger values.
 */
#ifndef BPF_HIST_H
#define BPF_HIST_H

#include "types.h"

#define HIST_SUB_BITS 3
#define HIST_SUB (1 << HIST_SUB_BITS)			/* slots in a power of two */
#define HIST_EXP_MAX 40					/* values up to 2^40 - 1 */
#define HIST_SLOTS ((HIST_EXP_MAX - HIST_SUB_BITS + 1) * HIST_SUB)

struct hist {
	__u64 slots[HIST_SLOTS];
	__u64 sum;		/* exact sum of the values, in the unit of the slots */
	__u64 max;		/* maximum; a race of two CPUs may lose it, but not its slot */
	char label[TASK_COMM_LEN];	/* name for the key, or "" */
};

/*
 * Keys of the hash of histograms.  User space reads one generation while the BPF side fills the
 * other, so that no count is lost in between.
 */
struct hist_key {
	__u64 id;		/* set by the tool: a pid, a cgroup, a disk and its flags */
	__u32 generation;	/* 0 or 1 */
	__u32 pad;		/* 0 */
};

#endif /* BPF_HIST_H */
