/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a tool did not see or could not keep, by cause.  The BPF side increments the counters
 * and user space reports them (common/output/report.h).  Recursion misses are not included:
 * user space reads them from the programs themselves.
 */
#ifndef BPF_LOSS_H
#define BPF_LOSS_H

#include "types.h"

struct loss {
	__u64 ring_full;	/* events for which the ring buffer had no room */
	__u64 map_full;		/* entries for which a hash map had no room */
	__u64 no_start;		/* ends whose start was not seen */
	__u64 unreadable;	/* unreadable memory; the event is shown without it */
	__u64 truncated;	/* strings truncated at the tool's limit; the event is shown */
};

#endif /* BPF_LOSS_H */
