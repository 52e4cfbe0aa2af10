// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Network namespaces as records and as rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

static __u64 weight(const struct object *o)
{
	return object_delta0(o, NET_TCP_OUT) + object_delta0(o, NET_UDP_IN) +
		(strcmp(o->name, "host") == 0 ? 1ULL << 40 : 0);
}

static void more(struct usestat *u, const struct object *o)
{
	const struct netns *ns = ((const struct net *)o)->ns;

	if (!ns)
		return;
	netns_keys(u, ns);
}

void net_records(struct usestat *u)
{
	struct object **list = set_sorted(&net_set, weight);

	for (size_t i = 0; i < net_set.n_objects && i < RECORDS_MAX; i++) {
		if (list[i]->ns != u->ns)
			continue;
		record_begin(u, net_set.type->name);
		object_keys(u, &net_set, list[i]);
		more(u, list[i]);
		record_end(u);
	}
	if (u->detail && net_set.n_objects > RECORDS_MAX)
		record_omitted(u, net_set.type->name, net_set.n_objects - RECORDS_MAX);
	free(list);
}

static void tcp_row(struct usestat *u, const struct object *o, const char *name)
{
	__u64 out = object_delta0(o, NET_TCP_OUT), used, v;

	row_begin(u, "tcp", name);
	used = object_value0(o, NET_TCP_SOCKETS) + object_value0(o, NET_TCP_TIME_WAIT);
	if (object_value(o, NET_LOCAL_PORTS, &v) && used <= v)
		row_utilisation(used, v);
	v = object_delta0(o, NET_TCP_RETRANS);
	row_add(COL_SATURATION, "%llu segments/s, %.1f%% sent again", per_second(o, out),
		out ? v * 100.0 / out : 0.0);
	if (object_value(o, NET_TCP_TIME_WAIT, &v) && v)
		row_add(COL_SATURATION, "%llu TIME_WAIT", v);
	row_errors(object_delta0(o, NET_LISTEN_OVERFLOWS), "listen overflow(s)");
	row_errors(object_delta0(o, NET_REQ_FULL_DROPS), "SYN(s) dropped");
	row_errors(object_delta0(o, NET_COOKIES_SENT), "SYN cookie(s)");
	row_errors(object_delta0(o, NET_TCP_FAILS), "failed attempt(s)");
	row_errors(object_delta0(o, NET_TCP_RESETS), "reset(s)");
	row_errors(object_delta0(o, NET_ABORT_MEMORY), "abort(s) for memory");
	row_end(u);
}

static void udp_row(struct usestat *u, const struct object *o, const char *name)
{
	row_begin(u, "udp", name);
	row_add(COL_SATURATION, "in %llu/s, out %llu/s",
		per_second(o, object_delta0(o, NET_UDP_IN) + object_delta0(o, NET_UDP6_IN)),
		per_second(o, object_delta0(o, NET_UDP_OUT) + object_delta0(o, NET_UDP6_OUT)));
	row_errors(object_delta0(o, NET_UDP_RCVBUF) + object_delta0(o, NET_UDP6_RCVBUF),
		   "receive buffer drop(s)");
	row_errors(object_delta0(o, NET_UDP_SNDBUF) + object_delta0(o, NET_UDP6_SNDBUF),
		   "send buffer error(s)");
	row_end(u);
}

static void conntrack_row(struct usestat *u, const struct object *o)
{
	__u64 entries, max;

	if (!object_value(o, NET_CONNTRACK, &entries) || !object_value(o, NET_CONNTRACK_MAX, &max))
		return;
	row_begin(u, "conntrack", "entries");
	row_utilisation(entries, max);
	row_errors(object_delta0(o, NET_CONNTRACK_DROPS), "drop(s)");
	row_end(u);
}

void net_rows(struct usestat *u)
{
	struct object **list = set_sorted(&net_set, weight);
	char name[48];

	for (size_t i = 0; i < net_set.n_objects && i <= u->top; i++) {
		const struct netns *ns = ((struct net *)list[i])->ns;

		if (!list[i]->before_ns)
			continue;
		snprintf(name, sizeof(name), "%s", "host");
		if (ns)
			snprintf(name, sizeof(name), "%d %s", ns->pid, ns->comm);
		tcp_row(u, list[i], name);
		if (!ns || object_delta0(list[i], NET_UDP_IN) || object_delta0(list[i], NET_UDP_RCVBUF))
			udp_row(u, list[i], name);
		if (!ns)
			conntrack_row(u, list[i]);
	}
	free(list);
}
