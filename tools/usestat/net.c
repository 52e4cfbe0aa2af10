// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TCP, UDP and IP of each network namespace: /proc/net. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

static const struct field fields[] = {
	[NET_TCP_OUT]	     = { "tcp_out_segments", FIELD_COUNTER, "Tcp:OutSegs",
				 .about = "TCP segments sent, without retransmissions" },
	[NET_TCP_RETRANS]    = { "tcp_retransmits", FIELD_COUNTER, "Tcp:RetransSegs",
				 .about = "TCP segments sent again" },
	[NET_TCP_IN_ERRORS]  = { "tcp_in_errors", FIELD_COUNTER, "Tcp:InErrs",
				 .about = "TCP segments received with an error" },
	[NET_TCP_OUT_RESETS] = { "tcp_resets_sent", FIELD_COUNTER, "Tcp:OutRsts",
				 .about = "TCP resets sent" },
	[NET_TCP_RESETS]     = { "tcp_established_resets", FIELD_COUNTER, "Tcp:EstabResets",
				 .about = "Established connections that were reset" },
	[NET_TCP_FAILS]	     = { "tcp_attempt_failures", FIELD_COUNTER, "Tcp:AttemptFails",
				 .about = "Connection attempts that failed, on either side" },
	[NET_TCP_ACTIVE]     = { "tcp_active_opens", FIELD_COUNTER, "Tcp:ActiveOpens",
				 .about = "Connections opened" },
	[NET_TCP_PASSIVE]    = { "tcp_passive_opens", FIELD_COUNTER, "Tcp:PassiveOpens",
				 .about = "Connections accepted" },
	[NET_TCP_ESTABLISHED] = { "tcp_established", FIELD_GAUGE, "Tcp:CurrEstab",
				  .about = "Established connections" },
	[NET_UDP_IN]	     = { "udp_in_datagrams", FIELD_COUNTER, "Udp:InDatagrams",
				 .about = "UDP datagrams delivered, IPv4" },
	[NET_UDP_OUT]	     = { "udp_out_datagrams", FIELD_COUNTER, "Udp:OutDatagrams",
				 .about = "UDP datagrams sent, IPv4" },
	[NET_UDP_NO_PORT]    = { "udp_no_port", FIELD_COUNTER, "Udp:NoPorts",
				 .about = "Datagrams to a port that nothing listens on" },
	[NET_UDP_IN_ERRORS]  = { "udp_in_errors", FIELD_COUNTER, "Udp:InErrors",
				 .about = "Datagrams not delivered, for any reason" },
	[NET_UDP_RCVBUF]     = { "udp_receive_buffer_errors", FIELD_COUNTER, "Udp:RcvbufErrors",
				 .about = "Datagrams dropped because the socket's buffer was "
					  "full" },
	[NET_UDP_SNDBUF]     = { "udp_send_buffer_errors", FIELD_COUNTER, "Udp:SndbufErrors",
				 .about = "Datagrams not sent because there were no buffers" },
	[NET_IP_IN]	     = { "ip_in_packets", FIELD_COUNTER, "Ip:InReceives",
				 .about = "IPv4 packets received" },
	[NET_IP_IN_DISCARDS] = { "ip_in_discards", FIELD_COUNTER, "Ip:InDiscards",
				 .about = "IPv4 packets received and discarded" },
	[NET_IP_OUT_DISCARDS] = { "ip_out_discards", FIELD_COUNTER, "Ip:OutDiscards",
				  .about = "IPv4 packets not sent" },
	[NET_IP_NO_ROUTES]   = { "ip_out_no_routes", FIELD_COUNTER, "Ip:OutNoRoutes",
				 .about = "IPv4 packets not sent because there was no route" },
	[NET_IP_REASM_FAILS] = { "ip_reassembly_failures", FIELD_COUNTER, "Ip:ReasmFails",
				 .about = "Fragments that could not be put together" },
	[NET_IP_FRAG_FAILS]  = { "ip_fragmentation_failures", FIELD_COUNTER, "Ip:FragFails",
				 .about = "Packets that could not be fragmented" },
	[NET_LISTEN_OVERFLOWS] = { "tcp_listen_overflows", FIELD_COUNTER, "TcpExt:ListenOverflows",
				   .about = "Connections that an accept queue had no room for" },
	[NET_LISTEN_DROPS]   = { "tcp_listen_drops", FIELD_COUNTER, "TcpExt:ListenDrops",
				 .about = "SYNs and connections that a listener dropped, for "
					  "any reason" },
	[NET_REQ_FULL_DROPS] = { "tcp_request_queue_drops", FIELD_COUNTER, "TcpExt:TCPReqQFullDrop",
				 .about = "SYNs dropped because the SYN queue was full" },
	[NET_REQ_FULL_COOKIES] = { "tcp_request_queue_cookies", FIELD_COUNTER, "TcpExt:TCPReqQFullDoCookies",
				   .about = "SYNs answered with a cookie because the SYN queue "
					    "was full" },
	[NET_COOKIES_SENT]   = { "tcp_syn_cookies_sent", FIELD_COUNTER, "TcpExt:SyncookiesSent",
				 .about = "SYN cookies sent" },
	[NET_SYN_RETRANS]    = { "tcp_syn_retransmits", FIELD_COUNTER, "TcpExt:TCPSynRetrans",
				 .about = "SYNs and SYN-ACKs sent again" },
	[NET_TIMEOUTS]	     = { "tcp_timeouts", FIELD_COUNTER, "TcpExt:TCPTimeouts",
				 .about = "Retransmission timeouts" },
	[NET_FAST_RETRANS]   = { "tcp_fast_retransmits", FIELD_COUNTER, "TcpExt:TCPFastRetrans",
				 .about = "Fast retransmits" },
	[NET_ABORT_MEMORY]   = { "tcp_aborts_on_memory", FIELD_COUNTER, "TcpExt:TCPAbortOnMemory",
				 .about = "Connections aborted because there was no memory" },
	[NET_MEMORY_PRESSURES] = { "tcp_memory_pressures", FIELD_COUNTER, "TcpExt:TCPMemoryPressures",
				   .about = "Times that TCP entered memory pressure" },
	[NET_TW_OVERFLOWS]   = { "tcp_time_wait_overflows", FIELD_COUNTER, "TcpExt:TCPTimeWaitOverflow",
				 .about = "Connections that skipped TIME_WAIT because there "
					  "were too many" },
	[NET_BACKLOG_DROPS]  = { "tcp_backlog_drops", FIELD_COUNTER, "TcpExt:TCPBacklogDrop",
				 .about = "Segments dropped because the backlog of a busy "
					  "socket was full" },
	[NET_RCVQ_DROPS]     = { "tcp_receive_queue_drops", FIELD_COUNTER, "TcpExt:TCPRcvQDrop",
				 .about = "Segments dropped because a receive queue was full" },
	[NET_UDP6_IN]	     = { "udp6_in_datagrams", FIELD_COUNTER, "Udp6InDatagrams",
				 .about = "UDP datagrams delivered, IPv6" },
	[NET_UDP6_OUT]	     = { "udp6_out_datagrams", FIELD_COUNTER, "Udp6OutDatagrams",
				 .about = "UDP datagrams sent, IPv6" },
	[NET_UDP6_IN_ERRORS] = { "udp6_in_errors", FIELD_COUNTER, "Udp6InErrors",
				 .about = "Datagrams not delivered, for any reason, IPv6" },
	[NET_UDP6_RCVBUF]    = { "udp6_receive_buffer_errors", FIELD_COUNTER, "Udp6RcvbufErrors",
				 .about = "Datagrams dropped because the socket's buffer was "
					  "full, IPv6" },
	[NET_UDP6_SNDBUF]    = { "udp6_send_buffer_errors", FIELD_COUNTER, "Udp6SndbufErrors",
				 .about = "Datagrams not sent because there were no buffers, "
					  "IPv6" },
	[NET_TCP_SOCKETS]    = { "tcp_sockets", FIELD_GAUGE,
				 .about = "TCP sockets, IPv4 and IPv6" },
	[NET_TCP_ORPHANS]    = { "tcp_orphans", FIELD_GAUGE,
				 .about = "TCP connections that no process has open, of the "
					  "whole machine" },
	[NET_TCP_TIME_WAIT]  = { "tcp_time_wait", FIELD_GAUGE,
				 .about = "Connections in TIME_WAIT" },
	[NET_TCP_MEMORY]     = { "tcp_memory_bytes", FIELD_GAUGE,
				 .about = "Memory of TCP's buffers, of the whole machine" },
	[NET_UDP_SOCKETS]    = { "udp_sockets", FIELD_GAUGE,
				 .about = "UDP sockets, IPv4 and IPv6" },
	[NET_TCP_MEMORY_MAX] = { "tcp_memory_max_bytes", FIELD_GAUGE,
				 .about = "Limit of tcp_memory_bytes" },
	[NET_ORPHANS_MAX]    = { "tcp_orphans_max", FIELD_GAUGE, "ipv4/tcp_max_orphans",
				 .about = "Limit of tcp_orphans" },
	[NET_TIME_WAIT_MAX]  = { "tcp_time_wait_max", FIELD_GAUGE, "ipv4/tcp_max_tw_buckets",
				 .about = "Limit of tcp_time_wait" },
	[NET_LOCAL_PORTS]    = { "local_ports", FIELD_GAUGE,
				 .about = "Ports available for connections to one address and "
					  "port" },
	[NET_CONNTRACK]	     = { "conntrack_entries", FIELD_GAUGE,
				 .about = "Connections that conntrack tracks; absent if it is "
					  "not in use" },
	[NET_CONNTRACK_MAX]  = { "conntrack_max", FIELD_GAUGE, "netfilter/nf_conntrack_max",
				 .about = "Limit of conntrack_entries" },
	[NET_CONNTRACK_DROPS] = { "conntrack_drops", FIELD_COUNTER,
				  .about = "Packets dropped because the conntrack table was "
					   "full, and entries evicted early" },
	[NET_CONNTRACK_FAILS] = { "conntrack_insert_failures", FIELD_COUNTER,
				  .about = "Entries that could not be inserted into the "
					   "conntrack table" },
	[NET_NEIGHBOURS]     = { "neighbours", FIELD_GAUGE,
				 .about = "Entries of the IPv4 neighbour table, of the whole "
					  "machine" },
	[NET_NEIGHBOURS_MAX] = { "neighbours_max", FIELD_GAUGE, "ipv4/neigh/default/gc_thresh3",
				 .about = "Limit of neighbours" },
	[NET_NEIGHBOUR_OVERFLOWS] = { "neighbour_table_overflows", FIELD_COUNTER,
				      .about = "Times that the neighbour table was full" },
};

static const struct field keys[] = {
	{ "pid", FIELD_ID, .about = "A process in this namespace" },
	{ "comm", FIELD_COMM, .about = "Its name" },
	CGROUP_KEYS,
};

static const struct record_type type = {
	.name = "net",
	.about = "A network namespace: usestat's own, and in detailed samples those of "
		 "processes.  From /proc/PID/net: snmp, netstat, snmp6, sockstat, stat; and "
		 "/proc/sys/net",
	.object = "host for usestat's own, otherwise the inode number of the namespace, as in "
		  "/proc/PID/ns/net",
	.interval = true,
	.fields = fields, .n = NET_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct set net_set = {
	.type = &type, .size = sizeof(struct net),
};

/* Put the fields of one protocol, from a line of names and a line of numbers. */
static void parse_pair(struct object *o, char *names, char *numbers)
{
	char *group = word_next(&names), *name, *number, full[64];

	if (!group)
		return;
	word_next(&numbers);
	while ((name = word_next(&names)) && (number = word_next(&numbers))) {
		__u64 v;

		snprintf(full, sizeof(full), "%s%s", group, name);
		if (word_number(number, 10, &v))	/* MaxConn is -1 */
			object_named(&net_set, o, full, v);
	}
}

/* snmp and netstat consist of pairs of lines with the same prefix. */
static void parse_pairs(struct object *o, char *text)
{
	char *names, *numbers;

	while ((names = line_next(&text)) && (numbers = line_next(&text))) {
		size_t len = strcspn(names, ":");

		if (strncmp(names, numbers, len + 1) != 0)
			return;			/* damaged: do not use the rest */
		parse_pair(o, names, numbers);
	}
}

/* "TCP: inuse 27 orphan 0 tw 3 alloc 30 mem 2": pages of memory */
static void parse_sockstat(struct object *o, char *text)
{
	static const struct {
		const char *group, *name;
		int field;
	} known[] = {
		{ "TCP:", "inuse", NET_TCP_SOCKETS }, { "TCP6:", "inuse", NET_TCP_SOCKETS },
		{ "TCP:", "orphan", NET_TCP_ORPHANS }, { "TCP:", "tw", NET_TCP_TIME_WAIT },
		{ "TCP:", "mem", NET_TCP_MEMORY }, { "UDP:", "inuse", NET_UDP_SOCKETS },
		{ "UDP6:", "inuse", NET_UDP_SOCKETS },
	};
	char *line;

	while ((line = line_next(&text))) {
		char *group = word_next(&line), *name;
		__u64 v;

		while (group && (name = word_next(&line)) && number_next(&line, &v))
			for (size_t i = 0; i < ARRAY_SIZE(known); i++)
				if (strcmp(group, known[i].group) == 0 &&
				    strcmp(name, known[i].name) == 0)
					object_add(o, known[i].field,
						   known[i].field == NET_TCP_MEMORY ?
						   v * sysconf(_SC_PAGESIZE) : v);
	}
}

/* A line of names and one line of hexadecimal numbers per CPU: add up the column @name. */
static bool sum_column(const char *text, const char *name, __u64 *sum)
{
	char *copy = strdup(text), *rest = copy, *line = line_next(&rest), *word;
	int column = -1, i = 0;
	bool found;

	*sum = 0;
	while (line && column < 0 && (word = word_next(&line))) {
		if (strcmp(word, name) == 0)
			column = i;
		i++;
	}
	found = column >= 0;
	while (found && (line = line_next(&rest))) {
		__u64 v;

		for (i = 0; i < column; i++)
			word_next(&line);
		if (word_number(word_next(&line), 16, &v))
			*sum += v;
	}
	free(copy);
	return found;
}

/* Every line has the number of entries of the whole table. */
static bool first_entry(const char *text, __u64 *v)
{
	char *copy = strdup(text), *rest = copy;
	bool found;

	line_next(&rest);
	found = rest && word_number(word_next(&rest), 16, v);
	free(copy);
	return found;
}

static struct source conntrack_file = { "/proc/net/stat/nf_conntrack" },
	neighbour_file = { "/proc/net/stat/arp_cache" },
	ports_file = { "/proc/sys/net/ipv4/ip_local_port_range", true },
	tcp_mem_file = { "/proc/sys/net/ipv4/tcp_mem", true }, sysctls[NET_FIELDS];

static void parse_conntrack(struct object *o, const char *text)
{
	__u64 v, early;

	if (text && sum_column(text, "drop", &v) && sum_column(text, "early_drop", &early))
		object_put(o, NET_CONNTRACK_DROPS, v + early);
	if (text && sum_column(text, "insert_failed", &v))
		object_put(o, NET_CONNTRACK_FAILS, v);
	if (text && first_entry(text, &v))
		object_put(o, NET_CONNTRACK, v);
}

/* The neighbour table belongs to the machine; only the initial namespace sees its limit. */
static void look_tables(struct object *o)
{
	char *text = source_read(&conntrack_file);
	__u64 v;

	if (text)
		parse_conntrack(o, text);
	text = source_read(&neighbour_file);
	if (text && first_entry(text, &v))
		object_put(o, NET_NEIGHBOURS, v);
	if (text && sum_column(text, "table_fulls", &v))
		object_put(o, NET_NEIGHBOUR_OVERFLOWS, v);
}

static void parse_ports(struct object *o, char *text)
{
	__u64 first, last;

	if (text && number_next(&text, &first) && number_next(&text, &last) && last >= first)
		object_put(o, NET_LOCAL_PORTS, last - first + 1);
}

/* Limits of another namespace, in it. */
static void look_other_limits(struct usestat *u, const struct netns *ns)
{
	struct object *o;
	char name[24];
	__u64 v;

	snprintf(name, sizeof(name), "%llu", ns->inode);
	o = set_find(&net_set, name);
	if (!o)
		return;
	parse_ports(o, source_text("/proc/sys/net/ipv4/ip_local_port_range"));
	if (source_number(&v, 10, "/proc/sys/net/ipv4/tcp_max_tw_buckets"))
		object_put(o, NET_TIME_WAIT_MAX, v);
	if (source_number(&v, 10, "/proc/sys/net/netfilter/nf_conntrack_max"))
		object_put(o, NET_CONNTRACK_MAX, v);
}

/* Limits of usestat's own namespace. */
static void look_limits(struct object *o)
{
	char *text;
	__u64 v;

	parse_ports(o, source_read(&ports_file));
	text = source_read(&tcp_mem_file);
	if (text && number_next(&text, &v) && number_next(&text, &v) && number_next(&text, &v))
		object_put(o, NET_TCP_MEMORY_MAX, v * sysconf(_SC_PAGESIZE));
	object_files(&net_set, o, "/proc/sys/net", sysctls);
}

static void look_own(struct usestat *u)
{
	static struct {
		struct source file;
		void (*parse)(struct object *o, char *text);
	} files[] = {
		{ { "/proc/net/snmp" }, parse_pairs }, { { "/proc/net/netstat" }, parse_pairs },
		{ { "/proc/net/sockstat" }, parse_sockstat },
		{ { "/proc/net/sockstat6" }, parse_sockstat },
	};
	static struct source snmp6 = { "/proc/net/snmp6" };
	struct object *o = set_look(&net_set, "host", 0, u->ns);
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		text = source_read(&files[i].file);
		if (text)
			files[i].parse(o, text);
		else if (!strchr(files[i].file.path, '6'))
			missing("TCP, UDP and IP", missing_why(errno), "mount /proc");
	}
	text = source_read(&snmp6);
	if (text)
		object_lines(&net_set, o, text);
	look_tables(o);
	look_limits(o);
}

/* Read another namespace through the /proc/PID/net of a process in it. */
static void look_other(struct usestat *u, const struct netns *ns)
{
	char name[24], *text = source_text("/proc/%d/net/snmp", ns->pid);
	struct object *o;

	if (!text)
		return;
	snprintf(name, sizeof(name), "%llu", ns->inode);
	o = set_look(&net_set, name, ns->inode, u->ns);
	((struct net *)o)->ns = ns;
	parse_pairs(o, text);
	text = source_text("/proc/%d/net/netstat", ns->pid);
	if (text)
		parse_pairs(o, text);
	text = source_text("/proc/%d/net/snmp6", ns->pid);
	if (text)
		object_lines(&net_set, o, text);
	text = source_text("/proc/%d/net/sockstat", ns->pid);
	if (text)
		parse_sockstat(o, text);
	text = source_text("/proc/%d/net/sockstat6", ns->pid);
	if (text)
		parse_sockstat(o, text);
	text = source_text("/proc/%d/net/stat/nf_conntrack", ns->pid);
	if (text)
		parse_conntrack(o, text);
}

static void look(struct usestat *u)
{
	const struct netns *ns;

	look_own(u);
	if (!u->detail)
		return;
	for (size_t i = 0; (ns = process_netns(i)); i++)
		look_other(u, ns);
	netns_each(u, look_other_limits);
	set_sweep(&net_set, u->ns);
}

const struct subject net_subject = {
	"net", false, look, net_records, net_rows, { &type },
};
