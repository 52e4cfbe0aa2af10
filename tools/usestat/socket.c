// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sockets that drop: listeners with a full accept queue, full UDP receive buffers (sock_diag). */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "netlink.h"
#include "process.h"

enum { SOCK_DROPS, SOCK_QUEUE, SOCK_QUEUE_MAX, SOCK_FIELDS };

static const struct field fields[] = {
	[SOCK_DROPS]	 = { "drops", FIELD_COUNTER, .about = "Connections or datagrams dropped" },
	[SOCK_QUEUE]	 = { "queue", FIELD_GAUGE,
			     .about = "Connections that wait to be accepted, or bytes that wait "
				      "to be received" },
	[SOCK_QUEUE_MAX] = { "queue_max", FIELD_GAUGE, .about = "Limit of queue" },
};

static const struct field keys[] = {
	{ "protocol", FIELD_STRING, .always = true, .about = "tcp or udp" },
	{ "address", FIELD_STRING, .always = true, .about = "Local address" },
	{ "port", FIELD_ID, .always = true, .about = "Local port" },
	{ "netns", FIELD_ID,
	  .about = "Network namespace: its inode number, as in /proc/PID/ns/net; absent if it "
		   "is usestat's own" },
	{ "pid", FIELD_ID, .about = "Process that has it open; absent if none was found" },
	{ "comm", FIELD_COMM, .about = "Name of that process" },
	CGROUP_KEYS,
};

static const struct record_type type = {
	.name = "socket",
	.about = "A listener or UDP socket that dropped something or whose queue is more than "
		 "half full, in detailed samples.  From sock_diag; in other network "
		 "namespaces from /proc/PID/net/udp and udp6",
	.interval = true,
	.fields = fields, .n = SOCK_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct sock {
	struct object object;
	bool tcp;
	char address[INET6_ADDRSTRLEN];
	__u16 port;
	__u64 netns;			/* 0: usestat's own */
	pid_t pid;			/* a process that has it open; 0: unknown */
	char comm[COMM_SIZE];
	char *cgroup;
};

static void release(struct object *object)
{
	free(((struct sock *)object)->cgroup);
}

static struct set set = {
	.type = &type, .size = sizeof(struct sock),
	.whole = true, .release = release,
};

struct dump {
	struct usestat *u;
	__u64 netns;
	bool tcp;
};

/* The queue is in connections for a listener, in bytes for a UDP socket. */
static void put_memory(struct sock *sock, const struct nlattr *attr)
{
	__u32 memory[SK_MEMINFO_VARS] = {};
	size_t len = netlink_len(attr);

	memcpy(memory, netlink_data(attr), len < sizeof(memory) ? len : sizeof(memory));
	if (len > SK_MEMINFO_DROPS * sizeof(memory[0]))
		object_put(&sock->object, SOCK_DROPS, memory[SK_MEMINFO_DROPS]);
	if (sock->tcp)
		return;
	object_put(&sock->object, SOCK_QUEUE, memory[SK_MEMINFO_RMEM_ALLOC]);
	object_put(&sock->object, SOCK_QUEUE_MAX, memory[SK_MEMINFO_RCVBUF]);
}

static void take(void *ctx, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *diag = NLMSG_DATA(message);
	const void *attrs = (const char *)diag + NLMSG_ALIGN(sizeof(*diag));
	const struct nlattr *attr = NULL;
	const struct dump *dump = ctx;
	struct sock *sock;
	char name[24];

	if (message->nlmsg_len < NLMSG_SPACE(sizeof(*diag)))
		return;
	snprintf(name, sizeof(name), "%u", diag->idiag_inode);
	sock = (struct sock *)set_look(&set, name, dump->netns, dump->u->ns);
	sock->tcp = dump->tcp;
	sock->netns = dump->netns;
	sock->port = ntohs(diag->id.idiag_sport);
	inet_ntop(diag->idiag_family, diag->id.idiag_src, sock->address, sizeof(sock->address));
	if (sock->tcp) {
		object_put(&sock->object, SOCK_QUEUE, diag->idiag_rqueue);
		object_put(&sock->object, SOCK_QUEUE_MAX, diag->idiag_wqueue);
	}
	while (netlink_next(&attr, attrs, message->nlmsg_len - NLMSG_SPACE(sizeof(*diag))))
		if ((attr->nla_type & NLA_TYPE_MASK) == INET_DIAG_SKMEMINFO)
			put_memory(sock, attr);
}

static int ask(struct usestat *u, int fd, __u64 netns)
{
	static const struct {
		__u8 family, protocol;
		__u32 states;
	} kinds[] = {
		{ AF_INET, IPPROTO_TCP, 1 << TCP_LISTEN }, { AF_INET6, IPPROTO_TCP, 1 << TCP_LISTEN },
		{ AF_INET, IPPROTO_UDP, ~0U }, { AF_INET6, IPPROTO_UDP, ~0U },
	};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct inet_diag_req_v2 request = {
			.sdiag_family = kinds[i].family, .sdiag_protocol = kinds[i].protocol,
			.idiag_states = kinds[i].states, .idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
		};
		struct dump dump = { u, netns, kinds[i].protocol == IPPROTO_TCP };

		int failed = netlink_ask(fd, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request,
					 sizeof(request), take, &dump);

		err = failed ? failed : err;
	}
	return err;
}

static void look_other(struct usestat *u, const struct netns *ns)
{
	int fd = netlink_open(NETLINK_SOCK_DIAG);

	if (fd < 0)
		return;
	ask(u, fd, ns->inode);
	close(fd);
}

static bool has_trouble(const struct object *o)
{
	__u64 queue = object_value0(o, SOCK_QUEUE), max = object_value0(o, SOCK_QUEUE_MAX);

	return object_delta0(o, SOCK_DROPS) || (max && queue * 2 > max);
}

/* Check whether the process has a socket in trouble open. */
static void look_descriptors(const struct process *process)
{
	char path[320], link[64];
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", process->pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		struct sock *sock;
		ssize_t len = readlinkat(dirfd(dir), e->d_name, link, sizeof(link) - 1);

		if (len < 9 || strncmp(link, "socket:[", 8) != 0)
			continue;
		link[len - 1] = '\0';
		sock = (struct sock *)set_find(&set, link + 8);
		if (!sock || !has_trouble(&sock->object) || sock->pid)
			continue;
		sock->pid = process->pid;
		snprintf(sock->comm, sizeof(sock->comm), "%s", process->comm);
		free(sock->cgroup);
		sock->cgroup = process->cgroup ? strdup(process->cgroup) : NULL;
	}
	if (dir)
		closedir(dir);
}

/* Find the processes of sockets in trouble: walk through a bounded number of descriptors. */
static void look_owners(void)
{
	enum { DESCRIPTORS_MAX = 50000 };
	__u64 looked = 0;
	bool any = false;

	for (struct object *o = set_next(&set, NULL); o; o = set_next(&set, o)) {
		((struct sock *)o)->pid = 0;
		any |= has_trouble(o);
	}
	if (!any)
		return;
	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o)) {
		looked += object_value0(o, PROC_FDS);
		if (looked > DESCRIPTORS_MAX)
			return;
		if (!((struct process *)o)->kernel)
			look_descriptors((struct process *)o);
	}
}

static void look(struct usestat *u)
{
	int fd = netlink_open(NETLINK_SOCK_DIAG), err = fd < 0 ? fd : ask(u, fd, 0);

	if (fd >= 0)
		close(fd);
	if (err)
		missing("sockets that drop", missing_why(-err),
			"modprobe inet_diag tcp_diag udp_diag");
	netns_each(u, look_other);
	set_sweep(&set, u->ns);
	look_owners();
}

static __u64 weight(const struct object *o)
{
	return has_trouble(o) ? 1 + object_delta0(o, SOCK_DROPS) : 0;
}

static void more(struct usestat *u, const struct sock *sock)
{
	record_str(u, "protocol", sock->tcp ? "tcp" : "udp");
	record_str(u, "address", sock->address);
	record_uint(u, "port", sock->port);
	if (sock->netns)
		record_uint(u, "netns", sock->netns);
	if (sock->pid) {
		record_uint(u, "pid", sock->pid);
		record_str(u, "comm", sock->comm);
	}
	record_str(u, "cgroup", sock->cgroup);
	if (sock->cgroup)
		container_keys(u, sock->cgroup);
}

static void records(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < RECORDS_MAX && weight(list[i]); i++) {
		record_begin(u, set.type->name);
		if (list[i]->before_ns)
			record_uint(u, "interval_ns", list[i]->ns - list[i]->before_ns);
		field_keys(u, &set, list[i]);
		more(u, (struct sock *)list[i]);
		record_end(u);
	}
	free(list);
}

static void rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < u->top && weight(list[i]); i++) {
		const struct sock *sock = (const struct sock *)list[i];
		char name[80];

		snprintf(name, sizeof(name), "%s port %u %s", sock->tcp ? "tcp" : "udp", sock->port,
			 sock->comm);
		row_begin(u, "socket", name);
		row_utilisation(object_value0(list[i], SOCK_QUEUE),
				object_value0(list[i], SOCK_QUEUE_MAX));
		row_add(COL_SATURATION, "queue %llu of %llu", object_value0(list[i], SOCK_QUEUE),
			object_value0(list[i], SOCK_QUEUE_MAX));
		row_errors(object_delta0(list[i], SOCK_DROPS), "drop(s)");
		row_end(u);
	}
	free(list);
}

const struct subject socket_subject = {
	"socket", true, look, records, rows, { &type },
};
