/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of biosnoop. */
#ifndef BIOSNOOP_COLUMNS_H
#define BIOSNOOP_COLUMNS_H

#include "output/column.h"

enum { COL_UID, COL_COMM, COL_PID, COL_TID, COL_DISK, COL_DISKSEQ, COL_PARTITION, COL_RWBS,
       COL_OPERATION, COL_FLAGS, COL_SECTOR, COL_BYTES, COL_PATTERN, COL_QUEUE, COL_LATENCY,
       COL_ERROR, COL_ERROR_NAME };

static struct column columns[] = {
	[COL_UID] = { "UID", "uid", -7, COLUMN_ID, .hidden = true, .optional = true,
		      .about = "User of the thread that made the request; absent if unknown" },
	[COL_COMM] = { "COMM", "comm", -15, COLUMN_COMM,
		       .about = "Name of the thread that made the request; ? if unknown, because "
				"it was made before the tool started" },
	[COL_PID] = { "PID", "pid", -7, COLUMN_ID, .optional = true,
		      .about = "Process of that thread; 0 if unknown" },
	[COL_TID] = { "TID", "tid", -7, COLUMN_ID, .hidden = true, .optional = true,
		      .about = "Thread; absent if unknown" },
	[COL_DISK] = { "DISK", "disk", -7, COLUMN_STRING, .metric = METRIC_LABEL,
		       .about = "The whole disk" },
	[COL_DISKSEQ] = { "DISKSEQ", "diskseq", 7, COLUMN_COUNT, .hidden = true, .optional = true,
			  .about = "Sequence number of the disk, as in lsblk(8); two disks of "
				   "the same name have different ones; absent before Linux 5.15" },
	[COL_PARTITION] = { "PARTITION", "partition", -9, COLUMN_STRING, .hidden = true,
			    .optional = true,
			    .about = "The partition that the first sector is in; absent if there "
				     "is none or the disk no longer exists" },
	[COL_RWBS] = { "T", "rwbs", -4, COLUMN_STRING, .pattern = "^F?(R|W|F|DE?|N)F?A?S?M?$",
		       .about = "Operation and flags in the letters of blktrace(8)" },
	[COL_OPERATION] = { "OPERATION", "operation", -9, COLUMN_STRING, .hidden = true,
			    .metric = METRIC_LABEL, .pattern = "^[a-z0-9_]+$",
			    .about = "The operation as the running kernel names it, in lower case" },
	[COL_FLAGS] = { "FLAGS", "flags", -9, COLUMN_STRINGS, .hidden = true,
			.about = "The flags as the running kernel names them, in lower case" },
	[COL_SECTOR] = { "SECTOR", "sector", -10, COLUMN_COUNT, .optional = true,
			 .about = "The first sector, in units of 512 bytes from the start of the "
				  "disk; absent for a flush" },
	[COL_BYTES] = { "BYTES", "bytes", -7, COLUMN_BYTES, .metric = METRIC_TOTAL,
			.about = "Size of the whole request, also if it completed in parts; 0 for "
				 "a flush" },
	[COL_PATTERN] = { "P", "pattern", -1, COLUMN_STRING, .hidden = true, .optional = true,
			  .values = "unknown sequential random",
			  .about = "With --pattern: whether it begins where the last request to that "
				   "disk ended; in the table S, R or ?" },
	[COL_QUEUE] = { "QUE(ms)", "queue_ns", 8, COLUMN_NS, .hidden = true, .optional = true,
			.metric = METRIC_SECONDS,
			.about = "Time from when the request was made until it was passed to the "
				 "driver; absent if unknown" },
	[COL_LATENCY] = { "LAT(ms)", "latency_ns", 8, COLUMN_NS, .metric = METRIC_SECONDS,
			  .about = "Time from then until the last part of the request completed" },
	[COL_ERROR] = { "ERR", "error", 3, COLUMN_ERRNO, .hidden = true, .metric = METRIC_ERRNO,
			.about = "errno(3) of a failed request, such as 5 for an I/O error; 0 if it "
				 "succeeded" },
	[COL_ERROR_NAME] = { "ERROR", "error_name", -12, COLUMN_STRING, .hidden = true,
			     .optional = true, .pattern = "^E[A-Z0-9]+$",
			     .about = "Name of that error, such as ENOENT; absent if nothing failed" },
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "A completed request; time is when it was completed",
};

#endif /* BIOSNOOP_COLUMNS_H */
