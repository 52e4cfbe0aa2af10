/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a tool did not see or could not keep, by cause.  The BPF side adds to
 * it, user space reports it (common/output/report.h).  What the kernel's recursion
 * guard dropped is read from the programs themselves and is not in here.
 */
#ifndef BPF_LOSS_H
#define BPF_LOSS_H

#include "types.h"

struct loss {
	__u64 ring_full;	/* events the ring buffer had no room for */
	__u64 map_full;		/* entries a hash map had no room for */
	__u64 no_start;		/* ends whose beginning was not seen */
	__u64 unreadable;	/* memory that could not be read; the event is shown without it */
	__u64 truncated;	/* strings cut at the tool's limit; the event is shown */
};

#endif /* BPF_LOSS_H */
