/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The time of a record, in the formats of --time. */
#ifndef COMMON_STAMP_H
#define COMMON_STAMP_H

#include <linux/types.h>
#include "core/args.h"

#define STAMP_MAX 48			/* maximum size of a timestamp in bytes */

struct stamp {
	__u64 start_ns;		/* when the tool was ready */
	__s64 wall_offset_ns;	/* CLOCK_REALTIME - CLOCK_MONOTONIC, as of the last update */
};

/* Read the wall clock again, because it may be set while the tool runs. */
void stamp_update(struct stamp *stamp);

/* Return the heading and the width of the time column. */
const char *stamp_head(enum stamp_format format);
unsigned int stamp_width(enum stamp_format format);

/* Put the time @ns of CLOCK_MONOTONIC at @p, like the functions of core/put.h. */
char *put_stamp(char *p, const struct stamp *stamp, enum stamp_format format, __u64 ns);
/* Put the time as RFC 3339 with nanoseconds, for JSON. */
char *put_stamp_json(char *p, const struct stamp *stamp, __u64 ns);

#endif /* COMMON_STAMP_H */
