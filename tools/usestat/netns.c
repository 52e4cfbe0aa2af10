// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Network namespaces of processes. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "process.h"

#define NETNS_MAX 64			/* read at most; each costs several files */

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

const struct netns *process_netns(size_t i)
{
	return i < n ? &list[i] : NULL;
}
