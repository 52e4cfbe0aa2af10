/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CACHESTAT_H
#define CACHESTAT_H

#include "types.h"

/* Numbers of pages since the tool started, one struct per CPU. User space prints differences. */
struct counts {
	__u64 accesses;		/* requested by reads and page faults */
	__u64 added;		/* put into the page cache */
	__u64 created;		/* of these, filled by a write and not from disk */
	__u64 dirtied;		/* that were clean before */
};

#endif /* CACHESTAT_H */
