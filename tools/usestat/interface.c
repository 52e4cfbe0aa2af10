// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Network interfaces and their queues, by rtnetlink. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/gen_stats.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "netlink.h"
#include "interface.h"

static const struct field fields[] = {
	[IF_RX_PACKETS]	= { "rx_packets", FIELD_COUNTER, .about = "Packets received" },
	[IF_TX_PACKETS]	= { "tx_packets", FIELD_COUNTER, .about = "Packets sent" },
	[IF_RX_BYTES]	= { "rx_bytes", FIELD_COUNTER, .about = "Bytes received" },
	[IF_TX_BYTES]	= { "tx_bytes", FIELD_COUNTER, .about = "Bytes sent" },
	[IF_RX_ERRORS]	= { "rx_errors", FIELD_COUNTER,
			    .about = "Packets received with an error of any kind" },
	[IF_TX_ERRORS]	= { "tx_errors", FIELD_COUNTER,
			    .about = "Packets not sent because of an error of any kind" },
	[IF_RX_DROPPED]	= { "rx_dropped", FIELD_COUNTER,
			    .about = "Packets received and dropped, also those of a protocol "
				     "that nothing listens to" },
	[IF_TX_DROPPED]	= { "tx_dropped", FIELD_COUNTER,
			    .about = "Packets dropped before they were sent" },
	[IF_MULTICAST]	= { "rx_multicast", FIELD_COUNTER, .about = "Multicast packets received" },
	[IF_COLLISIONS]	= { "collisions", FIELD_COUNTER, .about = "Collisions" },
	[IF_RX_LENGTH]	= { "rx_length_errors", FIELD_COUNTER,
			    .about = "Packets received with a wrong length" },
	[IF_RX_OVER]	= { "rx_over_errors", FIELD_COUNTER,
			    .about = "Packets lost because the receiver had no room" },
	[IF_RX_CRC]	= { "rx_crc_errors", FIELD_COUNTER,
			    .about = "Packets received with a wrong checksum: cable, port or "
				     "transceiver" },
	[IF_RX_FRAME]	= { "rx_frame_errors", FIELD_COUNTER,
			    .about = "Packets received with a framing error" },
	[IF_RX_FIFO]	= { "rx_fifo_errors", FIELD_COUNTER,
			    .about = "Packets lost because a queue of the device was full" },
	[IF_RX_MISSED]	= { "rx_missed", FIELD_COUNTER,
			    .about = "Packets lost because the host was too slow" },
	[IF_TX_ABORTED]	= { "tx_aborted_errors", FIELD_COUNTER,
			    .about = "Packets not sent because the transmission was aborted" },
	[IF_TX_CARRIER]	= { "tx_carrier_errors", FIELD_COUNTER,
			    .about = "Packets not sent because there was no carrier" },
	[IF_TX_FIFO]	= { "tx_fifo_errors", FIELD_COUNTER,
			    .about = "Packets not sent because the queue of the device ran "
				     "empty or full" },
	[IF_TX_HEARTBEAT] = { "tx_heartbeat_errors", FIELD_COUNTER,
			      .about = "Packets not sent because there was no heartbeat" },
	[IF_TX_WINDOW]	= { "tx_window_errors", FIELD_COUNTER,
			    .about = "Packets not sent because of a late collision" },
	[IF_RX_COMPRESSED] = { "rx_compressed", FIELD_COUNTER,
			       .about = "Compressed packets received" },
	[IF_TX_COMPRESSED] = { "tx_compressed", FIELD_COUNTER, .about = "Compressed packets sent" },
	[IF_RX_NOHANDLER] = { "rx_no_handler", FIELD_COUNTER,
			      .about = "Packets received by an inactive port of a bond or team "
				       "(v4.6)" },
	[IF_CARRIER_CHANGES] = { "carrier_changes", FIELD_COUNTER,
				 .about = "Times that the link went up or down" },
	[IF_UP]		= { "up", FIELD_FLAG, .about = "Whether it is switched on" },
	[IF_CARRIER]	= { "carrier", FIELD_FLAG, .about = "Whether there is a link" },
	[IF_MTU]	= { "mtu_bytes", FIELD_GAUGE, .about = "Its MTU" },
	[IF_SPEED]	= { "speed_mbit", FIELD_GAUGE,
			    .about = "Its speed in megabits per second; absent if the driver "
				     "reports none; a veth always reports 10000" },
	[IF_QDISC_DROPS] = { "qdisc_drops", FIELD_COUNTER,
			     .about = "Packets dropped by its queueing discipline" },
	[IF_OVERLIMITS]	= { "qdisc_overlimits", FIELD_COUNTER,
			    .about = "Packets that the queueing discipline had to delay" },
	[IF_REQUEUES]	= { "qdisc_requeues", FIELD_COUNTER,
			    .about = "Packets that the device did not accept at once" },
	[IF_BACKLOG]	= { "qdisc_backlog_bytes", FIELD_GAUGE,
			    .about = "Bytes that wait in the queueing discipline" },
	[IF_PHYSICAL]	= { "physical", FIELD_FLAG,
			    .about = "Whether it belongs to a device, real or emulated" },
};

static const struct field keys[] = {
	{ "state", FIELD_STRING,
	  .about = "Operational state: unknown, notpresent, down, lowerlayerdown, testing, "
		   "dormant or up" },
	{ "netns", FIELD_ID,
	  .about = "Network namespace: its inode number, as in /proc/PID/ns/net; absent if it "
		   "is usestat's own" },
	{ "pid", FIELD_ID, .about = "A process in this namespace" },
	{ "comm", FIELD_COMM, .about = "Its name" },
	CGROUP_KEYS,
};

const struct record_type interface_type = {
	.name = "interface",
	.about = "A network interface; in detailed samples also those of other network "
		 "namespaces in which something happened.  From rtnetlink",
	.object = "Its name",
	.interval = true,
	.fields = fields, .n = IF_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct set interface_set = {
	.type = &interface_type, .size = sizeof(struct interface),
};

/* Interfaces of other namespaces, with the name "NAME/INODE": no interface's name has a slash. */
struct set interface_other_set = {
	.type = &interface_type, .size = sizeof(struct interface),
};

/* A request for the interfaces of a namespace. */
struct dump {
	struct usestat *u;
	struct set *set;
	const struct netns *ns;
};

/* RFC 2863, as the kernel numbers it: IF_OPER_UNKNOWN ... */
static const char *const states[] = { "unknown", "notpresent", "down", "lowerlayerdown", "testing",
				      "dormant", "up" };

static void put_stats(struct object *o, const struct nlattr *attr)
{
	__u64 stats[IF_STATS];
	size_t n = netlink_len(attr) / sizeof(stats[0]);

	n = n < IF_STATS ? n : IF_STATS;	/* v4.6 added rx_nohandler */
	memcpy(stats, netlink_data(attr), n * sizeof(stats[0]));
	for (size_t i = 0; i < n; i++)
		object_put(o, i, stats[i]);
}

static __u32 u32_of(const struct nlattr *attr)
{
	__u32 v = 0;

	memcpy(&v, netlink_data(attr), netlink_len(attr) < sizeof(v) ? netlink_len(attr) : sizeof(v));
	return v;
}

static void take_attr(struct interface *interface, const struct nlattr *attr)
{
	struct object *o = &interface->object;
	__u32 state;

	switch (attr->nla_type & NLA_TYPE_MASK) {
	case IFLA_STATS64:
		put_stats(o, attr);
		break;
	case IFLA_MTU:
		object_put(o, IF_MTU, u32_of(attr));
		break;
	case IFLA_CARRIER:
		object_put(o, IF_CARRIER, u32_of(attr) & 0xff);
		break;
	case IFLA_CARRIER_CHANGES:
		object_put(o, IF_CARRIER_CHANGES, u32_of(attr));
		break;
	case IFLA_OPERSTATE:
		state = u32_of(attr) & 0xff;
		snprintf(interface->state, sizeof(interface->state), "%s",
			 state < ARRAY_SIZE(states) ? states[state] : "");
		break;
	}
}

static void take_link(void *ctx, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	size_t len = message->nlmsg_len - NLMSG_SPACE(sizeof(*info));
	const void *attrs = (const char *)info + NLMSG_ALIGN(sizeof(*info));
	const struct nlattr *attr = NULL;
	const struct dump *dump = ctx;
	char name[IFNAMSIZ + 24] = "";
	struct object *o;

	if (message->nlmsg_type != RTM_NEWLINK || message->nlmsg_len < NLMSG_SPACE(sizeof(*info)))
		return;
	while (netlink_next(&attr, attrs, len))
		if ((attr->nla_type & NLA_TYPE_MASK) == IFLA_IFNAME)
			snprintf(name, IFNAMSIZ, "%.*s", (int)netlink_len(attr),
				 (const char *)netlink_data(attr));
	if (!name[0])
		return;
	if (dump->ns)
		snprintf(name + strlen(name), 24, "/%llu", dump->ns->inode);
	o = set_look(dump->set, name, info->ifi_index, dump->u->ns);
	((struct interface *)o)->ns = dump->ns;
	object_put(o, IF_UP, info->ifi_flags & IFF_UP ? 1 : 0);
	attr = NULL;
	while (netlink_next(&attr, attrs, len))
		take_attr((struct interface *)o, attr);
}

static struct object *by_index(const struct dump *dump, int index)
{
	for (struct object *o = set_next(dump->set, NULL); o; o = set_next(dump->set, o))
		if ((int)o->id == index && ((struct interface *)o)->ns == dump->ns)
			return o;
	return NULL;
}

static void put_queue(struct object *o, const struct nlattr *nested)
{
	const struct nlattr *attr = NULL;
	struct gnet_stats_queue queue = {};

	while (netlink_next(&attr, netlink_data(nested), netlink_len(nested))) {
		if ((attr->nla_type & NLA_TYPE_MASK) != TCA_STATS_QUEUE ||
		    netlink_len(attr) < sizeof(queue))
			continue;
		memcpy(&queue, netlink_data(attr), sizeof(queue));
		object_put(o, IF_QDISC_DROPS, queue.drops);
		object_put(o, IF_OVERLIMITS, queue.overlimits);
		object_put(o, IF_REQUEUES, queue.requeues);
		object_put(o, IF_BACKLOG, queue.backlog);
	}
}

/* The root qdisc includes those below it. */
static void take_qdisc(void *ctx, const struct nlmsghdr *message)
{
	const struct tcmsg *tc = NLMSG_DATA(message);
	const void *attrs = (const char *)tc + NLMSG_ALIGN(sizeof(*tc));
	const struct nlattr *attr = NULL;
	struct object *o;

	if (message->nlmsg_type != RTM_NEWQDISC ||
	    message->nlmsg_len < NLMSG_SPACE(sizeof(*tc)) || tc->tcm_parent != TC_H_ROOT)
		return;
	o = by_index(ctx, tc->tcm_ifindex);
	while (o && netlink_next(&attr, attrs, message->nlmsg_len - NLMSG_SPACE(sizeof(*tc))))
		if ((attr->nla_type & NLA_TYPE_MASK) == TCA_STATS2)
			put_queue(o, attr);
}

/* In Mbit/s.  Links that are down or have no speed report -1 or an error. */
static void look_sysfs(struct interface *interface)
{
	struct object *o = &interface->object;
	char line[32];
	__u64 v;

	interface->physical = source_line(line, sizeof(line), "/sys/class/net/%s/device/uevent",
					  o->name);
	interface->speed_mbit = 0;
	if (source_number(&v, 10, "/sys/class/net/%s/speed", o->name) && v && v < 0xffffffff)
		interface->speed_mbit = v;
}

static int ask(int fd, struct dump *dump)
{
	struct ifinfomsg links = { .ifi_family = AF_UNSPEC };
	struct tcmsg queues = { .tcm_family = AF_UNSPEC };
	int err = netlink_ask(fd, RTM_GETLINK, NLM_F_DUMP, &links, sizeof(links), take_link, dump);

	return err ? err : netlink_ask(fd, RTM_GETQDISC, NLM_F_DUMP, &queues, sizeof(queues),
				       take_qdisc, dump);
}

static void look_other(struct usestat *u, const struct netns *ns)
{
	struct dump dump = { u, &interface_other_set, ns };
	int fd = netlink_open(NETLINK_ROUTE);

	if (fd < 0)
		return;
	ask(fd, &dump);
	close(fd);
}

static void look(struct usestat *u)
{
	static int fd = -1;
	struct dump dump = { u, &interface_set, NULL };
	int err;

	if (fd < 0)
		fd = netlink_open(NETLINK_ROUTE);
	err = fd < 0 ? fd : ask(fd, &dump);
	if (err)
		missing("network interfaces", missing_why(-err), "allow AF_NETLINK sockets");
	set_sweep(&interface_set, u->ns);
	for (struct object *o = set_next(&interface_set, NULL); o; o = set_next(&interface_set, o)) {
		struct interface *interface = (struct interface *)o;

		if (u->detail || !o->before_ns)
			look_sysfs(interface);
		if (interface->speed_mbit)
			object_put(o, IF_SPEED, interface->speed_mbit);
		object_put(o, IF_PHYSICAL, interface->physical);
	}
	if (!u->detail)
		return;
	netns_each(u, look_other);
	set_sweep(&interface_other_set, u->ns);
}

const struct subject interface_subject = {
	"interface", false, look, interface_records, interface_rows, { &interface_type },
};
