/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A log-linear histogram as it lies in a BPF map.
 *
 * Values below 8 have a slot each; above, every power of two is split into 8
 * slots, so that a slot is at most 12.5 % wide.  Slots never cross a power of
 * two: groups of 8 are the rows that users know.  The last slot also counts
 * everything above HIST_LIMIT.
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
	__u64 sum;		/* of the values, exact, in the unit of the slots */
	__u64 max;		/* of the values; two CPUs at once may lose one, never the slot */
	char label[TASK_COMM_LEN];	/* a name that goes with the key, or "" */
};

/*
 * Keys of the hash of histograms.  User space takes one generation while the
 * BPF side fills the other, so that no count falls between.
 */
struct hist_key {
	__u64 id;		/* the tool's: a pid, a cgroup, a disk and its flags */
	__u32 generation;	/* 0 or 1 */
	__u32 pad;		/* 0 */
};

#endif /* BPF_HIST_H */
