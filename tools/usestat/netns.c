// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Network namespaces of processes. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"

#define NETNS_MAX 64			/* limit: reading one takes several files */

static struct netns list[NETNS_MAX];
static size_t n;
static __u64 own;

void netns_begin(void)
{
	struct stat st;

	n = 0;
	if (!own && !stat("/proc/self/ns/net", &st))
		own = st.st_ino;
}

void netns_add(const struct process *process)
{
	struct netns *ns;

	if (!process->netns || process->netns == own)
		return;
	for (size_t i = 0; i < n; i++)
		if (list[i].inode == process->netns)
			return;
	if (n == NETNS_MAX) {
		missing("network namespaces beyond 64", "there are too many to look into",
			"run usestat in them: nsenter --net --target PID usestat");
		return;
	}
	ns = &list[n++];
	ns->inode = process->netns;
	ns->pid = process->pid;
	snprintf(ns->comm, sizeof(ns->comm), "%s", process->comm);
	snprintf(ns->cgroup, sizeof(ns->cgroup), "%s", process->cgroup ? process->cgroup : "");
}

static bool enter(const struct netns *ns)
{
	char path[64];
	bool entered;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", ns->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	entered = fd >= 0 && !setns(fd, CLONE_NEWNET);
	if (!entered && (errno == EPERM || errno == EACCES))
		missing("sockets and interfaces of other network namespaces", "permission denied",
			"run as root, or with CAP_SYS_ADMIN and CAP_SYS_PTRACE");
	if (fd >= 0)
		close(fd);
	return entered;
}

void netns_each(struct usestat *u, void (*fn)(struct usestat *u, const struct netns *ns))
{
	int home = n ? open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) : -1;

	for (size_t i = 0; home >= 0 && i < n; i++) {
		if (!enter(&list[i]))
			continue;
		fn(u, &list[i]);
		if (setns(home, CLONE_NEWNET))
			abort();	/* everything that follows would read another namespace */
	}
	if (home >= 0)
		close(home);
}

void netns_keys(struct usestat *u, const struct netns *ns)
{
	record_uint(u, "pid", ns->pid);
	record_str(u, "comm", ns->comm);
	record_str(u, "cgroup", ns->cgroup);
	if (ns->cgroup[0])
		container_keys(u, ns->cgroup);
}

const struct netns *process_netns(size_t i)
{
	return i < n ? &list[i] : NULL;
}
