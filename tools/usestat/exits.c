// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes that end, by program, parent and exit status: taskstats sends a message for each.
 *
 * A thread receives the messages at once, because the cgroup of a process can be read only
 * until its parent has waited for it.  The number of kinds is limited, not that of processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exits.h"
#include "netlink.h"
#include "process.h"
#include "thread.h"

#define KINDS_MAX 256
#define CGROUP_TRIES 5			/* processes of a kind whose cgroup is read */
#define RECEIVE_BYTES (2 << 20)		/* about 2000 exits */
#define TGID_VERSION 12			/* v5.17 (0e0af57e0e10): ac_tgid */

enum { EXIT_COUNT, EXIT_LIFETIME, EXIT_FIELDS };

static const struct field fields[] = {
	[EXIT_COUNT]	= { "count", FIELD_COUNTER, .about = "Processes that ended" },
	[EXIT_LIFETIME] = { "lifetime_us", FIELD_COUNTER,
			    .about = "Microseconds from their start to their end, summed" },
};

static const struct field keys[] = {
	{ "comm", FIELD_COMM, .always = true, .about = "Name of the processes" },
	{ "status", FIELD_GAUGE, .about = "Their exit status; absent if a signal ended them" },
	{ "signal", FIELD_GAUGE, .about = "The signal that ended them" },
	{ "pid", FIELD_ID, .always = true, .about = "The last of them" },
	{ "ppid", FIELD_ID, .always = true, .about = "Its parent" },
	{ "parent_comm", FIELD_COMM, .about = "Name of the parent; absent if it ended too" },
	{ "uid", FIELD_ID, .always = true, .about = "Its user" },
	CGROUP_KEYS,
};

static const struct record_type type = {
	.name = "exit",
	.about = "Processes that ended, by name, name of the parent and exit status; in "
		 "detailed samples.  From taskstats; needs CAP_NET_ADMIN.  Those with status 0 "
		 "are counted since v5.17",
	.interval = true,
	.fields = fields, .n = EXIT_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

static struct set set = {
	.type = &type, .size = 0, .whole = true,
};

struct kind {
	char comm[COMM_SIZE], parent[COMM_SIZE];
	__u32 code;			/* as wait(2) has it */
	pid_t pid, ppid;		/* of the last process */
	__u32 uid;
	unsigned int tries;		/* to read the cgroup */
	char cgroup[512];
	__u64 count, lifetime_us;
};

static struct {
	pthread_mutex_t lock;
	struct kind kinds[KINDS_MAX];
	size_t n;
	__u64 omitted;			/* of further kinds */
	__u64 overruns;			/* number of times that messages were lost */
} exits = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Read a small file of a process; source_text() is for the main thread only. */
static bool read_proc(char *text, size_t size, pid_t pid, const char *name)
{
	char path[320];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/proc/%d/%s", source_root, pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static struct kind *find(const struct taskstats *stats, const char *parent)
{
	for (size_t i = 0; i < exits.n; i++) {
		struct kind *kind = &exits.kinds[i];

		if (kind->code != stats->ac_exitcode ||
		    strncmp(kind->comm, stats->ac_comm, COMM_SIZE - 1) != 0)
			continue;
		if (parent ? strcmp(kind->parent, parent) == 0 : kind->ppid == (pid_t)stats->ac_ppid)
			return kind;
	}
	return NULL;
}

static struct kind *add(const struct taskstats *stats, const char *parent)
{
	struct kind *kind = exits.n < KINDS_MAX ? &exits.kinds[exits.n++] : NULL;

	if (!kind)
		return NULL;
	snprintf(kind->comm, sizeof(kind->comm), "%.15s", stats->ac_comm);
	snprintf(kind->parent, sizeof(kind->parent), "%.15s", parent);
	kind->code = stats->ac_exitcode;
	return kind;
}

/*
 * A process that its parent has waited for has no files; the parent is usually in the same cgroup.
 */
static void look_cgroup(struct kind *kind)
{
	char text[1024], *path;

	if (kind->cgroup[0] || kind->tries++ >= CGROUP_TRIES)
		return;
	if (!read_proc(text, sizeof(text), kind->pid, "cgroup") &&
	    (kind->tries < CGROUP_TRIES || !read_proc(text, sizeof(text), kind->ppid, "cgroup")))
		return;
	path = process_cgroup(text);
	snprintf(kind->cgroup, sizeof(kind->cgroup), "%.500s", path ? path : "");
	free(path);
}

static struct kind *kind_of(const struct taskstats *stats)
{
	struct kind *kind = find(stats, NULL);
	char parent[64];

	if (kind)
		return kind;
	read_proc(parent, sizeof(parent), stats->ac_ppid, "comm");
	parent[strcspn(parent, "\n")] = '\0';
	parent[COMM_SIZE - 1] = '\0';
	kind = find(stats, parent);
	return kind ? kind : add(stats, parent);
}

void exits_count(const struct taskstats *stats)
{
	struct kind *kind;

	if (stats->version < TGID_VERSION ? !stats->ac_exitcode : stats->ac_tgid != stats->ac_pid)
		return;
	pthread_mutex_lock(&exits.lock);
	kind = kind_of(stats);
	if (kind) {
		kind->pid = stats->ac_pid;
		kind->ppid = stats->ac_ppid;
		kind->uid = stats->ac_uid;
		kind->count++;
		kind->lifetime_us += stats->ac_etime;
		look_cgroup(kind);
	} else {
		exits.omitted++;
	}
	pthread_mutex_unlock(&exits.lock);
}

static void take_message(const struct nlmsghdr *message)
{
	const char *attrs = (const char *)NLMSG_DATA(message) + GENL_HDRLEN;
	const struct nlattr *outer = NULL, *attr = NULL;
	struct taskstats stats = {};

	if (message->nlmsg_len < NLMSG_SPACE(GENL_HDRLEN) ||
	    !netlink_next(&outer, attrs, message->nlmsg_len - NLMSG_SPACE(GENL_HDRLEN)) ||
	    (outer->nla_type & NLA_TYPE_MASK) != TASKSTATS_TYPE_AGGR_PID)
		return;
	while (netlink_next(&attr, netlink_data(outer), netlink_len(outer))) {
		size_t n = netlink_len(attr) < sizeof(stats) ? netlink_len(attr) : sizeof(stats);

		if ((attr->nla_type & NLA_TYPE_MASK) != TASKSTATS_TYPE_STATS)
			continue;
		memcpy(&stats, netlink_data(attr), n);
		exits_count(&stats);
	}
}

static void *receive(void *arg)
{
	static char buffer[8192] __attribute__((aligned(8)));
	int fd = (int)(long)arg;

	for (;;) {
		ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
		int len = n;

		if (n < 0 && errno == ENOBUFS) {
			pthread_mutex_lock(&exits.lock);
			exits.overruns++;
			pthread_mutex_unlock(&exits.lock);
		} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
			return NULL;
		}
		for (struct nlmsghdr *m = (void *)buffer; n > 0 && NLMSG_OK(m, len);
		     m = NLMSG_NEXT(m, len))
			take_message(m);
	}
}

/* Ask for messages from all CPUs. */
static int start(void)
{
	struct {
		struct genlmsghdr head;
		struct nlattr attr;
		char cpus[64];
	} request = { .head = { .cmd = TASKSTATS_CMD_GET, .version = 1 } };
	int bytes = RECEIVE_BYTES, err, family = taskstats_family(), fd;

	if (family < 0)
		return family;
	if (!source_line(request.cpus, sizeof(request.cpus), "/sys/devices/system/cpu/possible"))
		return -ENOENT;
	request.attr = (struct nlattr){ sizeof(request.attr) + strlen(request.cpus) + 1,
					TASKSTATS_CMD_ATTR_REGISTER_CPUMASK };
	fd = netlink_open(NETLINK_GENERIC);
	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	err = netlink_ask(fd, family, NLM_F_ACK, &request, sizeof(request), NULL, NULL);
	if (!err && !thread_start(receive, (void *)(long)fd))
		err = -EAGAIN;
	if (err)
		close(fd);
	return err;
}

static void look(struct usestat *u)
{
	static bool started;
	int err = started ? 0 : start();

	started = true;
	if (err)
		missing("processes that end, by exit status", err == -EINVAL ?
			"this is not the initial PID namespace" : missing_why(-err),
			"run as root, or with CAP_NET_ADMIN, on the host; needs CONFIG_TASKSTATS");
	pthread_mutex_lock(&exits.lock);
	for (size_t i = 0; i < exits.n; i++) {
		char name[16];
		struct object *o;

		snprintf(name, sizeof(name), "%zu", i);
		o = set_look(&set, name, 0, u->ns);
		object_put(o, EXIT_COUNT, exits.kinds[i].count);
		object_put(o, EXIT_LIFETIME, exits.kinds[i].lifetime_us);
	}
	pthread_mutex_unlock(&exits.lock);
	set_sweep(&set, u->ns);
}

static __u64 weight(const struct object *o)
{
	return object_delta0(o, EXIT_COUNT);
}

/* Copy the kind, because the thread may change it at the same time. */
static struct kind kind_get(const struct object *o)
{
	struct kind kind;

	pthread_mutex_lock(&exits.lock);
	kind = exits.kinds[atoi(o->name)];
	pthread_mutex_unlock(&exits.lock);
	return kind;
}

static void print(struct usestat *u, const struct object *o)
{
	const struct kind kind = kind_get(o);

	record_begin(u, type.name);
	record_uint(u, "interval_ns", o->ns - o->before_ns);
	field_keys(u, &set, o);
	record_str(u, "comm", kind.comm);
	if (kind.code & 0x7f)
		record_uint(u, "signal", kind.code & 0x7f);
	else
		record_uint(u, "status", kind.code >> 8 & 0xff);
	record_uint(u, "pid", kind.pid);
	record_uint(u, "ppid", kind.ppid);
	record_str(u, "parent_comm", kind.parent);
	record_uint(u, "uid", kind.uid);
	record_str(u, "cgroup", kind.cgroup);
	if (kind.cgroup[0])
		container_keys(u, kind.cgroup);
	record_end(u);
}

/* Count the exits and lost messages since the last call that no kind counts. */
static void print_omitted(struct usestat *u)
{
	static __u64 omitted, overruns;

	pthread_mutex_lock(&exits.lock);
	if (exits.omitted > omitted)
		record_omitted(u, "exit", exits.omitted - omitted);
	if (exits.overruns > overruns)
		record_omitted(u, "lost_exits", exits.overruns - overruns);
	omitted = exits.omitted;
	overruns = exits.overruns;
	pthread_mutex_unlock(&exits.lock);
}

static void records(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);
	__u64 rest = 0;

	for (size_t i = 0; i < set.n_objects && weight(list[i]); i++) {
		if (i < RECORDS_MAX)
			print(u, list[i]);
		else
			rest += weight(list[i]);
	}
	if (rest)
		record_omitted(u, "exit", rest);
	print_omitted(u);
	free(list);
}

/* Show only programs that failed. */
static void rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);
	unsigned int shown = 0;

	for (size_t i = 0; i < set.n_objects && weight(list[i]) && shown < u->top; i++) {
		const struct kind kind = kind_get(list[i]);
		char name[48];

		if (!kind.code)
			continue;
		shown++;
		snprintf(name, sizeof(name), "%s of %s", kind.comm, kind.parent[0] ? kind.parent : "?");
		row_begin(u, "exits", name);
		row_add(COL_ERRORS, "%llu with %s %u", weight(list[i]),
			kind.code & 0x7f ? "signal" : "status",
			kind.code & 0x7f ? kind.code & 0x7f : kind.code >> 8 & 0xff);
		row_end(u);
	}
	free(list);
}

const struct subject exits_subject = {
	"exit", true, look, records, rows, { &type },
};
