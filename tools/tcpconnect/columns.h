/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of tcpconnect. */
#ifndef TCPCONNECT_COLUMNS_H
#define TCPCONNECT_COLUMNS_H

#include "output/column.h"

enum {
	COL_UID, COL_PID, COL_TID, COL_COMM, COL_FAMILY, COL_SADDR, COL_DADDR, COL_SPORT,
	COL_DPORT, COL_QUERY, COL_QUERY_AGE, COL_RESULT, COL_ERRNO, COL_ERROR_NAME,
	COL_LATENCY, COL_NETNS,
};

static struct column columns[] = {
	[COL_UID] = { "UID", "uid", -6, COLUMN_ID, .hidden = true,
		      .about = "User the task runs as" },
	[COL_PID] = { "PID", "pid", -6, COLUMN_ID, .optional = true, .about = "Process" },
	[COL_TID] = { "TID", "tid", -7, COLUMN_ID, .optional = true, .hidden = true, .about = "Thread" },
	[COL_COMM] = { "COMM", "comm", -12, COLUMN_COMM,
		       .about = "Name of the thread; for a worker of io_uring that of its process" },
	[COL_FAMILY] = { "IP", "family", -2, COLUMN_FAMILY, .metric = METRIC_LABEL,
			 .about = "4, also for IPv4 mapped into IPv6, or 6" },
	[COL_SADDR] = { "SADDR", "saddr", -15, COLUMN_ADDRESS, .about = "Source address" },
	[COL_DADDR] = { "DADDR", "daddr", -15, COLUMN_ADDRESS, .about = "Destination address" },
	[COL_SPORT] = { "SPORT", "sport", -5, COLUMN_PORT, .hidden = true, .optional = true,
			.about = "Source port; absent if the attempt failed before it had one" },
	[COL_DPORT] = { "DPORT", "dport", -5, COLUMN_PORT, .about = "Destination port" },
	[COL_QUERY] = { "QUERY", "query", -24, COLUMN_STRING, .hidden = true, .optional = true,
			.about = "With --dns: the name asked for in the last DNS answer that held "
				 "daddr; absent if there was none" },
	[COL_QUERY_AGE] = { "AGE(ms)", "query_age_ns", 9, COLUMN_NS, .hidden = true,
			    .optional = true,
			    .about = "Time from that answer to the attempt; absent if there was "
				     "none" },
	[COL_RESULT] = { "RESULT", "result", -11, COLUMN_STRING, .metric = METRIC_LABEL,
			 .about = "established, waiting, aborted, refused, timeout, unreachable, "
				  "reset, unknown, or the name of another errno" },
	[COL_ERRNO] = { "ERRNO", "errno", 5, COLUMN_ERRNO, .hidden = true, .optional = true,
			.about = "errno(3) of a failed attempt, such as 111 if it was refused; absent "
				 "if it did not fail" },
	[COL_ERROR_NAME] = { "ERROR", "error_name", -12, COLUMN_STRING, .hidden = true,
			     .optional = true, .pattern = "^E[A-Z0-9]+$",
			     .about = "Name of that error, such as ENOENT; absent if nothing failed" },
	[COL_LATENCY] = { "LAT(ms)", "latency_ns", 7, COLUMN_NS, .optional = true,
			  .metric = METRIC_SECONDS,
			  .about = "Time from the beginning of the attempt to the answer or error; "
				   "absent if unknown, or if there is none yet" },
	[COL_NETNS] = { "NETNS", "netns", -10, COLUMN_ID, .hidden = true,
			.about = "Network namespace: its inode number, as in /proc/PID/ns/net" },
};

enum { COUNT_FAMILY, COUNT_SADDR, COUNT_DADDR, COUNT_SPORT, COUNT_DPORT, COUNT_CONNECTS };

static struct column count_columns[] = {
	[COUNT_FAMILY] = { "IP", "family", -2, COLUMN_FAMILY, .hidden = true, .optional = true,
			   .metric = METRIC_LABEL,
			   .about = "4, also for IPv4 mapped into IPv6, or 6" },
	[COUNT_SADDR] = { "LADDR", "saddr", -25, COLUMN_ADDRESS, .about = "Source address" },
	[COUNT_DADDR] = { "RADDR", "daddr", -25, COLUMN_ADDRESS, .about = "Destination address" },
	[COUNT_SPORT] = { "LPORT", "sport", -20, COLUMN_PORT, .hidden = true, .optional = true,
			  .about = "Source port, with --source-port" },
	[COUNT_DPORT] = { "RPORT", "dport", -20, COLUMN_PORT, .about = "Destination port" },
	[COUNT_CONNECTS] = { "CONNECTS", "connects", -8, COLUMN_COUNT, .metric = METRIC_TOTAL,
			     .about = "Number of attempts, whatever their result" },
};

static const struct table count_table = {
	.type = "row", .kind = TABLE_PLAIN, .columns = count_columns,
	.n = ARRAY_SIZE(count_columns),
	.about = "With --count, at the end: attempts with the same addresses and ports",
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "An attempt to connect; time is when it began.  An attempt that waits for over a "
		 "second has two records, the first with the result waiting",
	.other = &count_table,
};

#endif /* TCPCONNECT_COLUMNS_H */
