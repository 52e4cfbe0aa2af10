// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * TCP connections by the address and port that they lead to, with their states: who fills
 * TIME_WAIT and uses up the local ports.  All sockets are read (sock_diag), so this is done in
 * network namespaces with many of them only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "net.h"
#include "netlink.h"

#define SOCKETS_MIN 200			/* namespaces with fewer sockets are skipped */
#define PEERS_MAX 2000			/* read in one look */

enum {
	PEER_CONNECTIONS, PEER_ESTABLISHED, PEER_TIME_WAIT, PEER_CLOSE_WAIT, PEER_SYN_SENT,
	PEER_SYN_RECEIVED, PEER_FIELDS
};

static const struct field fields[] = {
	[PEER_CONNECTIONS] = { "connections", FIELD_GAUGE,
			       .about = "Connections in any state; each outgoing one uses a "
					"local port" },
	[PEER_ESTABLISHED] = { "established", FIELD_GAUGE, .about = "Established ones" },
	[PEER_TIME_WAIT]   = { "time_wait", FIELD_GAUGE, .about = "Those in TIME_WAIT" },
	[PEER_CLOSE_WAIT]  = { "close_wait", FIELD_GAUGE,
			       .about = "Connections that the peer closed and the program did "
					"not" },
	[PEER_SYN_SENT]	   = { "syn_sent", FIELD_GAUGE, .about = "Those that wait for an answer" },
	[PEER_SYN_RECEIVED] = { "syn_received", FIELD_GAUGE,
				.about = "Connections whose opening the peer has not confirmed" },
};

static const struct field keys[] = {
	{ "direction", FIELD_STRING, .always = true,
	  .about = "out: to the remote address and port; in: to a local port that is listened on" },
	{ "address", FIELD_STRING, .about = "Remote address of outgoing connections" },
	{ "port", FIELD_ID, .always = true, .about = "Remote port, or the local one if in" },
	{ "local_ports", FIELD_GAUGE,
	  .about = "Ports available for outgoing connections to one address and port" },
	{ "netns", FIELD_ID,
	  .about = "Network namespace: its inode number, as in /proc/PID/ns/net; absent if it "
		   "is usestat's own" },
	{ "pid", FIELD_ID, .about = "A process in this namespace" },
	{ "comm", FIELD_COMM, .about = "Its name" },
	CGROUP_KEYS,
};

static const struct record_type type = {
	.name = "peer",
	.about = "An address and port to which many TCP connections lead, in detailed samples, "
		 "in network namespaces with at least 200 of them.  From sock_diag",
	.fields = fields, .n = PEER_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct peer {
	struct object object;
	bool out;
	char address[INET6_ADDRSTRLEN];
	__u16 port;
	const struct net *net;
};

static struct set set = { .type = &type, .size = sizeof(struct peer) };

static __u64 omitted;			/* connections beyond PEERS_MAX */

struct dump {
	struct usestat *u;
	const struct net *net;
	__u64 netns;			/* 0: usestat's own */
	__u8 listens[65536 / 8];	/* one bit per local port */
};

static int state_field(__u8 state)
{
	switch (state) {
	case TCP_ESTABLISHED:
		return PEER_ESTABLISHED;
	case TCP_TIME_WAIT:
		return PEER_TIME_WAIT;
	case TCP_CLOSE_WAIT:
		return PEER_CLOSE_WAIT;
	case TCP_SYN_SENT:
		return PEER_SYN_SENT;
	case TCP_SYN_RECV:
		return PEER_SYN_RECEIVED;
	}
	return PEER_CONNECTIONS;
}

static struct peer *peer_of(const struct dump *dump, const struct inet_diag_msg *diag, bool in)
{
	char address[INET6_ADDRSTRLEN] = "", name[INET6_ADDRSTRLEN + 40];
	__u16 port = ntohs(in ? diag->id.idiag_sport : diag->id.idiag_dport);
	struct peer *peer;

	if (!in)
		inet_ntop(diag->idiag_family, diag->id.idiag_dst, address, sizeof(address));
	snprintf(name, sizeof(name), "%s %u %llu", in ? "in" : address, port, dump->netns);
	if (!set_find(&set, name) && set.n_objects >= PEERS_MAX)
		return NULL;
	peer = (struct peer *)set_look(&set, name, 0, dump->u->ns);
	peer->out = !in;
	snprintf(peer->address, sizeof(peer->address), "%s", address);
	peer->port = port;
	peer->net = dump->net;
	return peer;
}

/* The dump has listeners first. */
static void take(void *ctx, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *diag = NLMSG_DATA(message);
	struct dump *dump = ctx;
	struct peer *peer;
	__u16 port;
	int field;

	if (message->nlmsg_len < NLMSG_SPACE(sizeof(*diag)))
		return;
	port = ntohs(diag->id.idiag_sport);
	if (diag->idiag_state == TCP_LISTEN) {
		dump->listens[port / 8] |= 1 << port % 8;
		return;
	}
	peer = peer_of(dump, diag, dump->listens[port / 8] & 1 << port % 8);
	if (!peer) {
		omitted++;
		return;
	}
	for (int i = 0; !peer->object.known && i < PEER_FIELDS; i++)
		peer->object.now[i] = 0;
	peer->object.known = (1 << PEER_FIELDS) - 1;
	object_add(&peer->object, PEER_CONNECTIONS, 1);
	field = state_field(diag->idiag_state);
	if (field != PEER_CONNECTIONS)
		object_add(&peer->object, field, 1);
}

/* A listener on IPv6 can accept IPv4 too, so all listeners are read before. */
static void dump_states(int fd, __u32 states, struct dump *dump)
{
	static const __u8 families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		struct inet_diag_req_v2 request = {
			.sdiag_family = families[i], .sdiag_protocol = IPPROTO_TCP,
			.idiag_states = states,
		};

		netlink_ask(fd, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request, sizeof(request), take,
			    dump);
	}
}

static void look_net(struct usestat *u, const struct net *net, __u64 netns)
{
	static struct dump dump;
	int fd;

	if (object_value0(&net->object, NET_TCP_SOCKETS) +
	    object_value0(&net->object, NET_TCP_TIME_WAIT) < SOCKETS_MIN)
		return;
	fd = netlink_open(NETLINK_SOCK_DIAG);
	if (fd < 0)
		return;
	dump = (struct dump){ .u = u, .net = net, .netns = netns };
	dump_states(fd, 1 << TCP_LISTEN, &dump);
	dump_states(fd, ~(1U << TCP_LISTEN), &dump);
	close(fd);
}

static void look_other(struct usestat *u, const struct netns *ns)
{
	const struct object *o;
	char name[24];

	snprintf(name, sizeof(name), "%llu", ns->inode);
	o = set_find(&net_set, name);
	if (o)
		look_net(u, (const struct net *)o, ns->inode);
}

static void look(struct usestat *u)
{
	const struct object *own = set_find(&net_set, "host");

	omitted = 0;
	if (own)
		look_net(u, (const struct net *)own, 0);
	netns_each(u, look_other);
	set_sweep(&set, u->ns);
}

static __u64 weight(const struct object *o)
{
	return object_value0(o, PEER_CONNECTIONS);
}

static void print(struct usestat *u, const struct peer *peer)
{
	__u64 ports;

	record_begin(u, type.name);
	field_keys(u, &set, &peer->object);
	record_str(u, "direction", peer->out ? "out" : "in");
	record_str(u, "address", peer->address);
	record_uint(u, "port", peer->port);
	if (object_value(&peer->net->object, NET_LOCAL_PORTS, &ports))
		record_uint(u, "local_ports", ports);
	if (peer->net->ns) {
		record_uint(u, "netns", peer->net->ns->inode);
		netns_keys(u, peer->net->ns);
	}
	record_end(u);
}

static void records(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);
	__u64 rest = omitted;

	for (size_t i = 0; i < set.n_objects; i++) {
		if (i < u->top * 2)
			print(u, (const struct peer *)list[i]);
		else
			rest += weight(list[i]);
	}
	if (rest)
		record_omitted(u, "peer", rest);
	free(list);
}

static void rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < u->top; i++) {
		const struct peer *peer = (const struct peer *)list[i];
		__u64 ports;
		char name[INET6_ADDRSTRLEN + 16];

		if (peer->out)
			snprintf(name, sizeof(name), "%s port %u", peer->address, peer->port);
		else
			snprintf(name, sizeof(name), "port %u", peer->port);
		row_begin(u, "peer", name);
		if (peer->out && object_value(&peer->net->object, NET_LOCAL_PORTS, &ports))
			row_utilisation(weight(list[i]), ports);
		row_add(COL_SATURATION, "%llu connections, %llu TIME_WAIT", weight(list[i]),
			object_value0(list[i], PEER_TIME_WAIT));
		row_end(u);
	}
	free(list);
}

const struct subject peer_subject = {
	"peer", true, look, records, rows, { &type },
};
