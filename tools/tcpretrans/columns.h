/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of tcpretrans. */
#ifndef TCPRETRANS_COLUMNS_H
#define TCPRETRANS_COLUMNS_H

#include "output/column.h"

enum {
	COL_UID, COL_PID, COL_FAMILY, COL_LOCAL, COL_LPORT, COL_KIND, COL_REMOTE, COL_RPORT,
	COL_STATE, COL_SEQ, COL_BYTES, COL_SEGMENTS, COL_COMM, COL_NETNS,
};

static struct column columns[] = {
	[COL_UID] = { "UID", "uid", -6, COLUMN_ID, .hidden = true,
		      .about = "User the socket belongs to" },
	[COL_PID] = { "PID", "pid", -6, COLUMN_ID, .optional = true,
		      .about = "Process that has the socket open, the first found of several; absent "
			       "if there is none" },
	[COL_FAMILY] = { "IP", "family", -2, COLUMN_FAMILY, .metric = METRIC_LABEL,
			 .about = "4, also for IPv4 mapped into IPv6, or 6" },
	[COL_LOCAL] = { "LADDR:LPORT", "laddr", -17, COLUMN_ADDRESS,
			.about = "Local address; in the table with the port" },
	[COL_LPORT] = { "LPORT", "lport", -5, COLUMN_PORT, .hidden = true, .about = "Local port" },
	[COL_KIND] = { "T>", "kind", 2, COLUMN_STRING, .metric = METRIC_LABEL,
		       .values = "retransmit probe syn synack",
		       .about = "Kind: a segment considered lost, a tail loss probe (with -l), "
				"or the SYN or SYN-ACK of a handshake; in the table R, L, S or A" },
	[COL_REMOTE] = { "RADDR:RPORT", "raddr", -17, COLUMN_ADDRESS,
			 .about = "Remote address; in the table with the port" },
	[COL_RPORT] = { "RPORT", "rport", -5, COLUMN_PORT, .hidden = true, .about = "Remote port" },
	[COL_STATE] = { "STATE", "state", -11, COLUMN_STRING, .metric = METRIC_LABEL,
			.pattern = "^[A-Z_]+[12]?$",
			.about = "State of the connection, as in tcp(7)" },
	[COL_SEQ] = { "SEQ", "seq", -10, COLUMN_ID, .hidden = true,
		      .about = "Sequence number of the first byte, as in the packet" },
	[COL_BYTES] = { "BYTES", "bytes", 6, COLUMN_BYTES, .hidden = true, .metric = METRIC_TOTAL,
			.about = "Bytes of sequence space: of data, and one for a SYN or FIN" },
	[COL_SEGMENTS] = { "SEGS", "segments", 4, COLUMN_COUNT, .hidden = true,
			   .metric = METRIC_TOTAL,
			   .about = "Segments; the kernel may send several as one packet, which the "
				    "network card splits" },
	[COL_COMM] = { "COMM", "comm", -12, COLUMN_COMM, .optional = true,
		       .about = "Name of that process; absent like pid" },
	[COL_NETNS] = { "NETNS", "netns", -10, COLUMN_ID, .hidden = true,
			.about = "Network namespace: its inode number, as in /proc/PID/ns/net" },
};

enum {
	COUNT_FAMILY, COUNT_LOCAL, COUNT_LPORT, COUNT_REMOTE, COUNT_RPORT, COUNT_RETRANSMITS,
	COUNT_NETNS,
};

static struct column count_columns[] = {
	[COUNT_FAMILY] = { "IP", "family", -2, COLUMN_FAMILY, .hidden = true,
			   .metric = METRIC_LABEL,
			   .about = "4, also for IPv4 mapped into IPv6, or 6" },
	[COUNT_LOCAL] = { "LADDR:LPORT", "laddr", -25, COLUMN_ADDRESS,
			  .about = "Local address; in the table with the port" },
	[COUNT_LPORT] = { "LPORT", "lport", -5, COLUMN_PORT, .hidden = true,
			  .about = "Local port" },
	[COUNT_REMOTE] = { "RADDR:RPORT", "raddr", -25, COLUMN_ADDRESS,
			   .about = "Remote address; in the table with the port" },
	[COUNT_RPORT] = { "RPORT", "rport", -5, COLUMN_PORT, .hidden = true,
			  .about = "Remote port" },
	[COUNT_RETRANSMITS] = { "RETRANSMITS", "retransmits", -11, COLUMN_COUNT,
				.metric = METRIC_TOTAL,
				.about = "Segments of all kinds; probes with -l" },
	[COUNT_NETNS] = { "NETNS", "netns", -10, COLUMN_ID, .hidden = true,
			  .about = "Network namespace: its inode number, as in /proc/PID/ns/net" },
};

static const struct table count_table = {
	.type = "row", .kind = TABLE_PLAIN, .columns = count_columns,
	.n = ARRAY_SIZE(count_columns),
	.about = "With --count, at the end: segments retransmitted, by connection",
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "Segments retransmitted as one packet.  pid and comm are those of the process "
		 "that has the socket open, cgroup is that of the socket",
	.other = &count_table,
};

#endif /* TCPRETRANS_COLUMNS_H */
