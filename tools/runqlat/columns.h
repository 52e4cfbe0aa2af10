/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The labels of runqlat's histograms. */
#ifndef RUNQLAT_COLUMNS_H
#define RUNQLAT_COLUMNS_H

#include "output/column.h"

enum { COL_PID, COL_TID, COL_COMM, COL_PIDNS, COL_CGROUP };

static struct column columns[] = {
	[COL_PID] = { .key = "pid", .type = COLUMN_ID, .optional = true,
		      .about = "Process that waited, with -P" },
	[COL_TID] = { .key = "tid", .type = COLUMN_ID, .optional = true,
		      .about = "Thread that waited, with -L" },
	[COL_COMM] = { .key = "comm", .type = COLUMN_COMM, .optional = true,
		       .about = "Name of that process or thread when its first wait was counted" },
	[COL_PIDNS] = { .key = "pidns", .type = COLUMN_ID, .optional = true,
			.metric = METRIC_LABEL,
			.about = "PID namespace, with --pidnss: its inode number, as in "
				 "/proc/PID/ns/pid; 0 for tasks that are exiting" },
	[COL_CGROUP] = { .key = "cgroup", .type = COLUMN_STRING, .optional = true,
			 .metric = METRIC_LABEL, .pattern = "^/",
			 .about = "Path of the cgroup (version 2) below its mount, with --cgroups; "
				  "absent if it has been removed" },
};

static const struct table record_table = {
	.type = "hist", .kind = TABLE_HIST, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "A histogram for each set of labels and each interval; the options determine "
		 "the labels.  A histogram without labels, beside others with labels, counts "
		 "the waits for which the kernel's table had no room",
};

#endif /* RUNQLAT_COLUMNS_H */
