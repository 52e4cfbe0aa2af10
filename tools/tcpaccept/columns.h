/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of tcpaccept. */
#ifndef TCPACCEPT_COLUMNS_H
#define TCPACCEPT_COLUMNS_H

#include "output/column.h"

enum {
	COL_UID, COL_PID, COL_TID, COL_COMM, COL_FAMILY, COL_RADDR, COL_RPORT, COL_LADDR,
	COL_LPORT, COL_QUEUE, COL_NETNS,
};

static struct column columns[] = {
	[COL_UID] = { "UID", "uid", -6, COLUMN_ID, .hidden = true,
		      .about = "User the task runs as" },
	[COL_PID] = { "PID", "pid", -7, COLUMN_ID, .optional = true,
		      .about = "Process that accepted the connection" },
	[COL_TID] = { "TID", "tid", -7, COLUMN_ID, .optional = true, .hidden = true, .about = "Thread" },
	[COL_COMM] = { "COMM", "comm", -12, COLUMN_COMM, .about = "Name of the thread" },
	[COL_FAMILY] = { "IP", "family", -2, COLUMN_FAMILY, .metric = METRIC_LABEL,
			 .about = "4, also for IPv4 mapped into IPv6, or 6" },
	[COL_RADDR] = { "RADDR", "raddr", -15, COLUMN_ADDRESS, .about = "Remote address" },
	[COL_RPORT] = { "RPORT", "rport", -5, COLUMN_PORT, .about = "Remote port" },
	[COL_LADDR] = { "LADDR", "laddr", -15, COLUMN_ADDRESS, .about = "Local address" },
	[COL_LPORT] = { "LPORT", "lport", -5, COLUMN_PORT, .metric = METRIC_LABEL,
			.about = "Local port" },
	[COL_QUEUE] = { "QUEUE(ms)", "queue_ns", 9, COLUMN_NS, .optional = true,
			.metric = METRIC_SECONDS,
			.about = "Time from the end of the handshake until accept returned, in steps "
				 "of 1000; absent if unknown" },
	[COL_NETNS] = { "NETNS", "netns", -10, COLUMN_ID, .hidden = true,
			.about = "Network namespace: its inode number, as in /proc/PID/ns/net" },
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "An accepted connection; time is when accept returned",
};

#endif /* TCPACCEPT_COLUMNS_H */
