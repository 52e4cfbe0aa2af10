/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of fsslower and its siblings. */
#ifndef FSSLOWER_COLUMNS_H
#define FSSLOWER_COLUMNS_H

#include "output/column.h"

enum { COL_UID, COL_COMM, COL_PID, COL_TID, COL_OP, COL_BYTES, COL_ERR, COL_ERROR_NAME,
       COL_OFFSET, COL_LATENCY, COL_FS, COL_TRUNCATED, COL_FILE };

static struct column columns[] = {
	[COL_UID] = { "UID", "uid", -7, COLUMN_ID, .hidden = true,
		      .about = "User the task runs as" },
	[COL_COMM] = { "COMM", "comm", -12, COLUMN_COMM, .about = "Name of the thread" },
	[COL_PID] = { "PID", "pid", -7, COLUMN_ID, .optional = true, .about = "Process" },
	[COL_TID] = { "TID", "tid", -7, COLUMN_ID, .optional = true, .hidden = true, .about = "Thread" },
	[COL_OP] = { "T", "op", -1, COLUMN_STRING, .metric = METRIC_LABEL,
		     .values = "read write open fsync",
		     .about = "The operation; in the table R, W, O or F" },
	[COL_BYTES] = { "BYTES", "bytes", -7, COLUMN_BYTES, .optional = true,
			.metric = METRIC_TOTAL,
			.about = "Bytes read, written, or of the part to be synced; absent for an "
				 "open, the fsync of a whole file, and a failed operation, where the "
				 "table has the name of the error" },
	[COL_ERR] = { "ERR", "err", 3, COLUMN_ERRNO, .hidden = true, .metric = METRIC_ERRNO,
		      .about = "errno(3), such as 28 for a full disk; 0 if the operation succeeded" },
	[COL_ERROR_NAME] = { "ERROR", "error_name", -12, COLUMN_STRING, .hidden = true,
			     .optional = true, .pattern = "^E[A-Z0-9]+$",
			     .about = "Name of that error, such as ENOENT; absent if nothing failed" },
	[COL_OFFSET] = { "OFF_KB", "offset_bytes", -8, COLUMN_KB, .optional = true,
			 .about = "Where in the file the operation began; absent for an open and "
				  "for the fsync of a whole file" },
	[COL_LATENCY] = { "LAT(ms)", "latency_ns", 7, COLUMN_NS, .metric = METRIC_SECONDS,
			  .about = "Time the operation took" },
	[COL_FS] = { "FS", "fs", -8, COLUMN_STRING, .metric = METRIC_LABEL,
		     .about = "Type of the file system; in the table only if several may appear" },
	[COL_TRUNCATED] = { "TRUNCATED", "truncated", 1, COLUMN_BOOL, .hidden = true,
			    .about = "Whether the path is truncated" },
	[COL_FILE] = { "FILENAME", "file", -40, COLUMN_STRING,
		       .about = "Path of the file as the process sees it; begins with (unreachable) "
				"if it is not below the root of the process, with ... if it is "
				"truncated; ends with \" (deleted)\" if the file was deleted" },
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "An operation that took at least the given time; time is when it ended.  "
		 "ext4slower, xfsslower and btrfsslower print the same",
};

/* With --csv a line is one column. */
static struct column csv_column[] = {
	{ "ENDTIME_ns,TASK,PID,TYPE,BYTES,OFFSET_b,LATENCY_us,FILE", "csv", 0, COLUMN_STRING },
};

static const struct table csv_table = {
	.type = "event", .kind = TABLE_TASK, .columns = csv_column, .n = 1,
};

#endif /* FSSLOWER_COLUMNS_H */
