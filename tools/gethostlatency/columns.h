/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of gethostlatency. */
#ifndef GETHOSTLATENCY_COLUMNS_H
#define GETHOSTLATENCY_COLUMNS_H

#include <limits.h>
#include "output/column.h"

enum { COL_UID, COL_PID, COL_TID, COL_COMM, COL_LATENCY, COL_CALL, COL_TRUNCATED, COL_HOST,
       COL_RESULT, COL_ERROR };

static struct column columns[] = {
	[COL_UID] = { "UID", "uid", -7, COLUMN_ID, .hidden = true,
		      .about = "User the task runs as" },
	[COL_PID] = { "PID", "pid", -7, COLUMN_ID, .optional = true, .about = "Process" },
	[COL_TID] = { "TID", "tid", -7, COLUMN_ID, .optional = true, .hidden = true, .about = "Thread" },
	[COL_COMM] = { "COMM", "comm", -12, COLUMN_COMM, .about = "Name of the thread" },
	[COL_LATENCY] = { "LATms", "latency_ns", -8, COLUMN_NS, .metric = METRIC_SECONDS,
			  .about = "Time the call took; if the result is waiting, up to the end of "
				   "the run" },
	[COL_CALL] = { "CALL", "call", -16, COLUMN_STRING, .hidden = true, .metric = METRIC_LABEL,
		       .values = "getaddrinfo gethostbyname gethostbyname2 gethostbyname_r "
				 "gethostbyname2_r",
		       .about = "The function called" },
	[COL_TRUNCATED] = { "TRUNCATED", "truncated", 1, COLUMN_BOOL, .hidden = true,
			    .about = "Whether host is truncated, at 255 bytes" },
	[COL_HOST] = { "HOST", "host", -22, COLUMN_STRING, .optional = true,
		       .about = "The name as it was passed; absent if it could not be read" },
	[COL_RESULT] = { "RESULT", "result", -16, COLUMN_STRING, .metric = METRIC_LABEL,
			 .about = "ok; waiting if the call had not returned when the tool stopped; for "
				  "getaddrinfo EAI_NONAME and so on; for the other functions HOST_NOT_FOUND and "
				  "so on, or the name of an errno; failed if unknown" },
	[COL_ERROR] = { "ERROR", "error", 5, COLUMN_INT, .hidden = true, .optional = true,
			.min = INT_MIN, .max = INT_MAX,
			.about = "The result as a number: what getaddrinfo returned, or h_errno; 0 "
				 "if ok, absent if unknown or waiting" },
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "A lookup; time is when it ended.  Those that have not ended when the tool stops "
		 "come last",
};

#endif /* GETHOSTLATENCY_COLUMNS_H */
