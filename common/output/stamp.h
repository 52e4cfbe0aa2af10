/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The time of a record, in the formats of --time. */
#ifndef COMMON_STAMP_H
#define COMMON_STAMP_H

#include <linux/types.h>
#include "core/args.h"

#define STAMP_MAX 48			/* bytes of one, at most */

struct stamp {
	__u64 start_ns;		/* when the tool was ready */
	__s64 wall_offset_ns;	/* CLOCK_REALTIME - CLOCK_MONOTONIC, as of the last update */
};

/* Read the wall clock again: it may be set while the tool runs. */
void stamp_update(struct stamp *stamp);

/* The heading of the column of times, and its width. */
const char *stamp_head(enum stamp_format format);
unsigned int stamp_width(enum stamp_format format);

/* Write the time @ns of CLOCK_MONOTONIC at @p, as functions of core/put.h do. */
char *put_stamp(char *p, const struct stamp *stamp, enum stamp_format format, __u64 ns);
/* The same as RFC 3339 with nanoseconds, for JSON. */
char *put_stamp_json(char *p, const struct stamp *stamp, __u64 ns);

#endif /* COMMON_STAMP_H */
