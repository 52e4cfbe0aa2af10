/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CACHESTAT_H
#define CACHESTAT_H

#include "types.h"

/* Pages since the tool started, one struct a CPU: user space prints differences. */
struct counts {
	__u64 accesses;		/* asked for by reads and page faults */
	__u64 added;		/* put into the page cache */
	__u64 created;		/* of those, filled by a write and not from the disk */
	__u64 dirtied;		/* that were clean before */
};

#endif /* CACHESTAT_H */
