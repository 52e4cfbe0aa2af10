// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Delays of a whole process, by netlink (Documentation/accounting/taskstats.rst). */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <linux/taskstats.h>

#include "netlink.h"
#include "process.h"

static int fd = -1, family;
static bool delays;			/* the kernel measures waits for disks and swap */

static void take_family(void *ctx, const struct nlmsghdr *message)
{
	const char *attrs = (const char *)NLMSG_DATA(message) + GENL_HDRLEN;
	const struct nlattr *attr = NULL;
	__u16 id;

	while (netlink_next(&attr, attrs, message->nlmsg_len - NLMSG_SPACE(GENL_HDRLEN)))
		if ((attr->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_FAMILY_ID) {
			memcpy(&id, netlink_data(attr), sizeof(id));
			family = id;
		}
}

/* Since v5.14 (e4042ad49235) delays are off by default; kernel.task_delayacct enables them. */
static void look_delays(void)
{
	__u64 on;

	delays = !source_number(&on, 10, "/proc/sys/kernel/task_delayacct") || on;
	if (!delays)
		missing("waits of processes for disks and swap", "switched off",
			"sysctl kernel.task_delayacct=1");
}

/* Open the socket for the requests of taskstats_look(). */
static int start(void)
{
	struct {
		struct genlmsghdr head;
		struct nlattr attr;
		char name[sizeof(TASKSTATS_GENL_NAME)];
	} request = {
		.head = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attr = { sizeof(request.attr) + sizeof(request.name), CTRL_ATTR_FAMILY_NAME },
		.name = TASKSTATS_GENL_NAME,
	};
	int err;

	fd = netlink_open(NETLINK_GENERIC);
	if (fd < 0)
		return fd;
	err = netlink_ask(fd, GENL_ID_CTRL, 0, &request, sizeof(request), take_family, NULL);
	if (!err && family)
		look_delays();
	return err ? err : family ? 0 : -ENOENT;
}

static void take_stats(void *ctx, const struct nlmsghdr *message)
{
	const char *attrs = (const char *)NLMSG_DATA(message) + GENL_HDRLEN;
	size_t len = message->nlmsg_len - NLMSG_SPACE(GENL_HDRLEN);
	const struct nlattr *outer = NULL, *attr = NULL;
	struct object *o = ctx;
	struct taskstats stats = {};

	if (!netlink_next(&outer, attrs, len))
		return;
	while (netlink_next(&attr, netlink_data(outer), netlink_len(outer))) {
		size_t n = netlink_len(attr) < sizeof(stats) ? netlink_len(attr) : sizeof(stats);

		if ((attr->nla_type & NLA_TYPE_MASK) != TASKSTATS_TYPE_STATS)
			continue;
		memcpy(&stats, netlink_data(attr), n);
		object_put(o, PROC_DELAY, stats.cpu_delay_total);
		if (!delays)
			continue;
		object_put(o, PROC_BLOCK, stats.blkio_delay_total);
		object_put(o, PROC_SWAP_DELAY, stats.swapin_delay_total);
	}
}

/* For a process with one thread, schedstat has the same. */
static void look_schedstat(struct process *process)
{
	char *text = object_value0(&process->object, PROC_THREADS) == 1 ?
		source_text("/proc/%d/schedstat", process->pid) : NULL;
	__u64 v;

	if (text && number_next(&text, &v) && number_next(&text, &v))
		object_put(&process->object, PROC_DELAY, v);
}

static int started_err = 1;		/* not yet tried */

int taskstats_family(void)
{
	if (started_err > 0)
		started_err = start();
	return started_err ? started_err : family;
}

void taskstats_look(struct process *process)
{
	struct {
		struct genlmsghdr head;
		struct nlattr attr;
		__u32 pid;
	} request = {
		.head = { .cmd = TASKSTATS_CMD_GET, .version = 1 },
		.attr = { sizeof(request.attr) + sizeof(request.pid), TASKSTATS_CMD_ATTR_TGID },
		.pid = process->pid,
	};
	int err = taskstats_family();

	if (err > 0 && netlink_ask(fd, family, 0, &request, sizeof(request), take_stats,
				   &process->object) != -EPERM)
		return;
	if (err > 0)
		started_err = -EPERM;
	missing("waits of processes with several threads", missing_why(-started_err),
		"run as root, or with CAP_NET_ADMIN; needs CONFIG_TASKSTATS");
	look_schedstat(process);
}
